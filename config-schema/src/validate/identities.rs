//! Identities of rules: route and name, by which counters and sessions know them.

use super::{
    problems::Problems,
    taken::{Taken, Taker},
};
use crate::{place::Place, rule::Rule};

/// The identities of the rules of a table.
#[derive(Default)]
pub(super) struct Identities(Taken);

impl Identities {
    /// Checks that rule `number` is the first one of its name. Rules without any name are counted
    /// together, but can't have sessions: a session belongs to one rule alone.
    pub(super) fn check(
        &mut self,
        rule: &Rule,
        number: usize,
        place: &Place<'_>,
        problems: &mut Problems,
    ) {
        let is_named = !rule.route.is_empty() || !rule.name.is_empty();
        if !is_named && rule.session_persistence.is_none() {
            return;
        }
        let identity = rule.route.bytes().chain([0]).chain(rule.name.bytes());
        if let Some(Taker::Rule(first)) = self.0.take(identity, Taker::Rule(number)) {
            problems.add(
                place,
                format_args!(
                    "has the `route` and `name` of rules[{first}]: sessions and counters would take the two for one"
                ),
            );
        }
    }
}

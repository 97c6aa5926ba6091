//! Validation checks that rules with sessions have identities of their own: a route and a name.

use super::{
    problems::ProblemList,
    taken::{Taken, Taker},
};
use crate::{place::Place, rule::Rule};

/// The identities of a table's rules that have sessions. Rules without sessions may share one: they
/// are counted together.
#[derive(Default)]
pub(super) struct Identities(Taken);

impl Identities {
    /// "Session persistence MUST NOT be shared between route rules": checks that rule `number` is the
    /// first one of its route and name.
    pub(super) fn check(
        &mut self,
        rule: &Rule,
        number: usize,
        place: &Place<'_>,
        problems: &mut ProblemList,
    ) {
        if rule.session_persistence.is_none() {
            return;
        }
        let identity = format!("{}\0{}", rule.route, rule.name);
        if let Some(Taker::Rule(first)) = self.0.take(&identity, Taker::Rule(number)) {
            problems.add(
                place,
                format_args!(
                    "has the `route` and `name` of rules[{first}]: it would take that rule's sessions for its own"
                ),
            );
        }
    }
}

//! Checks of a route table: its rules can be told apart, and its order names each match once.

use super::{identities::Identities, problems::Problems};
use crate::{place::Place, rule::Rule};

/// What is to be known of a table's rules when the table ends.
#[derive(Default)]
pub(super) struct Table {
    /// How many matches each rule has.
    matches: Vec<usize>,
    identities: Identities,
}

impl Table {
    /// How many rules were taken.
    pub(super) fn len(&self) -> usize {
        self.matches.len()
    }

    /// Takes the next rule, which is at `place`.
    pub(super) fn rule(&mut self, rule: &Rule, place: &Place<'_>, problems: &mut Problems) {
        self.identities.check(rule, self.len(), place, problems);
        self.matches.push(rule.matches.len());
    }

    #[inline(never)]
    pub(super) fn end(
        self,
        match_order: &[(u32, u32)],
        place: &Place<'_>,
        problems: &mut Problems,
    ) {
        self::match_order(match_order, &self.matches, place, problems);
    }
}

/// `matches` are the numbers of matches that the rules have.
fn match_order(
    given: &[(u32, u32)],
    matches: &[usize],
    place: &Place<'_>,
    problems: &mut Problems,
) {
    if given.is_empty() {
        return;
    }
    // A rule without matches has one implicit match, number 0.
    let mut left: Vec<Vec<bool>> = matches.iter().map(|&n| vec![true; n.max(1)]).collect();
    let mut take = |&(r, m): &(u32, u32)| {
        let is_left = left
            .get_mut(r as usize)
            .and_then(|rule| rule.get_mut(m as usize));
        is_left.is_some_and(std::mem::take)
    };
    if !given.iter().all(&mut take) || left.iter().flatten().any(|&left| left) {
        problems.add(
            &place.member("matchOrder"),
            format_args!("must name each match of each rule exactly once"),
        );
    }
}

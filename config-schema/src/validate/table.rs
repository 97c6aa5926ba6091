//! Validation checks that a route table's rules can be told apart, and that its order names each match once.

use super::{identities::Identities, problems::ProblemList};
use crate::{place::Place, rule::Rule};

/// What is to be known of a table's rules when the table ends.
#[derive(Default)]
pub(super) struct TableCheck {
    /// How many rules were taken.
    rules: usize,
    /// The rules that have several matches, and how many. Most rules have one, and a worker's memory
    /// never shrinks: those are not remembered.
    several: Vec<(usize, usize)>,
    identities: Identities,
}

impl TableCheck {
    /// How many rules were taken.
    pub(super) fn len(&self) -> usize {
        self.rules
    }

    /// Takes the next rule, which is at `place`.
    pub(super) fn rule(&mut self, rule: &Rule, place: &Place<'_>, problems: &mut ProblemList) {
        self.identities.check(rule, self.rules, place, problems);
        if rule.matches.len() > 1 {
            self.several.push((self.rules, rule.matches.len()));
        }
        self.rules = self.rules.saturating_add(1);
    }

    #[inline(never)]
    pub(super) fn end(
        self,
        match_order: &[(u32, u32)],
        place: &Place<'_>,
        problems: &mut ProblemList,
    ) {
        if !match_order.is_empty() && !self.names_each_match_once(match_order) {
            problems.add(
                &place.member("matchOrder"),
                format_args!("must name each match of each rule exactly once"),
            );
        }
    }

    /// Whether each match is named once. A rule without matches has one implicit match, number 0.
    fn names_each_match_once(self, match_order: &[(u32, u32)]) -> bool {
        let mut left = vec![vec![true]; self.rules];
        for (rule, matches) in self.several {
            if let Some(left) = left.get_mut(rule) {
                left.resize(matches, true);
            }
        }
        let mut take = |&(r, m): &(u32, u32)| {
            let is_left = left
                .get_mut(r as usize)
                .and_then(|rule| rule.get_mut(m as usize));
            is_left.is_some_and(std::mem::take)
        };
        match_order.iter().all(&mut take) && !left.iter().flatten().any(|&left| left)
    }
}

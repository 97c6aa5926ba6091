//! The numbers that tell the session tokens of one rule of a route table from those of another.

use gamma_config::Rule;

use crate::{hash::hash, interner::Interner};

/// Gives each rule of a table a number that no other rule of the table has. The number follows from the
/// rule's route and name, so that sessions outlive a new config; it depends on the order of rules only
/// where several have the same route and name.
#[derive(Debug, Default)]
pub(crate) struct SessionIds {
    /// How many rules each number was asked for, by the number.
    given: Interner<u32>,
}

impl SessionIds {
    /// "Session persistence MUST NOT be shared between route rules" (GEP-1619).
    pub(crate) fn next(&mut self, rule: &Rule) -> u64 {
        let id = hash(&[&rule.route, &rule.name]);
        let before = self.count(id);
        if before == 0 {
            return id;
        }
        let mut id = hash(&[&rule.route, &rule.name, &before.to_string()]);
        while self.count(id) > 0 {
            id = id.wrapping_add(1);
        }
        id
    }

    /// Counts one more rule, and says how many there were before.
    fn count(&mut self, id: u64) -> u32 {
        let mut before = 0;
        self.given.change(
            &id.to_be_bytes(),
            || 0,
            |count| {
                before = *count;
                *count = count.saturating_add(1);
            },
        );
        before
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(route: &str, name: &str) -> Rule {
        Rule {
            route: route.into(),
            name: name.into(),
            ..Rule::default()
        }
    }

    #[test]
    fn rules_of_one_table_never_share_a_number() {
        let mut ids = SessionIds::default();
        let rules = [("r", "0"), ("r", "0"), ("r", "1"), ("r", "0"), ("r0", "")];
        let mut given: Vec<u64> = rules.map(|(r, n)| ids.next(&rule(r, n))).into();
        // As if another name had the number that the second one gets.
        let mut other = SessionIds::default();
        other.count(given[1]);
        other.next(&rule("r", "0"));
        assert_ne!(other.next(&rule("r", "0")), given[1]);
        given.sort_unstable();
        given.dedup();
        assert_eq!(given.len(), rules.len());
    }

    #[test]
    fn numbers_stay_whatever_stands_before() {
        let alone = SessionIds::default().next(&rule("r", "1"));
        let mut ids = SessionIds::default();
        ids.next(&rule("r", "0"));
        assert_eq!(ids.next(&rule("r", "1")), alone);
    }
}

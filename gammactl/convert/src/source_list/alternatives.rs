//! Conditions as alternatives: any of them holds, and each is a few tests that all hold or do not.

use super::condition::{SourceCondition, SourcePart, SourceText};

/// Alternatives that one condition may become: `all` of several `any` multiplies.
pub const MOST_ALTERNATIVES: usize = 256;

/// One test of one part of a request, or its opposite.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceTest {
    /// The part.
    pub part: SourcePart,
    /// What it should be, or should not be.
    pub text: SourceText,
    /// As in [`SourceCondition::Is`].
    pub missing_is_empty: bool,
    /// Whether it should.
    pub holds: bool,
}

impl SourceCondition {
    /// The same as alternatives; `None` if they are too many.
    #[must_use]
    pub fn alternatives(&self) -> Option<Vec<Vec<SourceTest>>> {
        self.signed(true)
    }

    /// Of itself, or of its opposite.
    fn signed(&self, holds: bool) -> Option<Vec<Vec<SourceTest>>> {
        match self {
            Self::Is {
                part,
                text,
                missing_is_empty,
            } => Some(vec![vec![SourceTest {
                part: part.clone(),
                text: text.clone(),
                missing_is_empty: *missing_is_empty,
                holds,
            }]]),
            Self::Not(condition) => condition.signed(!holds),
            Self::All(conditions) if holds => all(conditions, holds),
            Self::Any(conditions) if !holds => all(conditions, holds),
            Self::All(conditions) | Self::Any(conditions) => {
                let mut alternatives = Vec::new();
                for condition in conditions {
                    alternatives.extend(condition.signed(holds)?);
                }
                (alternatives.len() <= MOST_ALTERNATIVES).then_some(alternatives)
            }
        }
    }
}

/// One of each together.
fn all(conditions: &[SourceCondition], holds: bool) -> Option<Vec<Vec<SourceTest>>> {
    let mut together = vec![Vec::new()];
    for condition in conditions {
        let next = condition.signed(holds)?;
        if together.len() * next.len() > MOST_ALTERNATIVES {
            return None;
        }
        together = together
            .iter()
            .flat_map(|tests: &Vec<SourceTest>| {
                next.iter()
                    .map(|more| tests.iter().chain(more).cloned().collect())
            })
            .collect();
    }
    Some(together)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(name: &str) -> SourceCondition {
        SourceCondition::is(SourcePart::Header(name.into()), SourceText::Any)
    }

    fn names(condition: &SourceCondition) -> Vec<String> {
        let alternatives = condition.alternatives().unwrap();
        let one = |test: &SourceTest| {
            let SourcePart::Header(name) = &test.part else {
                unreachable!()
            };
            format!("{}{name}", if test.holds { "" } else { "!" })
        };
        let joined = |tests: &Vec<SourceTest>| tests.iter().map(one).collect::<Vec<_>>().join("");
        alternatives.iter().map(joined).collect()
    }

    #[test]
    fn negation_reaches_the_tests() {
        use SourceCondition::{All, Any, Not};
        let (a, b, c) = (header("a"), header("b"), header("c"));
        let both = All(vec![a.clone(), Any(vec![b.clone(), c.clone()])]);
        assert_eq!(names(&both), ["ab", "ac"]);
        assert_eq!(names(&Not(Box::new(both))), ["!a", "!b!c"]);
        assert_eq!(names(&Not(Box::new(Not(Box::new(a))))), ["a"]);
        assert_eq!(names(&SourceCondition::always()), [""]);
        assert!(names(&SourceCondition::never()).is_empty());
        assert!(names(&Not(Box::new(SourceCondition::always()))).is_empty());
    }

    #[test]
    fn what_multiplies_is_bounded() {
        let two = || SourceCondition::Any(vec![header("a"), header("b")]);
        let many = |count| SourceCondition::All((0..count).map(|_| two()).collect());
        assert_eq!(many(8).alternatives().unwrap().len(), MOST_ALTERNATIVES);
        assert_eq!(many(9).alternatives(), None);
    }
}

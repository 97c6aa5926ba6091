//! The values that a header or a query parameter may have.

use gamma_pattern::{Dfa, UnusablePattern};

use super::{
    quote::quoted,
    relation::{Relation, Texts, of_patterns},
};

/// What a match asks of one value.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ValueSet {
    /// This one.
    Exact(String),
    /// Those that a regular expression matches in full, in RE2's syntax.
    Pattern(String),
}

impl ValueSet {
    /// Every value.
    #[must_use]
    pub fn any() -> Self {
        Self::Pattern(".*".into())
    }

    /// Those that begin with `prefix`.
    #[must_use]
    pub fn starting_with(prefix: &str) -> Self {
        Self::Pattern(format!("{}.*", quoted(prefix)))
    }

    /// As a regular expression.
    #[must_use]
    pub fn pattern(&self) -> String {
        match self {
            Self::Exact(value) => quoted(value),
            Self::Pattern(pattern) => pattern.clone(),
        }
    }

    /// Whether it is the value of a request.
    ///
    /// # Errors
    ///
    /// The pattern can't be used.
    pub fn has(&self, value: &str) -> Result<bool, UnusablePattern> {
        match self {
            Self::Exact(exact) => Ok(exact == value),
            Self::Pattern(pattern) => Ok(Dfa::of(pattern)?.matches(value.as_bytes())),
        }
    }

    /// Whether all of it is in `other`, as far as that can be told.
    #[must_use]
    pub fn is_within(&self, other: &Self) -> bool {
        self.relation(other).is_within()
    }

    pub(super) fn relation(&self, other: &Self) -> Relation {
        match (self, other) {
            (one, other) if one == other => Relation::Equal,
            (Self::Exact(_), Self::Exact(_)) => Relation::Disjoint,
            (one, other) => of_patterns(Texts::Values, one.pattern(), other.pattern()),
        }
    }
}

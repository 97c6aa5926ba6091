//! The paths that a match takes.

use gamma_config::PathPrefix;
use gamma_pattern::{Dfa, UnusablePattern};

use super::{
    quote::quoted,
    relation::{Relation, Texts, of_patterns},
};

/// What a match asks of the path, in the forms that the Gateway API has.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PathSet {
    /// This path.
    Exact(String),
    /// This path and those below it: `/a` has `/a` and `/a/b`, and not `/ab`. Without a `/` at its end; empty for all paths.
    Prefix(String),
    /// Those that a regular expression matches in full, in RE2's syntax.
    Pattern(String),
}

impl PathSet {
    /// Every path.
    #[must_use]
    pub fn any() -> Self {
        Self::Prefix(String::new())
    }

    /// `path` and those below it.
    #[must_use]
    pub fn below(path: &str) -> Self {
        Self::Prefix(PathPrefix::new(path).as_str().into())
    }

    /// As a regular expression.
    #[must_use]
    pub fn pattern(&self) -> String {
        match self {
            Self::Exact(path) => quoted(path),
            Self::Prefix(path) if path.is_empty() => "/.*".into(),
            Self::Prefix(path) => format!("{}(/.*)?", quoted(path)),
            Self::Pattern(pattern) => pattern.clone(),
        }
    }

    /// Whether it has `path`, which is without its query.
    ///
    /// # Errors
    ///
    /// The pattern can't be used.
    pub fn has(&self, path: &str) -> Result<bool, UnusablePattern> {
        Ok(match self {
            Self::Exact(exact) => exact == path,
            Self::Prefix(prefix) => PathPrefix::new(prefix).covers(path),
            Self::Pattern(pattern) => Dfa::of(pattern)?.matches(path.as_bytes()),
        })
    }

    /// This one, of which `other` has the same paths: as an exact path if one of them is, which ranks highest.
    pub(super) fn same_as(&self, other: &Self) -> Self {
        match (self, other) {
            (_, Self::Exact(_)) => other.clone(),
            _ => self.clone(),
        }
    }

    pub(super) fn relation(&self, other: &Self) -> Relation {
        match (self, other) {
            (one, other) if one == other => Relation::Equal,
            (Self::Exact(_), Self::Exact(_)) => Relation::Disjoint,
            (Self::Exact(path), Self::Prefix(prefix)) => {
                if PathPrefix::new(prefix).covers(path) {
                    Relation::Within
                } else {
                    Relation::Disjoint
                }
            }
            (Self::Prefix(_), Self::Exact(_)) => other.relation(self).reversed(),
            (Self::Prefix(one), Self::Prefix(other)) => {
                if PathPrefix::new(other).covers(one) {
                    Relation::Within
                } else if PathPrefix::new(one).covers(other) {
                    Relation::Around
                } else {
                    Relation::Disjoint
                }
            }
            (one, other) => of_patterns(Texts::Paths, one.pattern(), other.pattern()),
        }
    }
}

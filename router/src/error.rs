//! The errors for which a router can't be built from a config.

use matchit::{InsertError, MatchError};

/// Why no router could be read from the text of a config.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// The config is refused.
    #[error(transparent)]
    Config(#[from] gamma_config::Error),
    /// The router can't be built.
    #[error(transparent)]
    Build(#[from] BuildError),
}

/// Why no router could be built from a config.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The engine refuses a pattern.
    #[error("{place} (rule {rule}): {error}")]
    Regex {
        /// Path from the root of the config, as in `services[0].ports[1].producer.rules[2].matches[0].path.value`.
        place: String,
        /// Route and name of the rule.
        rule: String,
        /// What the engine says, which quotes the pattern.
        error: PatternError,
    },
    /// The tree refuses a path.
    #[error("path {path}: {error}")]
    Path {
        /// The path.
        path: String,
        /// What the tree says.
        error: PathError,
    },
}

/// A pattern that the engine refuses.
#[derive(Debug)]
pub(crate) struct RefusedPattern {
    /// Path from the match to the pattern.
    pub(crate) place: String,
    pub(crate) error: PatternError,
}

/// Why the engine refuses a regular expression.
#[derive(Debug, Clone, thiserror::Error)]
#[error(transparent)]
pub struct PatternError(#[from] regex_lite::Error);

/// Why the tree refuses a path.
#[derive(Debug, Clone, thiserror::Error)]
#[error(transparent)]
pub enum PathError {
    /// The path can't be stored.
    Insert(#[from] InsertError),
    /// The path was stored and is not found again.
    Find(#[from] MatchError),
}

//! A route config is refused for an error in its JSON or for the problems that validation finds.

use std::fmt;

use crate::gzip::InvalidCompression;

/// Why a config was refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Not JSON, a wrong type, or a field that does not exist.
    #[error("route config: {place}: {message} at line {line} column {column}")]
    Parse {
        /// Path from the root, as in `services[0].ports[1].producer`.
        place: String,
        /// What is wrong.
        message: String,
        /// Counted from 1.
        line: usize,
        /// Counted from 1, in bytes.
        column: usize,
    },
    /// More than [`MAX_INFLATED`](crate::MAX_INFLATED) bytes.
    #[error("route config: more than 64 MiB")]
    TooLarge,
    /// The compressed form has no config in it.
    #[error("route config: gzip: {0}")]
    Compression(#[from] InvalidCompression),
    /// Well formed, but it can't be obeyed.
    #[error("route config: {}", Joined(.0))]
    Invalid(Vec<Problem>),
}

/// One thing that is wrong with a config.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Path from the root, as in `services[0].ports[1].producer.rules[2]`.
    pub place: String,
    /// What is wrong with it.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.message)
    }
}

struct Joined<'a>(&'a [Problem]);

impl fmt::Display for Joined<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, problem) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str("; ")?;
            }
            write!(f, "{problem}")?;
        }
        Ok(())
    }
}

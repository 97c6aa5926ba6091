//! Something for which an API server refuses an object.

use std::fmt;

/// Something for which an object is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The place in the object.
    pub path: String,
    /// What is wrong there.
    pub message: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.message)
    }
}

//! The error of a line that is neither a request nor a header.

/// A line that is neither a request nor a header.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{line}` is not {expected}")]
pub struct InvalidLine {
    line: String,
    expected: &'static str,
}

impl InvalidLine {
    /// `expected` says what the line should have been, as in "a header like `name: value`".
    pub(super) fn new(line: &str, expected: &'static str) -> Self {
        Self {
            line: line.into(),
            expected,
        }
    }
}

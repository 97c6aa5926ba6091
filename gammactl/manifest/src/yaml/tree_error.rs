//! Why a tree can't be built of a text.

use crate::source::{Span, Spanned};

pub(super) enum TreeError {
    /// What is wrong, and where.
    Syntax(Spanned<String>),
    /// A second object begins at this key: `---` is missing before it.
    SecondObject(Spanned<String>),
}

pub(super) type TreeResult<T> = Result<T, TreeError>;

impl TreeError {
    pub(super) fn new(span: Span, message: impl Into<String>) -> Self {
        let value = message.into();
        Self::Syntax(Spanned { value, span })
    }
}

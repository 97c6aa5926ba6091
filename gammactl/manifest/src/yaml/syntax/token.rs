//! The tokens of YAML, and why a text has none.

use std::borrow::Cow;

/// What is wrong with a text, and at which byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::yaml) struct SyntaxError {
    /// One sentence without a full stop, lower case.
    pub(in crate::yaml) message: Cow<'static, str>,
    /// Bytes from the start of the text.
    pub(in crate::yaml) at: usize,
}

pub(super) type Syntax<T> = Result<T, SyntaxError>;

/// A token, and the bytes that it takes. Tokens that indentation makes are empty.
#[derive(Debug)]
pub(super) struct Token<'t> {
    pub(super) kind: TokenKind<'t>,
    pub(super) start: usize,
    pub(super) end: usize,
}

#[derive(Debug)]
pub(super) enum TokenKind<'t> {
    StreamEnd,
    /// `%YAML` with its version.
    Version(u8, u8),
    /// `%TAG`.
    TagDirective {
        handle: &'t str,
        prefix: String,
    },
    DocumentStart,
    DocumentEnd,
    BlockSequenceStart,
    BlockMappingStart,
    BlockEnd,
    FlowSequenceStart,
    FlowSequenceEnd,
    FlowMappingStart,
    FlowMappingEnd,
    BlockEntry,
    FlowEntry,
    Key,
    Value,
    Alias(&'t str),
    Anchor(&'t str),
    /// `!suffix`, `!!suffix` or `!handle!suffix`; the handle of `!<suffix>` is empty.
    Tag {
        handle: &'t str,
        suffix: String,
    },
    Scalar {
        text: Cow<'t, str>,
        plain: bool,
    },
}

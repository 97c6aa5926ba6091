//! A tree of YAML or JSON in which every value knows where it was written.

use super::scalar::{Meaning, Scalar};
use crate::source::Span;

/// A value and where it was written.
#[derive(Debug, Clone)]
pub struct Node {
    /// Where the value stands.
    pub span: Span,
    /// What the value is.
    pub content: Content,
}

/// What a [`Node`] holds.
#[derive(Debug, Clone)]
pub enum Content {
    /// A string, a number, a boolean or null.
    Scalar(Scalar),
    /// A list.
    Sequence(Vec<Node>),
    /// A mapping in the order written. Keys are scalars.
    Mapping(Vec<MappingMember>),
}

/// A key of a mapping with its value.
#[derive(Debug, Clone)]
pub struct MappingMember {
    /// The key.
    pub key: String,
    /// Where the key stands.
    pub key_span: Span,
    /// The value of the key.
    pub value: Node,
}

impl Node {
    /// Whether it is `null`: `~`, `null` or nothing at all.
    pub fn is_null(&self) -> bool {
        matches!(self.meaning(), Some(Meaning::Null))
    }

    /// The text of a string: quoted, or plain text that kubectl takes for nothing else.
    pub fn as_str(&self) -> Option<&str> {
        match &self.content {
            Content::Scalar(scalar) if scalar.meaning == Meaning::String => Some(&scalar.text),
            _ => None,
        }
    }

    /// The text of an unquoted scalar, as numbers and booleans are written.
    pub fn as_plain(&self) -> Option<&str> {
        match &self.content {
            Content::Scalar(scalar) if scalar.plain => Some(&scalar.text),
            _ => None,
        }
    }

    /// What a scalar stands for.
    pub fn meaning(&self) -> Option<&Meaning> {
        match &self.content {
            Content::Scalar(scalar) => Some(&scalar.meaning),
            _ => None,
        }
    }

    /// What a person would call the value.
    pub fn kind(&self) -> &'static str {
        match &self.content {
            Content::Sequence(_) => "a list",
            Content::Mapping(_) => "an object",
            Content::Scalar(scalar) => scalar.meaning.kind(),
        }
    }

    /// The value of the member `key` of a mapping.
    pub fn get(&self, key: &str) -> Option<&Node> {
        match &self.content {
            Content::Mapping(members) => members
                .iter()
                .find(|member| member.key == key)
                .map(|member| &member.value),
            _ => None,
        }
    }
}

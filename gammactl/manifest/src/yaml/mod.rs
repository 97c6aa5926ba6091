//! YAML as a tree that remembers where everything was written.
//!
//! Deserialisers stop at the first error and forget positions; this tree is what lets every
//! violation in every document be reported with its place.

mod builder;
mod documents;
mod members;

pub use documents::parse;
pub(crate) use documents::{Document, documents};
pub use members::{Field, Members, NotANumber};

use crate::source::Span;

/// A value and where it was written.
#[derive(Debug, Clone)]
pub struct Node {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub value: Value,
}

/// A value.
#[derive(Debug, Clone)]
pub enum Value {
    /// A scalar as written; `plain` if it was not quoted, so that `80` is a number and `"80"` is not.
    Scalar {
        /// Without the quotes.
        text: String,
        /// Whether it was not quoted.
        plain: bool,
    },
    /// A sequence.
    Sequence(Vec<Node>),
    /// A mapping in the order written. Keys are scalars.
    Mapping(Vec<Entry>),
}

/// A member of a mapping.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Its name.
    pub key: String,
    /// Where its name stands.
    pub key_span: Span,
    /// Its value.
    pub value: Node,
}

impl Node {
    /// Whether it is `null`: `~`, `null` or nothing at all.
    pub fn is_null(&self) -> bool {
        matches!(&self.value, Value::Scalar { text, plain: true }
            if matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL"))
    }

    /// The text of a string: quoted, or plain text that YAML takes for nothing else.
    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar { text, plain } if !plain || !is_typed(text) => Some(text),
            _ => None,
        }
    }

    /// The text of an unquoted scalar, as numbers and booleans are written.
    pub fn as_plain(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar { text, plain: true } => Some(text),
            _ => None,
        }
    }

    /// What a person would call it.
    pub fn kind(&self) -> &'static str {
        match &self.value {
            Value::Sequence(_) => "a list",
            Value::Mapping(_) => "an object",
            Value::Scalar { .. } if self.is_null() => "null",
            Value::Scalar { plain: true, text } if is_bool(text) => "a boolean",
            Value::Scalar { plain: true, text } if is_typed(text) => "a number",
            Value::Scalar { .. } => "a string",
        }
    }

    /// The member `key` of a mapping.
    pub fn get(&self, key: &str) -> Option<&Node> {
        match &self.value {
            Value::Mapping(entries) => entries
                .iter()
                .find(|entry| entry.key == key)
                .map(|entry| &entry.value),
            _ => None,
        }
    }
}

/// Whether plain `text` is a null, a boolean or a number. `yes`, `on` and their like are booleans
/// to kubectl, whose YAML is version 1.1.
fn is_typed(text: &str) -> bool {
    matches!(text, "" | "~" | "null" | "Null" | "NULL") || is_bool(text) || is_number(text)
}

fn is_bool(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    matches!(
        lower.as_str(),
        "true" | "false" | "yes" | "no" | "on" | "off"
    )
}

fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let radix = |prefix, radix| {
        digits
            .strip_prefix(prefix)
            .is_some_and(|rest| !rest.is_empty() && rest.chars().all(|c| c.is_digit(radix)))
    };
    radix("0x", 16)
        || radix("0o", 8)
        || (digits.starts_with(|c: char| c.is_ascii_digit() || c == '.')
            && digits
                .bytes()
                .all(|b| b.is_ascii_digit() || b".eE+-".contains(&b))
            && digits.parse::<f64>().is_ok())
}

#[cfg(test)]
mod tests;

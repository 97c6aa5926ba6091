//! JSON values as the parser finds them, and the slots that take them.

use std::fmt;

use serde::de::Error as _;
use serde_json::{Error, Result, value::RawValue};

use crate::limits::shown;

/// A value as the parser finds it. What is in lists and objects is still to be read.
pub(crate) enum Value<'v, 'j> {
    Null,
    Flag(bool),
    Number(u64),
    Negative(i64),
    /// Nothing in a config takes one.
    Float,
    Text(&'v str),
    List(&'v mut dyn JsonList<'j>),
    Object(&'v mut dyn JsonObject<'j>),
}

impl Value<'_, '_> {
    /// That it is of another type.
    pub(crate) fn but_expected(&self, expected: &str) -> Error {
        Error::custom(format_args!("invalid type: {self}, expected {expected}"))
    }
}

impl fmt::Display for Value<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Flag(flag) => write!(f, "boolean `{flag}`"),
            Self::Number(number) => write!(f, "integer `{number}`"),
            Self::Negative(number) => write!(f, "integer `{number}`"),
            Self::Float => f.write_str("floating point number"),
            Self::Text(text) => write!(f, "string {:?}", shown(text)),
            Self::List(_) => f.write_str("sequence"),
            Self::Object(_) => f.write_str("map"),
        }
    }
}

/// Somewhere to put a value. `'j` is the life of the JSON text.
pub(crate) trait Slot<'j> {
    /// Reads the value. After an error, what is here is of no use.
    fn put(&mut self, value: Value<'_, 'j>) -> Result<()>;
}

/// The elements of a list.
pub(crate) trait JsonList<'j> {
    /// Reads the next one; false at the end.
    fn next(&mut self, slot: &mut dyn Slot<'j>) -> Result<bool>;

    /// The next one as it is written.
    fn next_text(&mut self) -> Result<Option<&'j RawValue>>;
}

/// The members of an object.
pub(crate) trait JsonObject<'j> {
    /// Reads the next key; false at the end.
    fn key(&mut self, slot: &mut dyn Slot<'j>) -> Result<bool>;

    /// Reads the value of that key.
    fn value(&mut self, slot: &mut dyn Slot<'j>) -> Result<()>;
}

//! Reading JSON into Rust's types, in little code.
//!
//! What serde derives is compiled anew for each type, the parser included, and was a third of the filter's
//! module. Here the parser is compiled once: it hands each value over to a [`Slot`], behind a pointer. The
//! types keep their derived `Deserialize`, and a test holds both to the same.

mod choice;
mod object;
mod plain;

pub(crate) use choice::{alternative, choice, member};
pub(crate) use object::{object, optional, required};

use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Error, Result, value::RawValue};

/// Reads the whole of a text.
///
/// # Errors
///
/// What is wrong first, with line and column.
pub(crate) fn read<'j>(text: &'j [u8], slot: &mut dyn Slot<'j>) -> Result<()> {
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    To(slot).deserialize(&mut deserializer)?;
    deserializer.end()
}

/// A value as the parser finds it. What is in lists and objects is still to be read.
pub(crate) enum Value<'v, 'j> {
    Null,
    Flag(bool),
    Number(u64),
    Negative(i64),
    /// Nothing in a config takes one.
    Float,
    Text(&'v str),
    List(&'v mut dyn List<'j>),
    Object(&'v mut dyn Object<'j>),
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
            Self::Text(text) => write!(f, "string {text:?}"),
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

/// What stands in a slot before anything is read into it: the members that may be absent have their
/// defaults.
pub(crate) trait Blank {
    fn blank() -> Self;
}

/// Types whose default it is.
macro_rules! blank_is_default {
    ($($type:ty),+ $(,)?) => {
        $(impl $crate::json::Blank for $type {
            fn blank() -> Self {
                Self::default()
            }
        })+
    };
}
pub(crate) use blank_is_default;

/// The elements of a list.
pub(crate) trait List<'j> {
    /// Reads the next one; false at the end.
    fn next(&mut self, slot: &mut dyn Slot<'j>) -> Result<bool>;

    /// The next one as it is written.
    fn next_text(&mut self) -> Result<Option<&'j RawValue>>;
}

/// The members of an object.
pub(crate) trait Object<'j> {
    /// Reads the next key; false at the end.
    fn key(&mut self, slot: &mut dyn Slot<'j>) -> Result<bool>;

    /// Reads the value of that key.
    fn value(&mut self, slot: &mut dyn Slot<'j>) -> Result<()>;
}

/// What the parser lends: the elements or members that come next.
struct Rest<A>(A);

impl<'j, A: SeqAccess<'j>> List<'j> for Rest<A> {
    fn next(&mut self, slot: &mut dyn Slot<'j>) -> Result<bool> {
        let read = self.0.next_element_seed(To(slot)).map_err(Error::custom)?;
        Ok(read.is_some())
    }

    fn next_text(&mut self) -> Result<Option<&'j RawValue>> {
        self.0.next_element().map_err(Error::custom)
    }
}

impl<'j, A: MapAccess<'j>> Object<'j> for Rest<A> {
    fn key(&mut self, slot: &mut dyn Slot<'j>) -> Result<bool> {
        let read = self.0.next_key_seed(To(slot)).map_err(Error::custom)?;
        Ok(read.is_some())
    }

    fn value(&mut self, slot: &mut dyn Slot<'j>) -> Result<()> {
        self.0.next_value_seed(To(slot)).map_err(Error::custom)
    }
}

/// The one visitor.
struct To<'s, 'j>(&'s mut dyn Slot<'j>);

impl<'j> To<'_, 'j> {
    fn put<E: de::Error>(self, value: Value<'_, 'j>) -> std::result::Result<(), E> {
        // Keeps line and column: serde_json finds them in the text of an error.
        self.0.put(value).map_err(E::custom)
    }
}

impl<'j> DeserializeSeed<'j> for To<'_, 'j> {
    type Value = ();

    fn deserialize<D: Deserializer<'j>>(self, from: D) -> std::result::Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

impl<'j> Visitor<'j> for To<'_, 'j> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: de::Error>(self) -> std::result::Result<(), E> {
        self.put(Value::Null)
    }

    fn visit_bool<E: de::Error>(self, flag: bool) -> std::result::Result<(), E> {
        self.put(Value::Flag(flag))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> std::result::Result<(), E> {
        self.put(Value::Number(number))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> std::result::Result<(), E> {
        self.put(Value::Negative(number))
    }

    fn visit_f64<E: de::Error>(self, _: f64) -> std::result::Result<(), E> {
        self.put(Value::Float)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> std::result::Result<(), E> {
        self.put(Value::Text(text))
    }

    fn visit_seq<A: SeqAccess<'j>>(self, elements: A) -> std::result::Result<(), A::Error> {
        self.put(Value::List(&mut Rest(elements)))
    }

    fn visit_map<A: MapAccess<'j>>(self, members: A) -> std::result::Result<(), A::Error> {
        self.put(Value::Object(&mut Rest(members)))
    }
}

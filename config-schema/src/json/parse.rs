//! The parser: one visitor of `serde_json`, compiled once for all types.

use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Error, Result, value::RawValue};

use super::{
    read::{Empty, FromJson},
    value::{JsonList, JsonObject, Slot, Value},
};

/// Reads the whole of a text.
///
/// # Errors
///
/// What is wrong first, with line and column.
pub(crate) fn parse<'j, T: FromJson<'j>>(text: &'j [u8]) -> Result<T> {
    let mut slot = Empty(None);
    put_into(&mut slot, text)?;
    // The parser has put a value there, or has failed.
    slot.0.ok_or_else(|| Error::custom("missing value"))
}

fn put_into<'j>(slot: &mut dyn Slot<'j>, text: &'j [u8]) -> Result<()> {
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    To(slot).deserialize(&mut deserializer)?;
    deserializer.end()
}

/// Reads a value from any format.
#[cfg(not(test))]
pub(crate) fn deserialize<'j, T: FromJson<'j>, D: Deserializer<'j>>(
    from: D,
) -> std::result::Result<T, D::Error> {
    let mut slot = Empty(None);
    To(&mut slot).deserialize(from)?;
    slot.0.ok_or_else(|| de::Error::custom("missing value"))
}

/// What the parser lends: the elements or members that come next.
struct Rest<A>(A);

impl<'j, A: SeqAccess<'j>> JsonList<'j> for Rest<A> {
    fn next(&mut self, slot: &mut dyn Slot<'j>) -> Result<bool> {
        let read = self.0.next_element_seed(To(slot)).map_err(Error::custom)?;
        Ok(read.is_some())
    }

    fn next_text(&mut self) -> Result<Option<&'j RawValue>> {
        self.0.next_element().map_err(Error::custom)
    }
}

impl<'j, A: MapAccess<'j>> JsonObject<'j> for Rest<A> {
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

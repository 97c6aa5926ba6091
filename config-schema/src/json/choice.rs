//! An enum of a config is read from one of several words, or from an object with one of several members.

use serde::de::Error as _;
use serde_json::{Error, Result};

use super::{
    read::{Empty, FromJson},
    value::{JsonObject, Slot, Value},
};
use crate::limits::shown;

/// Reads one of these words, of which each stands for the value at its place.
pub(crate) fn choice<T: Copy>(value: Value<'_, '_>, words: &[&str], values: &[T]) -> Result<T> {
    let chosen = position(value, words)?;
    let chosen = values.get(chosen).copied();
    chosen.ok_or_else(|| Error::custom("unknown variant"))
}

fn position(value: Value<'_, '_>, words: &[&str]) -> Result<usize> {
    let Value::Text(text) = value else {
        return Err(value.but_expected(&one_of(words)));
    };
    let position = words.iter().position(|word| *word == text);
    position.ok_or_else(|| unknown("variant", text, words))
}

/// How the value of an object's member is read.
type MemberReader<T> = fn(&mut dyn JsonObject<'_>) -> Result<T>;

/// Reads an object whose only member is one of these.
pub(crate) fn alternative<T>(
    value: Value<'_, '_>,
    members: &[(&str, MemberReader<T>)],
) -> Result<T> {
    let known = || members.iter().map(|(name, _)| *name).collect::<Vec<_>>();
    let Value::Object(object) = value else {
        return Err(value.but_expected(&one_of(&known())));
    };
    let mut name = String::new();
    if !object.key(&mut name)? {
        return Err(Value::Object(object).but_expected(&one_of(&known())));
    }
    let Some((_, read)) = members.iter().find(|(member, _)| *member == name) else {
        return Err(unknown("variant", &name, &known()));
    };
    let read = read(object)?;
    if object.key(&mut Ignored)? {
        return Err(Error::custom("only one member is possible"));
    }
    Ok(read)
}

/// The value of the member whose key was read.
pub(crate) fn member<'j, T: FromJson<'j>>(object: &mut dyn JsonObject<'j>) -> Result<T> {
    let mut slot = Empty(None);
    object.value(&mut slot)?;
    // The parser has put a value there, or has failed.
    slot.0.ok_or_else(|| Error::custom("missing value"))
}

/// A slot that forgets what it is given.
struct Ignored;

impl<'j> Slot<'j> for Ignored {
    fn put(&mut self, _: Value<'_, 'j>) -> Result<()> {
        Ok(())
    }
}

/// The error that nothing of this name is known, and what is.
pub(super) fn unknown(what: &str, given: &str, known: &[&str]) -> Error {
    let known = one_of(known);
    let given = shown(given);
    Error::custom(format_args!("unknown {what} `{given}`, expected {known}"))
}

fn one_of(known: &[&str]) -> String {
    let quoted: Vec<_> = known.iter().map(|name| format!("`{name}`")).collect();
    match quoted.as_slice() {
        [_, _, _, ..] => format!("one of {}", quoted.join(", ")),
        few => few.join(" or "),
    }
}

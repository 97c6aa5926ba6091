//! Which types can be read from a JSON value, and the slots that the parser fills with them.

use serde_json::{Result, value::RawValue};

use super::value::{List, Slot, Value};

/// A type that is read from a JSON value. `'j` is the life of the JSON text.
pub(crate) trait Read<'j>: Sized {
    fn read(value: Value<'_, 'j>) -> Result<Self>;
}

/// Takes the place of what is there.
impl<'j, T: Read<'j>> Slot<'j> for T {
    fn put(&mut self, value: Value<'_, 'j>) -> Result<()> {
        *self = T::read(value)?;
        Ok(())
    }
}

/// A slot that nothing is in before a value is read: `None` is told from every value.
pub(crate) struct Empty<T>(pub(crate) Option<T>);

impl<'j, T: Read<'j>> Slot<'j> for Empty<T> {
    fn put(&mut self, value: Value<'_, 'j>) -> Result<()> {
        self.0 = Some(T::read(value)?);
        Ok(())
    }
}

/// A type that can be an element of a list.
pub(crate) trait Element<'j>: Sized {
    /// Reads the next element; `None` at the end.
    fn next(list: &mut dyn List<'j>) -> Result<Option<Self>>;
}

impl<'j, T: Read<'j>> Element<'j> for T {
    fn next(list: &mut dyn List<'j>) -> Result<Option<Self>> {
        let mut slot = Empty(None);
        list.next(&mut slot)?;
        Ok(slot.0)
    }
}

/// An element that stays text, to be read later.
impl<'j> Element<'j> for &'j RawValue {
    fn next(list: &mut dyn List<'j>) -> Result<Option<Self>> {
        list.next_text()
    }
}

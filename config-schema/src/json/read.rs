//! Which types can be read from a JSON value, and the slots that the parser fills with them.

use serde_json::{Result, value::RawValue};

use super::value::{JsonList, Slot, Value};

/// A type that is read from a JSON value. `'j` is the life of the JSON text.
///
/// Values are read where they are to stay: moving an object is as much code as reading it.
pub(crate) trait FromJson<'j>: Sized {
    /// Reads into an empty slot.
    fn read(slot: &mut Option<Self>, value: Value<'_, 'j>) -> Result<()>;

    /// Reads over what stands for the value if it is absent.
    fn read_over(&mut self, value: Value<'_, 'j>) -> Result<()>;
}

/// Types of which a value is small enough to be moved.
macro_rules! read_by_value {
    ($type:ty, $read:expr) => {
        impl<'j> $crate::json::FromJson<'j> for $type {
            fn read(
                slot: &mut Option<Self>,
                value: $crate::json::Value<'_, 'j>,
            ) -> serde_json::Result<()> {
                *slot = Some($read(value)?);
                Ok(())
            }

            fn read_over(&mut self, value: $crate::json::Value<'_, 'j>) -> serde_json::Result<()> {
                *self = $read(value)?;
                Ok(())
            }
        }
    };
}
pub(crate) use read_by_value;

/// A slot with what stands for the value if it is absent.
impl<'j, T: FromJson<'j>> Slot<'j> for T {
    fn put(&mut self, value: Value<'_, 'j>) -> Result<()> {
        self.read_over(value)
    }
}

/// A slot that nothing is in before a value is read: `None` is told from every value.
pub(crate) struct Empty<T>(pub(crate) Option<T>);

impl<'j, T: FromJson<'j>> Slot<'j> for Empty<T> {
    fn put(&mut self, value: Value<'_, 'j>) -> Result<()> {
        T::read(&mut self.0, value)
    }
}

/// A type that can be an element of a list.
pub(crate) trait Element<'j>: Sized {
    /// Reads the next element; `None` at the end.
    fn next(list: &mut dyn JsonList<'j>) -> Result<Option<Self>>;
}

impl<'j, T: FromJson<'j>> Element<'j> for T {
    fn next(list: &mut dyn JsonList<'j>) -> Result<Option<Self>> {
        let mut slot = Empty(None);
        list.next(&mut slot)?;
        Ok(slot.0)
    }
}

/// An element that stays text, to be read later.
impl<'j> Element<'j> for &'j RawValue {
    fn next(list: &mut dyn JsonList<'j>) -> Result<Option<Self>> {
        list.next_text()
    }
}

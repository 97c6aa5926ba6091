//! Types that are read the same wherever they stand.

use std::net::{IpAddr, Ipv4Addr};

use serde::de::Error as _;
use serde_json::{Error, Result, value::RawValue};

use super::{Blank, Slot, Value, blank_is_default};

blank_is_default!(u16, u32, (u32, u32), String);

impl Slot<'_> for bool {
    fn put(&mut self, value: Value<'_, '_>) -> Result<()> {
        match value {
            Value::Flag(flag) => *self = flag,
            other => return Err(other.but_expected("a boolean")),
        }
        Ok(())
    }
}

impl Slot<'_> for u16 {
    fn put(&mut self, value: Value<'_, '_>) -> Result<()> {
        *self = integer(&value, "u16", u64::from(Self::MAX))? as Self;
        Ok(())
    }
}

impl Slot<'_> for u32 {
    fn put(&mut self, value: Value<'_, '_>) -> Result<()> {
        *self = integer(&value, "u32", u64::from(Self::MAX))? as Self;
        Ok(())
    }
}

fn integer(value: &Value<'_, '_>, expected: &str, max: u64) -> Result<u64> {
    match value {
        Value::Number(number) if *number <= max => Ok(*number),
        Value::Number(_) | Value::Negative(_) => Err(Error::custom(format_args!(
            "invalid value: {value}, expected {expected}"
        ))),
        other => Err(other.but_expected(expected)),
    }
}

impl Slot<'_> for String {
    fn put(&mut self, value: Value<'_, '_>) -> Result<()> {
        match value {
            Value::Text(text) => *self = text.into(),
            other => return Err(other.but_expected("a string")),
        }
        Ok(())
    }
}

impl Blank for IpAddr {
    fn blank() -> Self {
        Self::V4(Ipv4Addr::UNSPECIFIED)
    }
}

impl Slot<'_> for IpAddr {
    fn put(&mut self, value: Value<'_, '_>) -> Result<()> {
        match value {
            Value::Text(text) => *self = text.parse().map_err(Error::custom)?,
            other => return Err(other.but_expected("IP address")),
        }
        Ok(())
    }
}

impl<'j, T: Slot<'j> + Blank> Slot<'j> for Option<T> {
    fn put(&mut self, value: Value<'_, 'j>) -> Result<()> {
        match value {
            Value::Null => Ok(()),
            value => self.insert(T::blank()).put(value),
        }
    }
}

impl<'j, T: Slot<'j> + Blank> Slot<'j> for Vec<T> {
    fn put(&mut self, value: Value<'_, 'j>) -> Result<()> {
        let Value::List(list) = value else {
            return Err(value.but_expected("a sequence"));
        };
        while list.next(&mut Next(self))? {}
        Ok(())
    }
}

/// Behind the last element.
struct Next<'v, T>(&'v mut Vec<T>);

impl<'j, T: Slot<'j> + Blank> Slot<'j> for Next<'_, T> {
    fn put(&mut self, value: Value<'_, 'j>) -> Result<()> {
        self.0.push(T::blank());
        self.0
            .last_mut()
            .map_or(Ok(()), |element| element.put(value))
    }
}

/// As they are written: to be read later.
impl<'j> Slot<'j> for Vec<&'j RawValue> {
    fn put(&mut self, value: Value<'_, 'j>) -> Result<()> {
        let Value::List(list) = value else {
            return Err(value.but_expected("a sequence"));
        };
        while let Some(element) = list.next_text()? {
            self.push(element);
        }
        Ok(())
    }
}

impl Slot<'_> for (u32, u32) {
    fn put(&mut self, value: Value<'_, '_>) -> Result<()> {
        let Value::List(list) = value else {
            return Err(value.but_expected("two numbers"));
        };
        if !list.next(&mut self.0)? || !list.next(&mut self.1)? || list.next(&mut 0_u32)? {
            return Err(Error::custom("must be two numbers"));
        }
        Ok(())
    }
}

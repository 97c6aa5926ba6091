//! Types that are read the same wherever they stand.

use std::net::IpAddr;

use serde::de::Error as _;
use serde_json::{Error, Result, value::RawValue};

use super::{Next, Read, Value};

impl Read<'_> for bool {
    fn read(value: Value<'_, '_>) -> Result<Self> {
        match value {
            Value::Flag(flag) => Ok(flag),
            other => Err(other.but_expected("a boolean")),
        }
    }
}

impl Read<'_> for u16 {
    fn read(value: Value<'_, '_>) -> Result<Self> {
        integer(&value, "u16", u64::from(Self::MAX)).map(|number| number as Self)
    }
}

impl Read<'_> for u32 {
    fn read(value: Value<'_, '_>) -> Result<Self> {
        integer(&value, "u32", u64::from(Self::MAX)).map(|number| number as Self)
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

impl Read<'_> for String {
    fn read(value: Value<'_, '_>) -> Result<Self> {
        match value {
            Value::Text(text) => Ok(text.into()),
            other => Err(other.but_expected("a string")),
        }
    }
}

impl Read<'_> for IpAddr {
    fn read(value: Value<'_, '_>) -> Result<Self> {
        match value {
            Value::Text(text) => text.parse().map_err(Error::custom),
            other => Err(other.but_expected("IP address")),
        }
    }
}

impl<'j, T: Read<'j>> Read<'j> for Option<T> {
    fn read(value: Value<'_, 'j>) -> Result<Self> {
        match value {
            Value::Null => Ok(None),
            value => T::read(value).map(Some),
        }
    }
}

impl<'j, T: Read<'j>> Read<'j> for Vec<T> {
    fn read(value: Value<'_, 'j>) -> Result<Self> {
        let Value::List(list) = value else {
            return Err(value.but_expected("a sequence"));
        };
        let mut elements = Self::new();
        let mut next = Next(None);
        while list.next(&mut next)? {
            elements.extend(next.0.take());
        }
        Ok(elements)
    }
}

/// As they are written: to be read later.
impl<'j> Read<'j> for Vec<&'j RawValue> {
    fn read(value: Value<'_, 'j>) -> Result<Self> {
        let Value::List(list) = value else {
            return Err(value.but_expected("a sequence"));
        };
        let mut elements = Self::new();
        while let Some(element) = list.next_text()? {
            elements.push(element);
        }
        Ok(elements)
    }
}

impl Read<'_> for (u32, u32) {
    fn read(value: Value<'_, '_>) -> Result<Self> {
        let Value::List(list) = value else {
            return Err(value.but_expected("two numbers"));
        };
        let mut pair = (0, 0);
        if !list.next(&mut pair.0)? || !list.next(&mut pair.1)? || list.next(&mut 0_u32)? {
            return Err(Error::custom("must be two numbers"));
        }
        Ok(pair)
    }
}

//! Numbers, strings, addresses, options and lists of a config are read into the standard library's types.

use std::net::IpAddr;

use serde::de::Error as _;
use serde_json::{Error, Result};

use super::{
    read::{Element, FromJson, read_by_value},
    value::Value,
};

read_by_value!(bool, flag);
read_by_value!(u16, |value| integer(&value, "u16", u64::from(u16::MAX))
    .map(|n| n as u16));
read_by_value!(u32, |value| integer(&value, "u32", u64::from(u32::MAX))
    .map(|n| n as u32));
read_by_value!(String, string);
read_by_value!(IpAddr, address);
read_by_value!((u32, u32), pair);

fn flag(value: Value<'_, '_>) -> Result<bool> {
    match value {
        Value::Flag(flag) => Ok(flag),
        other => Err(other.but_expected("a boolean")),
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

fn string(value: Value<'_, '_>) -> Result<String> {
    match value {
        Value::Text(text) => Ok(text.into()),
        other => Err(other.but_expected("a string")),
    }
}

fn address(value: Value<'_, '_>) -> Result<IpAddr> {
    match value {
        Value::Text(text) => text.parse().map_err(Error::custom),
        other => Err(other.but_expected("IP address")),
    }
}

fn pair(value: Value<'_, '_>) -> Result<(u32, u32)> {
    let Value::List(list) = value else {
        return Err(value.but_expected("two numbers"));
    };
    match (u32::next(list)?, u32::next(list)?, u32::next(list)?) {
        (Some(first), Some(second), None) => Ok((first, second)),
        _ => Err(Error::custom("must be two numbers")),
    }
}

impl<'j, T: FromJson<'j>> FromJson<'j> for Option<T> {
    fn read(slot: &mut Option<Self>, value: Value<'_, 'j>) -> Result<()> {
        slot.insert(None).read_over(value)
    }

    fn read_over(&mut self, value: Value<'_, 'j>) -> Result<()> {
        match value {
            Value::Null => Ok(()),
            value => T::read(self, value),
        }
    }
}

impl<'j, T: Element<'j>> FromJson<'j> for Vec<T> {
    fn read(slot: &mut Option<Self>, value: Value<'_, 'j>) -> Result<()> {
        slot.insert(Self::new()).read_over(value)
    }

    fn read_over(&mut self, value: Value<'_, 'j>) -> Result<()> {
        let Value::List(list) = value else {
            return Err(value.but_expected("a sequence"));
        };
        while let Some(element) = T::next(list)? {
            self.push(element);
        }
        Ok(())
    }
}

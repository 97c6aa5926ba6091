//! Reading of the standard library's types: numbers, strings, addresses, options, lists and maps.

use std::{collections::BTreeMap, net::IpAddr};

use serde::de::Error as _;
use serde_json::{Error, Result};

use super::{
    choice::member,
    read::{Element, Read},
    value::Value,
};

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
        integer(&value, "u16")
    }
}

impl Read<'_> for u32 {
    fn read(value: Value<'_, '_>) -> Result<Self> {
        integer(&value, "u32")
    }
}

fn integer<T: TryFrom<u64>>(value: &Value<'_, '_>, expected: &str) -> Result<T> {
    let fits = match value {
        Value::Number(number) => T::try_from(*number).ok(),
        Value::Negative(_) => None,
        other => return Err(other.but_expected(expected)),
    };
    fits.ok_or_else(|| Error::custom(format_args!("invalid value: {value}, expected {expected}")))
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

impl<'j, T: Element<'j>> Read<'j> for Vec<T> {
    fn read(value: Value<'_, 'j>) -> Result<Self> {
        let Value::List(list) = value else {
            return Err(value.but_expected("a sequence"));
        };
        let mut elements = Self::new();
        while let Some(element) = T::next(list)? {
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
        match (u32::next(list)?, u32::next(list)?, u32::next(list)?) {
            (Some(first), Some(second), None) => Ok((first, second)),
            _ => Err(Error::custom("must be two numbers")),
        }
    }
}

/// A map from namespaces.
impl<'j, T: Read<'j>> Read<'j> for BTreeMap<String, T> {
    fn read(value: Value<'_, 'j>) -> Result<Self> {
        let Value::Object(object) = value else {
            return Err(value.but_expected("a map"));
        };
        let mut map = Self::new();
        let mut namespace = String::new();
        while object.key(&mut namespace)? {
            if map.contains_key(&namespace) {
                let message = format_args!("namespace `{namespace}` is there twice");
                return Err(Error::custom(message));
            }
            let of_namespace = member(object)?;
            map.insert(std::mem::take(&mut namespace), of_namespace);
        }
        Ok(map)
    }
}

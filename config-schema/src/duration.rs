//! Durations as the Gateway API writes them.

use std::{fmt, str::FromStr};

use serde::{Serialize, Serializer, de::Error as _};

use crate::json::{Value, read_by_value};

/// A GEP-2257 duration: one to four numbers with `h`, `m`, `s` or `ms`, as in `1m30s`. Whole
/// milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Duration(u64);

impl Duration {
    /// From milliseconds.
    #[must_use]
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis)
    }

    /// In milliseconds.
    #[must_use]
    pub const fn as_millis(self) -> u64 {
        self.0
    }
}

const UNITS: [(&str, u64); 4] = [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000)];

impl FromStr for Duration {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse(text)
            .map(Self)
            .ok_or("must be like `10s`, `1m30s` or `500ms`")
    }
}

fn parse(text: &str) -> Option<u64> {
    let mut rest = text;
    let mut total = 0_u64;
    for parts in 0.. {
        if rest.is_empty() {
            return (1..=4).contains(&parts).then_some(total);
        }
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let (number, after) = rest.split_at_checked(digits)?;
        let number: u64 = (1..=5)
            .contains(&number.len())
            .then(|| number.parse())?
            .ok()?;
        let (unit, scale) = UNITS.iter().find(|(unit, _)| after.starts_with(unit))?;
        rest = after.get(unit.len()..)?;
        total = total.checked_add(number.checked_mul(*scale)?)?;
    }
    None
}

impl fmt::Display for Duration {
    /// The largest units first; zero is `0s`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0 {
            return f.write_str("0s");
        }
        let mut rest = self.0;
        for (unit, scale) in UNITS.iter().rev() {
            if let Some(count @ 1..) = rest.checked_div(*scale) {
                write!(f, "{count}{unit}")?;
                rest = rest.checked_rem(*scale).unwrap_or(0);
            }
        }
        Ok(())
    }
}

impl Serialize for Duration {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

read_by_value!(Duration, |value: Value<'_, '_>| match value {
    Value::Text(text) => text.parse().map_err(serde_json::Error::custom),
    other => Err(other.but_expected("a string")),
});

impl<'de> serde::Deserialize<'de> for Duration {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Duration {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Duration".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "A GEP-2257 duration: one to four numbers with `h`, `m`, `s` or `ms`, as in `1m30s`.",
            "type": "string",
            "pattern": "^([0-9]{1,5}(h|m|s|ms)){1,4}$",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_follow_gep_2257() {
        let table = [
            ("0h", Some("0s")),
            ("0h0m0s", Some("0s")),
            ("1h", Some("1h")),
            ("500ms", Some("500ms")),
            ("150m", Some("2h30m")),
            ("7230s", Some("2h30s")),
            ("10s30m1h", Some("1h30m10s")),
            ("100ms200ms300ms", Some("600ms")),
            ("00001s", Some("1s")),
            ("", None),
            ("1", None),
            ("1m1", None),
            ("1d", None),
            ("1h30m10s20ms50h", None),
            ("999999h", None),
            ("1.5h", None),
            ("-15m", None),
        ];
        for (text, expected) in table {
            let parsed = text.parse::<Duration>().ok().map(|d| d.to_string());
            assert_eq!(parsed.as_deref(), expected, "{text}");
        }
    }
}

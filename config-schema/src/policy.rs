//! How long a rule's requests may take, and what is tried again.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

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
            if rest >= *scale {
                write!(f, "{}{unit}", rest / scale)?;
                rest %= scale;
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

impl<'de> Deserialize<'de> for Duration {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(D::Error::custom)
    }
}

/// HTTPRouteTimeouts. `0s` means without limit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Timeouts {
    /// For the whole request, all attempts included; then it is answered 504.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<Duration>,
    /// For a single attempt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backend_request: Option<Duration>,
}

impl Timeouts {
    pub(crate) fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// HTTPRouteRetry. Failed connections, resets and attempts that take too long are always tried
/// again.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Retry {
    /// Statuses of answers to try again, 400 to 599.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(inner(range(min = 400, max = 599))))]
    pub codes: Vec<u16>,
    /// Attempts after the first one. Absent: 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attempts: Option<u32>,
    /// How long to wait before an attempt. Absent: as the proxy says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backoff: Option<Duration>,
}

/// SessionPersistence: the requests of one session go to one backend, and there to one endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(transform = crate::schema::session))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SessionPersistence {
    /// Where the session is carried.
    #[serde(
        default,
        rename = "type",
        skip_serializing_if = "SessionType::is_cookie"
    )]
    pub kind: SessionType,
    /// Name of the cookie or header.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = crate::schema::HEADER_NAME)))]
    pub name: String,
    /// `Path` of the cookie.
    #[serde(default = "root", skip_serializing_if = "is_root")]
    #[cfg_attr(feature = "schema", schemars(regex(pattern = crate::schema::COOKIE_PATH)))]
    pub path: String,
    /// Whether the cookie outlives the browser. Needs `absoluteTimeout`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub permanent: bool,
    /// After this time a session ends, used or not. Absent: it does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub absolute_timeout: Option<Duration>,
}

/// SessionPersistenceType.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum SessionType {
    /// A cookie.
    #[default]
    Cookie,
    /// A header of that name, in the response and in the requests after it.
    Header,
}

impl SessionType {
    #[allow(
        clippy::trivially_copy_pass_by_ref,
        reason = "serde passes a reference"
    )]
    fn is_cookie(&self) -> bool {
        *self == Self::Cookie
    }
}

fn root() -> String {
    "/".into()
}

fn is_root(path: &str) -> bool {
    path == "/"
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

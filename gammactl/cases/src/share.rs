//! A share of the requests, as people write it in a case file.

use std::{fmt, str::FromStr};

use gamma_compile::in_percent;

/// A part of the requests, from 0 to 1: `0.9`, `90%` or `9/10`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct RequestShare(f64);

impl RequestShare {
    /// `share` is from 0 to 1.
    pub(super) fn from_f64(share: f64) -> Self {
        // The sum of nothing is -0.
        Self(share + 0.0)
    }

    /// From 0 to 1.
    #[must_use]
    pub(crate) fn as_f64(self) -> f64 {
        self.0
    }
}

impl FromStr for RequestShare {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let number = |text: &str| text.trim().parse::<f64>().ok();
        let share = if let Some(percent) = text.strip_suffix('%') {
            number(percent).map(|percent| percent / 100.0)
        } else if let Some((part, whole)) = text.split_once('/') {
            number(part)
                .zip(number(whole))
                .map(|(part, whole)| part / whole)
        } else {
            number(text)
        };
        share
            .filter(|share| (0.0..=1.0).contains(share))
            .map(Self)
            .ok_or("must be from 0 to 1, like `0.9`, `90%` or `9/10`")
    }
}

impl fmt::Display for RequestShare {
    /// In percent, with as many digits as it takes, but no more than six.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&in_percent(self.0, 6))
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for RequestShare {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Share".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "A part of the requests: `0.9`, `90%` or `9/10`.",
            "oneOf": [
                {"type": "number", "minimum": 0, "maximum": 1},
                {"type": "string", "pattern": r"^\d+(\.\d+)? ?%$|^\d+(\.\d+)? ?/ ?\d+(\.\d+)?$|^[01]?(\.\d+)?$"},
            ],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_read_and_written_as_people_do() {
        for (text, expected) in [
            ("0.9", Some("90 %")),
            ("90%", Some("90 %")),
            ("90 %", Some("90 %")),
            ("9/10", Some("90 %")),
            ("1/3", Some("33.333333 %")),
            ("1", Some("100 %")),
            ("0", Some("0 %")),
            (".5", Some("50 %")),
            ("0.000000001", Some("< 0.000001 %")),
            ("1.5", None),
            ("-0.1", None),
            ("1/0", None),
            ("0/0", None),
            ("most", None),
            ("nan", None),
            ("", None),
        ] {
            let share = text
                .parse::<RequestShare>()
                .ok()
                .map(|share| share.to_string());
            assert_eq!(share.as_deref(), expected, "{text}");
        }
    }
}

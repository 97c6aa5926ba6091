//! Decides what a YAML scalar means to kubectl: a string, a number, a boolean or null.
//!
//! kubectl reads YAML with go-yaml version 2, which follows neither YAML 1.1 nor 1.2 to the letter:
//! `y` is a boolean, `010` is 8, `1:30` is a string. `scalars.tsv` beside this file is a table of
//! what `sigs.k8s.io/yaml` makes of some hundred scalars; the tests read it.

use std::borrow::Cow;

use super::binary;

/// What `!!` stands for in a tag.
pub(super) const CORE: &str = "tag:yaml.org,2002:";

/// A scalar as written, and what it stands for.
#[derive(Debug, Clone)]
pub struct Scalar {
    /// The text without quotes, escapes resolved.
    pub text: String,
    /// Whether the scalar is written without quotes, so that `80` is a number and `"80"` is not.
    pub plain: bool,
    /// What the text stands for.
    pub meaning: Meaning,
}

/// What a scalar stands for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Meaning {
    /// `null`, `~` or nothing.
    Null,
    /// `true`, `false` and their like.
    Boolean(bool),
    /// A whole number of 64 bits, with or without sign.
    Integer(i128),
    /// Any other number; `1e3` and `80.0` are here, too.
    Float(f64),
    /// The text itself.
    String,
}

/// Why a scalar can't be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ScalarError {
    /// kubectl turns manifests into JSON.
    #[error("`{0}` is no number that JSON has")]
    NotInJson(String),
    /// A tag that the text contradicts.
    #[error("`{text}` can't be read as `!!{tag}`")]
    Tag { text: String, tag: String },
}

impl Scalar {
    /// A quoted string, or a block of text.
    pub(super) fn quoted(text: String) -> Self {
        Self {
            text,
            plain: false,
            meaning: Meaning::String,
        }
    }

    /// A scalar without quotes.
    pub(super) fn plain(text: String) -> Self {
        Self {
            meaning: Meaning::of(&text),
            plain: true,
            text,
        }
    }

    /// A scalar as it stands in a text, with its tag in full if it has one. A tag decides with quotes
    /// and without.
    pub(super) fn written(
        text: String,
        plain: bool,
        tag: Option<&str>,
    ) -> Result<Self, ScalarError> {
        let Some(tag) = tag else {
            return Ok(if plain {
                Self::plain(text)
            } else {
                Self::quoted(text)
            });
        };
        let Some(core) = tag.strip_prefix(CORE) else {
            // `!` and `!mine`: to kubectl, a string. But `! <<` is a merge key.
            let plain = tag == "!" && text == "<<";
            return Ok(Self {
                plain,
                ..Self::quoted(text)
            });
        };
        Self::tagged(core, text)
    }

    /// A scalar with a tag of YAML's core schema, like `int` of `!!int`.
    pub(super) fn tagged(tag: &str, text: String) -> Result<Self, ScalarError> {
        let failed = |text: String| {
            let tag = tag.to_owned();
            ScalarError::Tag { text, tag }
        };
        let meaning = match (tag, Meaning::of(&text)) {
            ("timestamp", _) if is_date(&text) => Meaning::String,
            ("float", Meaning::Integer(integer)) if i64::try_from(integer).is_ok() => {
                Meaning::Float(integer as f64)
            }
            ("null", meaning @ Meaning::Null)
            | ("bool", meaning @ Meaning::Boolean(_))
            | ("int", meaning @ Meaning::Integer(_))
            | ("float", meaning @ Meaning::Float(_)) => meaning,
            ("null" | "bool" | "int" | "float" | "timestamp", _) => return Err(failed(text)),
            ("merge", _) if text == "<<" => {
                return Ok(Self {
                    plain: true,
                    ..Self::quoted(text)
                });
            }
            ("binary", _) => {
                let decoded = binary::decode(&text);
                return decoded.map(Self::quoted).ok_or_else(|| failed(text));
            }
            _ => Meaning::String,
        };
        Ok(Self {
            plain: meaning != Meaning::String,
            text,
            meaning,
        })
    }

    /// Refuses a value that kubectl can't write as JSON.
    pub(super) fn in_json(self) -> Result<Self, ScalarError> {
        match self.meaning {
            Meaning::Float(float) if !float.is_finite() => Err(ScalarError::NotInJson(self.text)),
            _ => Ok(self),
        }
    }
}

impl Meaning {
    /// The meaning of a scalar without quotes.
    fn of(text: &str) -> Self {
        match text {
            "" | "~" | "null" | "Null" | "NULL" => Self::Null,
            "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
                Self::Boolean(true)
            }
            "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off"
            | "OFF" => Self::Boolean(false),
            ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => Self::Float(f64::INFINITY),
            "-.inf" | "-.Inf" | "-.INF" => Self::Float(f64::NEG_INFINITY),
            ".nan" | ".NaN" | ".NAN" => Self::Float(f64::NAN),
            _ if text.starts_with('.') => fraction(text).map_or(Self::String, Self::Float),
            _ if text.starts_with(|c: char| matches!(c, '0'..='9' | '+' | '-')) => number(text),
            _ => Self::String,
        }
    }

    /// What a person would call a value of this meaning.
    pub(super) fn kind(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Boolean(_) => "a boolean",
            Self::Integer(_) | Self::Float(_) => "a number",
            Self::String => "a string",
        }
    }

    /// The whole number that this is: JSON does not tell `80` from `80.0`.
    pub(crate) fn as_integer(self) -> Option<i128> {
        /// From here on Go writes numbers with an exponent, and an exponent makes no integer.
        const WITH_EXPONENT: f64 = 1e21;
        match self {
            Self::Integer(integer) => Some(integer),
            Self::Float(float) if float.fract() == 0.0 && float.abs() < WITH_EXPONENT => {
                Some(float as i128)
            }
            _ => None,
        }
    }
}

/// Whether a text begins like one of the dates that `!!timestamp` takes: `2026-1-31`.
fn is_date(text: &str) -> bool {
    let mut parts = text.splitn(3, '-');
    let mut digits = |counts: std::ops::RangeInclusive<usize>| {
        let part = parts.next().unwrap_or_default();
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        counts.contains(&digits)
    };
    digits(4..=4) && digits(1..=2) && digits(1..=2)
}

/// A text that begins like a number. Underscores between its characters mean nothing.
fn number(text: &str) -> Meaning {
    let text = if text.contains('_') {
        Cow::Owned(text.replace('_', ""))
    } else {
        Cow::Borrowed(text)
    };
    if let Some(integer) = integer(&text) {
        Meaning::Integer(integer)
    } else {
        float(&text).map_or(Meaning::String, Meaning::Float)
    }
}

/// A number that begins with its point. Go's own rule holds for the underscores in it: they stand
/// between digits.
fn fraction(text: &str) -> Option<f64> {
    let mut parts = text.split('_').peekable();
    while let Some(part) = parts.next() {
        if let Some(next) = parts.peek() {
            let after_digit = part.ends_with(|c: char| c.is_ascii_digit());
            let before_digit = next.starts_with(|c: char| c.is_ascii_digit());
            if !after_digit || !before_digit {
                return None;
            }
        }
    }
    float(&text.replace('_', ""))
}

/// An integer of 64 bits, in base 2, 8, 10 or 16.
fn integer(text: &str) -> Option<i128> {
    let (sign, digits) = sign(text);
    let (radix, digits) = match digits.as_bytes() {
        [b'0', b'b' | b'B', ..] => (2, &digits[2..]),
        [b'0', b'o' | b'O', ..] => (8, &digits[2..]),
        [b'0', b'x' | b'X', ..] => (16, &digits[2..]),
        [b'0', _, ..] => (8, &digits[1..]),
        _ => (10, digits),
    };
    if let (Some(rest), None) = (text.strip_prefix("0b"), sign) {
        // go-yaml takes a sign behind the prefix as well.
        let (inner, digits) = self::sign(rest);
        if inner.is_some() {
            return signed(inner, 2, digits);
        }
    }
    signed(sign, radix, digits)
}

fn sign(text: &str) -> (Option<char>, &str) {
    match text.strip_prefix(['+', '-']) {
        Some(rest) => (text.chars().next(), rest),
        None => (None, text),
    }
}

fn signed(sign: Option<char>, radix: u32, digits: &str) -> Option<i128> {
    // `from_str_radix` would take a sign.
    if !digits.chars().all(|c| c.is_digit(radix)) {
        return None;
    }
    let value = i128::from_str_radix(digits, radix).ok()?;
    let value = if sign == Some('-') { -value } else { value };
    let greatest = match sign {
        Some(_) => i128::from(i64::MAX),
        None => i128::from(u64::MAX),
    };
    (i128::from(i64::MIN)..=greatest)
        .contains(&value)
        .then_some(value)
}

/// Digits with or without point, and an exponent. A number too large for 64 bits is none.
fn float(text: &str) -> Option<f64> {
    let (_, unsigned) = sign(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(sign(exponent).1)),
        None => (unsigned, None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let good = digits(whole)
        && digits(fraction)
        && !(whole.is_empty() && fraction.is_empty())
        && exponent.is_none_or(|exponent| !exponent.is_empty() && digits(exponent));
    let value: f64 = good.then(|| text.parse().ok())??;
    value.is_finite().then_some(value)
}

#[cfg(test)]
mod tests;

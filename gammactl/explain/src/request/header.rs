//! A header in one line, as HTTP/1.1 and curl write it.

use std::{fmt, str::FromStr};

use super::error::InvalidLine;

/// What a line of a header looks like, for messages.
pub(super) const EXPECTED: &str = "a header like `name: value`";

/// `name: value`. Each character of the value is a byte (ISO 8859-1), so that `"\xff"` in YAML is
/// the byte 255.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct HeaderLine {
    /// Name as written.
    pub name: String,
    /// Value.
    pub value: Vec<u8>,
}

impl fmt::Display for HeaderLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value: String = self.value.iter().copied().map(char::from).collect();
        write!(f, "{}: {value}", self.name)
    }
}

impl FromStr for HeaderLine {
    type Err = InvalidLine;

    fn from_str(line: &str) -> Result<Self, InvalidLine> {
        let parse = || {
            let (name, value) = line.split_once(':')?;
            let value = value
                .trim_matches([' ', '\t'])
                .chars()
                .map(|c| u8::try_from(u32::from(c)).ok())
                .collect::<Option<Vec<u8>>>()?;
            let sendable = is_name(name) && !value.iter().any(|b| matches!(b, b'\r' | b'\n' | 0));
            sendable.then(|| Self {
                name: name.into(),
                value,
            })
        };
        parse().ok_or_else(|| InvalidLine::new(line, EXPECTED))
    }
}

pub(super) fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn header_values_are_bytes() {
        let header: HeaderLine = "x-a: \u{ff}b\u{a0} ".parse().unwrap();
        assert_eq!((&*header.name, &*header.value), ("x-a", &b"\xffb\xa0"[..]));
        assert_eq!(header.to_string(), "x-a: \u{ff}b\u{a0}");
        for line in ["x-a", ": b", "x a: b", "x-a: \u{100}", "x-a: a\nb"] {
            assert!(line.parse::<HeaderLine>().is_err(), "{line}");
        }
    }
}

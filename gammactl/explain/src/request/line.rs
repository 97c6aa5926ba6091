//! Requests and headers in one line, as curl takes them.

use std::{fmt, str::FromStr};

/// `METHOD URL`, as in `GET http://cart/api?x=1`. The method may be left out (`GET`), and so may the
/// scheme (`http`) and the path (`/`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RequestLine {
    /// Method.
    pub method: String,
    /// `http` or `https`.
    pub scheme: String,
    /// Host with or without port.
    pub authority: String,
    /// Path with query.
    pub path: String,
}

/// `name: value`. Each character of the value is a byte (ISO 8859-1), so that `"\xff"` in YAML is
/// the byte 255.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct HeaderLine {
    /// Name as written.
    pub name: String,
    /// Value.
    pub value: Vec<u8>,
}

/// A line that is neither a request nor a header.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{line}` is not {expected}")]
pub struct Invalid {
    line: String,
    expected: &'static str,
}

impl FromStr for RequestLine {
    type Err = Invalid;

    fn from_str(line: &str) -> Result<Self, Invalid> {
        let invalid = |expected| Invalid {
            line: line.into(),
            expected,
        };
        let (method, url) = line.trim().split_once(' ').unwrap_or(("GET", line.trim()));
        let url = url.trim_start();
        let (scheme, rest) = url.split_once("://").unwrap_or(("http", url));
        // A `#` and what follows is never sent.
        let rest = rest.split('#').next().unwrap_or_default();
        let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        let scheme = scheme.to_ascii_lowercase();
        let is_token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
        if method.is_empty() || !method.chars().all(is_token) {
            return Err(invalid(
                "a request: the method comes first, as in `GET http://host/path`",
            ));
        }
        if !matches!(&*scheme, "http" | "https") {
            return Err(invalid("a request: the scheme is http or https"));
        }
        if authority.is_empty() {
            return Err(invalid(
                "a request: it needs a host, as in `GET http://host/path`",
            ));
        }
        if !rest.chars().all(|c| !c.is_whitespace() && !c.is_control()) {
            return Err(invalid("a request: a URL has no spaces; write %20"));
        }
        let slash = if path.starts_with('/') { "" } else { "/" };
        Ok(Self {
            method: method.into(),
            scheme,
            authority: authority.into(),
            path: format!("{slash}{path}"),
        })
    }
}

impl fmt::Display for RequestLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            method,
            scheme,
            authority,
            path,
        } = self;
        write!(f, "{method} {scheme}://{authority}{path}")
    }
}

impl fmt::Display for HeaderLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value: String = self.value.iter().copied().map(char::from).collect();
        write!(f, "{}: {value}", self.name)
    }
}

impl FromStr for HeaderLine {
    type Err = Invalid;

    fn from_str(line: &str) -> Result<Self, Invalid> {
        let parse = || {
            let (name, value) = line.split_once(':')?;
            let value = value
                .trim_matches([' ', '\t'])
                .chars()
                .map(|c| u8::try_from(u32::from(c)).ok())
                .collect::<Option<Vec<u8>>>()?;
            let sendable = !name.is_empty()
                && name.bytes().all(|b| b.is_ascii_graphic())
                && !value.iter().any(|b| matches!(b, b'\r' | b'\n' | 0));
            sendable.then(|| Self {
                name: name.into(),
                value,
            })
        };
        parse().ok_or_else(|| Invalid {
            line: line.into(),
            expected: "a header like `name: value`",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_of_a_request_is_as_in_curl() {
        for (line, full) in [
            ("GET http://cart/api?x=1", "GET http://cart/api?x=1"),
            ("cart", "GET http://cart/"),
            ("cart:8080/a", "GET http://cart:8080/a"),
            ("POST cart?x=1", "POST http://cart/?x=1"),
            ("HTTPS://cart/a#top", "GET https://cart/a"),
            ("http://[fd00::1]:80/", "GET http://[fd00::1]:80/"),
        ] {
            let parsed: RequestLine = line.parse().unwrap();
            assert_eq!(parsed.to_string(), full, "{line}");
        }
    }

    #[test]
    fn a_line_that_is_no_request_says_why() {
        for (line, why) in [
            ("GET /api", "needs a host"),
            ("ftp://cart/", "http or https"),
            ("G(T cart", "method"),
            ("GET http://cart/a b", "no spaces"),
        ] {
            let error = line.parse::<RequestLine>().unwrap_err().to_string();
            assert!(error.contains(why), "{line}: {error}");
        }
    }

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

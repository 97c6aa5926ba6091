//! A request in one line: its method and its URL.

use std::{fmt, str::FromStr};

use super::{
    error::InvalidLine,
    header::HeaderLine,
    target::{ASTERISK, NEEDS_HOST, RequestTarget, is_authority},
};

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
    /// Path with query; `*` for OPTIONS that asks about the whole server. With `--request-target` curl sends
    /// anything there.
    pub path: String,
}

impl RequestLine {
    /// Reads a line that may leave the host to the `Host` header among `headers`, as in `OPTIONS *`.
    ///
    /// # Errors
    ///
    /// The line is no request, or neither names a host.
    pub fn with_headers(line: &str, headers: &[HeaderLine]) -> Result<Self, InvalidLine> {
        let target = RequestTarget::read(line)?;
        let invalid = |expected| InvalidLine::new(line, expected);
        if target.user_info.is_some() {
            return Err(invalid(
                "a request alone: clients send a user name and password in a header, `authorization`",
            ));
        }
        let mut headers = headers.iter();
        let host = headers.find(|header| header.name.eq_ignore_ascii_case("host"));
        let host = host.map(|host| String::from_utf8_lossy(&host.value).into_owned());
        Ok(Self {
            method: target.method.unwrap_or_else(|| "GET".into()),
            scheme: target.scheme,
            authority: target
                .authority
                .or_else(|| host.filter(|host| is_authority(host)))
                .ok_or_else(|| invalid(NEEDS_HOST))?,
            path: target.path,
        })
    }

    /// The line of a request whose parts are known one by one, as in a log.
    pub(crate) fn from_parts(
        method: &str,
        scheme: &str,
        authority: &str,
        path: &str,
    ) -> Result<Self, InvalidLine> {
        if path != ASTERISK {
            return format!("{method} {scheme}://{authority}{path}").parse();
        }
        let whole = format!("{method} {scheme}://{authority}/").parse()?;
        Ok(Self {
            path: path.into(),
            ..whole
        })
    }
}

impl FromStr for RequestLine {
    type Err = InvalidLine;

    fn from_str(line: &str) -> Result<Self, InvalidLine> {
        Self::with_headers(line, &[])
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
        if path.starts_with('/') {
            write!(f, "{method} {scheme}://{authority}{path}")
        } else {
            write!(f, "{method} {path} at {scheme}://{authority}")
        }
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
            ("http://[fd00::1]/", "GET http://[fd00::1]/"),
            // An empty port is the scheme's (RFC 3986, section 6.2.3).
            ("http://cart:/", "GET http://cart:/"),
            ("http://cart/a@b:+80", "GET http://cart/a@b:+80"),
            ("CONNECT http://cart:80/", "CONNECT http://cart:80/"),
        ] {
            let parsed: RequestLine = line.parse().unwrap();
            assert_eq!(parsed.to_string(), full, "{line}");
        }
    }

    #[test]
    fn a_line_that_is_no_request_says_why() {
        for (line, why) in [
            ("GET /api", "needs a host"),
            ("http:///api", "needs a host"),
            ("OPTIONS *", "needs a host"),
            ("ftp://cart/", "http or https"),
            ("G(T cart", "method"),
            ("GET http://cart/a b", "no spaces"),
            ("GET http://user:pw@cart/", "`authorization`"),
            ("GET http://a@b@cart/", "%40"),
            ("CONNECT cart:80", "a tunnel"),
        ] {
            let error = line.parse::<RequestLine>().unwrap_err().to_string();
            assert!(error.contains(why), "{line}: {error}");
        }
    }
}

//! The method and the request target of a request, in the forms that HTTP/1.1 has for them (RFC 9112,
//! section 3.2), and URLs as curl takes them.

use gamma_config::is_token;

use super::error::InvalidLine;

/// A line as it is written: what it leaves out is not filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RequestTarget {
    pub(super) method: Option<String>,
    /// `http` or `https`.
    pub(super) scheme: String,
    /// `user:password` before the host; curl and Envoy send it in no host.
    pub(super) user_info: Option<String>,
    /// `None` in the forms that leave the host to the `Host` header: `/path` and `*`.
    pub(super) authority: Option<String>,
    /// Path with query, or `*`.
    pub(super) path: String,
}

/// The path of the asterisk-form, with which OPTIONS asks about the server as a whole.
pub(super) const ASTERISK: &str = "*";

impl RequestTarget {
    pub(super) fn read(line: &str) -> Result<Self, InvalidLine> {
        let invalid = |expected| InvalidLine::new(line, expected);
        let (method, url) = match line.trim().split_once(' ') {
            Some((method, url)) => (Some(method), url.trim_start()),
            None => (None, line.trim()),
        };
        if !method.is_none_or(is_token) {
            return Err(invalid(
                "a request: the method comes first, as in `GET http://host/path`",
            ));
        }
        let owned = |method: Option<&str>| method.map(str::to_owned);
        if url == ASTERISK {
            return Ok(Self {
                method: owned(method),
                scheme: "http".into(),
                user_info: None,
                authority: None,
                path: ASTERISK.into(),
            });
        }
        if method == Some("CONNECT") && !url.contains('/') {
            return Err(invalid(
                "a request: `CONNECT host:port` asks the proxy for a tunnel, which has no path to be \
                 routed by; name a URL, as in `CONNECT http://host/path`",
            ));
        }
        let (scheme, rest) = url.split_once("://").unwrap_or(("http", url));
        // A `#` and what follows is never sent.
        let rest = rest.split('#').next().unwrap_or_default();
        let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        let scheme = scheme.to_ascii_lowercase();
        if !matches!(&*scheme, "http" | "https") {
            return Err(invalid("a request: the scheme is http or https"));
        }
        if !rest.chars().all(|c| !c.is_whitespace() && !c.is_control()) {
            return Err(invalid("a request: a URL has no spaces; write %20"));
        }
        let (user_info, authority) = match authority.rsplit_once('@') {
            Some((user_info, authority)) => (Some(user_info), authority),
            None => (None, authority),
        };
        if user_info.is_some_and(|text| text.contains('@')) {
            return Err(invalid(
                "a request: a user name or password writes `@` as %40",
            ));
        }
        let has_host = !authority.is_empty();
        if !has_host && (user_info.is_some() || url.contains("://")) {
            return Err(invalid(NEEDS_HOST));
        }
        let slash = if path.starts_with('/') { "" } else { "/" };
        Ok(Self {
            method: owned(method),
            scheme,
            user_info: owned(user_info),
            authority: has_host.then(|| authority.into()),
            path: format!("{slash}{}", ascii(path)),
        })
    }
}

/// `path` as clients send it: "non-ASCII characters" are "encoded according to UTF-8, and then each octet
/// […] must be percent-encoded" (RFC 3986, section 3.2.2), with small letters as curl has it.
fn ascii(path: &str) -> String {
    let mut encoded = String::with_capacity(path.len());
    for char in path.chars() {
        if char.is_ascii() {
            encoded.push(char);
        } else {
            let mut bytes = [0; 4];
            for byte in char.encode_utf8(&mut bytes).bytes() {
                encoded.push_str(&format!("%{byte:02x}"));
            }
        }
    }
    encoded
}

pub(super) const NEEDS_HOST: &str = "a request: it needs a host, as in `GET http://host/path`";

/// Whether `text` can be the value of a `Host` header.
pub(super) fn is_authority(text: &str) -> bool {
    let can_stand = |c: char| !c.is_whitespace() && !c.is_control() && !"/?#@".contains(c);
    !text.is_empty() && text.chars().all(can_stand)
}

/// RFC 3986, section 3.2.3: "port = *DIGIT". A parser of numbers would take a sign, too.
pub(super) fn port_number(text: &str) -> Option<u16> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| digits)
}

//! Normalises a path as Envoy's `normalize_path` does before any filter sees the path.

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

/// What Envoy escapes in a path, by the rules for URLs in browsers. It answers 400 to control
/// characters and to what is not ASCII before that.
const ESCAPED: &AsciiSet = &CONTROLS
    .add(b'"')
    .add(b'<')
    .add(b'>')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// `path`, without query, if it is not what it becomes: dot segments are resolved, with parameters or
/// without (RFC 3986, section 5.2.4), encoded unreserved characters are decoded (section 6.2.2.2), and what should have been
/// encoded is. The `*` of `OPTIONS *` is no path, and stays.
#[must_use]
pub fn normalized_path(path: &str) -> Option<String> {
    if !path.starts_with('/') {
        return None;
    }
    let slashes = decode_unreserved(&without_parameters(path)).replace('\\', "/");
    let decoded = utf8_percent_encode(&slashes, ESCAPED).to_string();
    let normal = resolve_dots(&decoded);
    (normal != path).then_some(normal)
}

/// The path, and the query with its `?`.
pub(crate) fn split_query(path: &str) -> (&str, &str) {
    path.split_at(path.find('?').unwrap_or(path.len()))
}

/// `path`, which begins with `/`, without the segments `.` and `..` (RFC 3986, section 5.2.4).
pub(crate) fn resolve_dots(path: &str) -> String {
    let mut segments: Vec<&str> = Vec::new();
    let mut rest = path.split('/').skip(1).peekable();
    while let Some(segment) = rest.next() {
        let is_last = rest.peek().is_none();
        match segment {
            "." if is_last => segments.push(""),
            "." => {}
            ".." => {
                segments.pop();
                if is_last {
                    segments.push("");
                }
            }
            segment => segments.push(segment),
        }
    }
    format!("/{}", segments.join("/"))
}

/// `path` without the parameters of dot segments, as in `/a/..;x/b`, which some servers take for `/b`. Envoy
/// looks for them before it decodes anything.
pub(crate) fn without_parameters(path: &str) -> String {
    let segments = path
        .split('/')
        .map(|segment| match segment.split_once(';') {
            Some((dots @ ("." | ".."), _)) => dots,
            _ => segment,
        });
    segments.collect::<Vec<_>>().join("/")
}

fn decode_unreserved(path: &str) -> String {
    let mut decoded = String::with_capacity(path.len());
    let mut rest = path;
    // Place of the last `%` that begins no escape.
    let mut bare = None;
    while let Some(at) = rest.find('%') {
        let (before, escape) = rest.split_at(at);
        decoded.push_str(before);
        let byte = escape
            .get(1..3)
            .filter(|hex| hex.bytes().all(|byte| byte.is_ascii_hexdigit()))
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        let unreserved = byte
            .map(char::from)
            .filter(|c| c.is_ascii_alphanumeric() || "-._~".contains(*c));
        match unreserved {
            Some(char) => {
                decoded.push(char);
                rest = &escape[3..];
                // One escape more than there was: `%%62a` is no `%ba`.
                if let Some(bare) = bare {
                    let next = rest.chars().next().filter(|_| bare + 2 == decoded.len());
                    let behind: String = decoded[bare + 1..].chars().chain(next).collect();
                    if behind.len() == 2 && behind.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                        decoded.insert_str(bare + 1, "25");
                    }
                }
            }
            None => {
                if byte.is_none() {
                    bare = Some(decoded.len());
                }
                decoded.push('%');
                rest = &escape[1..];
            }
        }
    }
    decoded.push_str(rest);
    decoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_normalised_as_envoy_does() {
        for (path, normal) in [
            ("/a", None),
            ("/a//b/", None),
            ("/a%2Fb", None),
            ("/%61", Some("/a")),
            ("/a/../b", Some("/b")),
            ("/a/./b/.", Some("/a/b/")),
            ("/a/b/..", Some("/a/")),
            ("/..", Some("/")),
            ("/100%", None),
            ("/a|b", Some("/a%7Cb")),
            ("/a\\b", Some("/a/b")),
            ("/a/..;x=1/b", Some("/b")),
            ("/a/..;x\\y", Some("/")),
            ("/a/.;b", Some("/a/")),
            ("/a/%2e%2e;/b", Some("/a/..;/b")),
            ("/a\\..;/b", Some("/a/..;/b")),
            ("/a/...;/b;c", None),
            ("/%%62a/%%62z", Some("/%25ba/%bz")),
            ("/%%30%30", Some("/%2500")),
            ("/%a%62/%%4", Some("/%25ab/%%4")),
            ("/a<b>{c}^`\"d\"", Some("/a%3Cb%3E%7Bc%7D%5E%60%22d%22")),
            ("/a[b]~!$&'()*+,;=:@", None),
            ("/%+4", None),
            ("*", None),
        ] {
            assert_eq!(normalized_path(path).as_deref(), normal, "{path}");
        }
    }
}

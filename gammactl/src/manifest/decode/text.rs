//! Strings with a shape: names, hosts, paths, header names and values.

use super::object::Cx;
use crate::{diagnostic::codes, source::Spanned};

type Text = Spanned<String>;

/// Refuses `text` unless `good`, saying what it should be.
fn check(good: bool, text: &Text, path: &str, should: &str, cx: &mut Cx<'_>) {
    if !good {
        cx.refuse(
            &codes::INVALID_VALUE,
            text.span,
            format!("`{path}` is {:?}", text.value),
            should,
        );
    }
}

/// RFC 1123 subdomain: names of objects, rules and sections.
pub(super) fn name(text: &Text, path: &str, cx: &mut Cx<'_>) {
    check(
        is_subdomain(&text.value),
        text,
        path,
        "use lower-case letters, digits, `-` and `.`, beginning and ending with a letter or digit",
        cx,
    );
}

/// PreciseHostname, or Hostname where a `*.` may come first.
pub(super) fn hostname(text: &Text, path: &str, wildcard: bool, cx: &mut Cx<'_>) {
    let host = match wildcard {
        true => text.value.strip_prefix("*.").unwrap_or(&text.value),
        false => &text.value,
    };
    let is_address = host.parse::<std::net::IpAddr>().is_ok();
    check(
        is_subdomain(host) && !is_address,
        text,
        path,
        "use a lower-case host name without port; an address is not allowed",
        cx,
    );
}

/// HTTPPathMatch.value of type Exact or PathPrefix.
pub(super) fn path_value(text: &Text, path: &str, cx: &mut Cx<'_>) {
    let value = &text.value;
    let has = |parts: &[&str]| parts.iter().any(|part| value.contains(part));
    let should = if !value.starts_with('/') {
        "begin it with `/`"
    } else if value.len() > 1024 {
        "use at most 1024 characters"
    } else if has(&["//", "/./", "/../"]) || value.ends_with("/.") || value.ends_with("/..") {
        "write the path as it is after normalisation: no `//`, `/./` or `/../`"
    } else if has(&["%2f", "%2F"]) {
        "an encoded `/` can't be matched: use a regular expression"
    } else if has(&["#", "?"]) {
        "match the query with `queryParams`; a fragment never reaches the server"
    } else if !is_path(value) {
        "percent-encode characters that may not stand in a path"
    } else {
        return;
    };
    check(false, text, path, should, cx);
}

fn is_path(value: &str) -> bool {
    let mut bytes = value.bytes();
    while let Some(byte) = bytes.next() {
        let good = match byte {
            b'%' => (0..2).all(|_| bytes.next().is_some_and(|b| b.is_ascii_hexdigit())),
            byte => byte.is_ascii_alphanumeric() || b"-/._~!$&'()*+,;=:@".contains(&byte),
        };
        if !good {
            return false;
        }
    }
    true
}

/// A path that a rewrite or redirect puts on the wire.
pub(super) fn replacement_path(text: &Text, path: &str, cx: &mut Cx<'_>) {
    let good = text.value.len() <= 1024
        && text.value.bytes().all(|b| b.is_ascii_graphic())
        && !text.value.contains(['?', '#'])
        && (text.value.is_empty() || text.value.starts_with('/'));
    let should = "begin it with `/`, without query, fragment, spaces or control characters";
    check(good, text, path, should, cx);
}

/// HTTPHeaderName, and the names of query parameters: RFC 9110 `token`.
pub(super) fn header_name(text: &Text, path: &str, cx: &mut Cx<'_>) {
    let is_token = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
    let good = (1..=256).contains(&text.value.len()) && text.value.bytes().all(is_token);
    let should = match text.value.starts_with(':') {
        true => "pseudo-headers can't be used: match `Host` or `method` instead",
        false => "use letters, digits and `-`",
    };
    check(good, text, path, should, cx);
}

/// A value that is matched or set; CR, LF and NUL would let a route forge headers.
pub(super) fn value(text: &Text, path: &str, max: usize, cx: &mut Cx<'_>) {
    let good = (1..=max).contains(&text.value.len()) && !text.value.contains(['\r', '\n', '\0']);
    let should = format!("use 1 to {max} characters, without line breaks and NUL");
    check(good, text, path, &should, cx);
}

/// CORSOrigin.
pub(super) fn origin(text: &Text, path: &str, cx: &mut Cx<'_>) {
    let good = text.value.split_once("://").is_some_and(|(scheme, rest)| {
        let (host, port) = rest.split_once(':').unwrap_or((rest, "80"));
        let label = |label: &str| {
            !label.is_empty()
                && label
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b == b'-')
        };
        matches!(scheme, "http" | "https")
            && port.parse::<u16>().is_ok_and(|port| port > 0)
            && (host == "*"
                || host
                    .strip_prefix("*.")
                    .unwrap_or(host)
                    .split('.')
                    .all(label))
    });
    check(
        good,
        text,
        path,
        "use `*`, or scheme and host like `https://*.example.com:8443`, without path",
        cx,
    );
}

fn is_subdomain(text: &str) -> bool {
    let edge = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    (1..=253).contains(&text.len())
        && text.split('.').all(|label| {
            let bytes = label.as_bytes();
            matches!((bytes.first(), bytes.last()), (Some(&a), Some(&z)) if edge(a) && edge(z))
                && bytes.iter().all(|&b| edge(b) || b == b'-')
        })
}

/// GEP-2257 duration.
pub(super) fn duration(text: &Text, path: &str, cx: &mut Cx<'_>) -> Option<gamma_config::Duration> {
    let duration = text.value.parse().ok();
    check(
        duration.is_some(),
        text,
        path,
        "write it like `10s`, `1m30s` or `500ms`; `0s` disables",
        cx,
    );
    duration
}

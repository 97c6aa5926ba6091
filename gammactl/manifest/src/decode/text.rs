//! Checks strings that the API gives a form: names, hosts, paths, header names and values.

use gamma_config::{Cors, is_token};

use super::cx::Cx;
use crate::{diagnostic::codes, foreign_path, source::Spanned, yaml::ObjectReader};

type Text = Spanned<String>;

/// A check of one text, which has a path.
pub(super) type Check = fn(&Text, &str, &mut Cx<'_>);

/// The name of a member, what it holds, and its check.
pub(super) type TextMember<'t> = (&'static str, &'t Option<Text>, Check);

/// Checks the members of `object` that are there.
pub(super) fn members(object: &ObjectReader<'_>, members: &[TextMember<'_>], cx: &mut Cx<'_>) {
    for (member, text, check) in members {
        if let Some(text) = text {
            check(text, &object.path_to(member), cx);
        }
    }
}

/// Refuses `text` unless `good`, saying what it should be.
fn check(good: bool, text: &Text, path: &str, should: &str, cx: &mut Cx<'_>) {
    if !good {
        cx.refuse(
            &codes::INVALID_VALUE,
            text.span,
            format!("`{path}` is {}", shown(&text.value)),
            should,
        );
    }
}

/// The value in quotes, cut where it would fill the screen.
fn shown(value: &str) -> String {
    const LONG: usize = 60;
    match value.char_indices().nth(LONG) {
        Some((end, _)) => format!("{:?}…", &value[..end]),
        None => format!("{value:?}"),
    }
}

/// ObjectName: what a reference names. It has no pattern; a name that no object can have is found
/// missing.
pub(super) fn object_name(text: &Text, path: &str, cx: &mut Cx<'_>) {
    length(text, 1..=253, path, cx);
}

/// Group: an RFC 1123 subdomain, or nothing for the core group.
pub(super) fn group(text: &Text, path: &str, cx: &mut Cx<'_>) {
    check(
        text.value.is_empty() || is_subdomain(&text.value),
        text,
        path,
        "write a group without version, like `gateway.networking.k8s.io`; the core group is `\"\"`",
        cx,
    );
}

/// Kind: letters, digits and `-`, beginning with a letter.
pub(super) fn kind(text: &Text, path: &str, cx: &mut Cx<'_>) {
    let bytes = text.value.as_bytes();
    let edges = matches!((bytes.first(), bytes.last()), (Some(first), Some(last))
        if first.is_ascii_alphabetic() && last.is_ascii_alphanumeric());
    let good = edges
        && bytes.len() <= 63
        && bytes
            .iter()
            .all(|b| b.is_ascii_alphanumeric() || *b == b'-');
    check(good, text, path, "write a kind, like `Service`", cx);
}

/// A length in characters, as the API server counts.
pub(super) fn length(
    text: &Text,
    range: std::ops::RangeInclusive<usize>,
    path: &str,
    cx: &mut Cx<'_>,
) {
    let length = text.value.chars().count();
    if !range.contains(&length) {
        cx.refuse(
            &codes::INVALID_VALUE,
            text.span,
            format!("`{path}` has {length} characters"),
            match range.start() {
                0 => format!("use at most {} characters", range.end()),
                least => format!("use {least} to {} characters", range.end()),
            },
        );
    }
}

/// The name of an object that is a label in DNS, once it is known to be a [`name`].
pub(super) fn label_name(text: &Text, path: &str, cx: &mut Cx<'_>) {
    if is_subdomain(&text.value) {
        label(text, path, cx);
    }
}

/// The name of a pod's port: `IsValidPortName`.
pub(super) fn pod_port_name(text: &Text, path: &str, cx: &mut Cx<'_>) {
    let value = &*text.value;
    let in_names = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    let should = if value.parse::<u16>().is_ok() {
        "leave the quotes out: in quotes, it is a name"
    } else {
        "use at most 15 lower-case letters, digits and single `-`, with a letter among them, or a \
         number without quotes"
    };
    let good = (1..=15).contains(&value.len())
        && value.bytes().all(in_names)
        && value.bytes().any(|b| b.is_ascii_lowercase())
        && !value.contains("--")
        && !value.starts_with('-')
        && !value.ends_with('-');
    check(good, text, path, should, cx);
}

/// A name in DNS, in lower case.
pub(super) fn dns_name(text: &Text, path: &str, cx: &mut Cx<'_>) {
    let value = &*text.value;
    let should = if value.contains('/') || value.contains(':') {
        "leave scheme, port and path out: a host name alone"
    } else {
        "use lower-case letters, digits, `-` and `.`, as host names have them"
    };
    check(is_subdomain(value), text, path, should, cx);
}

/// RFC 1123 label: names of namespaces, ports and Services.
pub(super) fn label(text: &Text, path: &str, cx: &mut Cx<'_>) {
    check(
        text.value.len() <= 63 && !text.value.contains('.') && is_subdomain(&text.value),
        text,
        path,
        "use at most 63 lower-case letters, digits and `-`, beginning and ending with a letter or \
         digit",
        cx,
    );
}

/// A qualified name: an `appProtocol`.
pub(super) fn qualified_name(text: &Text, path: &str, cx: &mut Cx<'_>) {
    check(is_qualified_name(&text.value), text, path, QUALIFIED, cx);
}

/// The key of a label or annotation in the mapping at `path`.
pub(super) fn key(text: &Text, path: &str, cx: &mut Cx<'_>) {
    if !is_qualified_name(&text.value) {
        let message = format!("`{path}` has the key {}", shown(&text.value));
        cx.refuse(&codes::INVALID_VALUE, text.span, message, QUALIFIED);
    }
}

const QUALIFIED: &str = "use at most 63 letters, digits, `-`, `_` and `.`, beginning and ending with a \
                         letter or digit; before them, a domain and `/` may stand";

fn is_qualified_name(text: &str) -> bool {
    let (prefix, name) = match text.split_once('/') {
        Some((prefix, name)) => (Some(prefix), name),
        None => (None, text),
    };
    prefix.is_none_or(is_subdomain) && is_qualified(name) && !name.is_empty()
}

/// The value of a label.
pub(super) fn label_value(text: &Text, path: &str, cx: &mut Cx<'_>) {
    check(
        is_qualified(&text.value),
        text,
        path,
        "use at most 63 letters, digits, `-`, `_` and `.`, beginning and ending with a letter or \
         digit",
        cx,
    );
}

/// What may follow the domain in a qualified name, and the value of a label, which may be empty.
fn is_qualified(name: &str) -> bool {
    let edge = |b: Option<&u8>| b.is_none_or(u8::is_ascii_alphanumeric);
    let bytes = name.as_bytes();
    bytes.len() <= 63
        && edge(bytes.first())
        && edge(bytes.last())
        && bytes
            .iter()
            .all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(b))
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
    let host = if wildcard {
        text.value.strip_prefix("*.").unwrap_or(&text.value)
    } else {
        &text.value
    };
    let should = if text.value.contains("://") {
        "leave the scheme out: a host name alone"
    } else if text.value.contains('/') {
        "leave the path out: it is matched by `matches[].path`"
    } else if text.value.contains(':') {
        "leave scheme and port out: a host name alone"
    } else if text.value.contains('*') && !wildcard {
        "name one host: a wildcard is not allowed here"
    } else if host.contains('*') {
        "write `*.` once, at the beginning, for one or more labels"
    } else if text.value.to_ascii_lowercase() != text.value {
        "use lower-case letters"
    } else {
        "use lower-case letters, digits, `-` and `.`"
    };
    let good = is_subdomain(host) && text.value.len() <= 253;
    check(good, text, path, should, cx);
}

/// HTTPPathMatch.value of type Exact or PathPrefix.
pub(super) fn path_value(text: &Text, path: &str, cx: &mut Cx<'_>) {
    let value = &text.value;
    let has = |parts: &[&str]| parts.iter().any(|part| value.contains(part));
    let foreign;
    let should = if let Some(hint) = foreign_pattern(value) {
        foreign = hint;
        &*foreign
    } else if !value.starts_with('/') {
        "begin it with `/`"
    } else if value.len() > 1024 {
        "use at most 1024 characters"
    } else if has(&["//"]) {
        "write one `/`: proxies merge slashes before they match"
    } else if has(&["/./", "/../"]) || value.ends_with("/.") || value.ends_with("/..") {
        "write the path as it is once `.` and `..` are resolved"
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

/// The way out for a path that is written as other routers write it, if it can't stand here so.
fn foreign_pattern(value: &str) -> Option<String> {
    let bare = value.trim_start_matches(['~', '*', ' ', '^', '=']);
    let is_bare = bare.len() < value.len() && bare.starts_with('/');
    if let Some((_, rest)) = value.split_once("://") {
        let path = rest.split_once('/').unwrap_or_default().1;
        return Some(format!(
            "write the path alone, `/{path}`; a host is matched by the header `Host`"
        ));
    }
    if value == "*" {
        return Some("for all paths, write `/` with `type: PathPrefix`".into());
    }
    if value.starts_with('/') && is_path(value) {
        return None;
    }
    if let Some(found) = foreign_path(bare).filter(|_| bare.starts_with('/')) {
        return Some(format!(
            "for a parameter, set `type: RegularExpression` and write `{}`",
            found.pattern
        ));
    }
    let regex = |pattern: &str| {
        format!("for a regular expression, set `type: RegularExpression` and write `{pattern}`")
    };
    if is_bare && is_path(bare) && !bare.contains(['*', '(', '$']) {
        let plain = format!("write `{bare}`");
        return Some(if value.starts_with('=') {
            format!("{plain}, with `type: Exact`")
        } else {
            format!("{plain}: every path is matched from its beginning")
        });
    }
    let is_pattern = bare.starts_with('/')
        && (value.contains(['^', '|', '\\', '[', '{'])
            || value.contains(")?")
            || value.contains("(?"));
    (is_bare || is_pattern).then(|| regex(bare))
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

/// HTTPAuthConfig.path: the characters of a path that is matched, in any order.
pub(super) fn auth_path(text: &Text, path: &str, cx: &mut Cx<'_>) {
    length(text, 1..=1024, path, cx);
    let should = "percent-encode characters that may not stand in a path";
    check(is_path(&text.value), text, path, should, cx);
}

/// HTTPHeaderName, and the names of query parameters: RFC 9110 `token`.
pub(super) fn header_name(text: &Text, path: &str, cx: &mut Cx<'_>) {
    let should = match text.value.as_bytes().first() {
        Some(b':') => "pseudo-headers can't be used: match `Host`, `method` or `path` instead",
        _ if text.value.len() > 256 => "use at most 256 characters",
        _ => "use letters, digits and `-`",
    };
    check(is_header_name(&text.value), text, path, should, cx);
}

fn is_header_name(name: &str) -> bool {
    name.len() <= 256 && is_token(name)
}

/// CORSOrigin.
pub(super) fn origin(text: &Text, path: &str, cx: &mut Cx<'_>) {
    check(
        Cors::is_origin(&text.value) && text.value.len() <= 253,
        text,
        path,
        "use `*`, or scheme and host like `https://*.example.com:8443`, without path",
        cx,
    );
}

/// Whether `text` is an RFC 1123 subdomain.
pub(super) fn is_subdomain(text: &str) -> bool {
    let edge = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    (1..=253).contains(&text.len())
        && text.split('.').all(|label| {
            let bytes = label.as_bytes();
            matches!((bytes.first(), bytes.last()), (Some(&a), Some(&z)) if edge(a) && edge(z))
                && bytes.iter().all(|&b| edge(b) || b == b'-')
        })
}

/// GEP-2257 duration, if the member is there.
pub(super) fn duration(
    object: &mut ObjectReader<'_>,
    name: &'static str,
    cx: &mut Cx<'_>,
) -> Option<gamma_config::Duration> {
    let field = object.take(name, cx)?;
    if let Some(number) = field.number() {
        let message = format!("`{}` is a number, it must be a string", field.path);
        let hint = format!("give it a unit: `{number}s`");
        cx.refuse(&codes::WRONG_TYPE, field.node.span, message, hint);
        return None;
    }
    parsed_duration(&field.string(cx)?, &field.path, cx)
}

fn parsed_duration(text: &Text, path: &str, cx: &mut Cx<'_>) -> Option<gamma_config::Duration> {
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

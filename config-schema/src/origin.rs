//! Origins that a CORS filter allows, as the Gateway API's CORSOrigin has them.

use crate::text::port_number;

/// Whether `text` is `*`, or `scheme://host` with or without port, whose host is `*` or may begin
/// with `*.`.
pub(crate) fn is_origin(text: &str) -> bool {
    if text == "*" {
        return true;
    }
    // A byte is searched for in far less code than a string.
    let Some((scheme, Some(rest))) = text
        .split_once(':')
        .map(|(scheme, rest)| (scheme, rest.strip_prefix("//")))
    else {
        return false;
    };
    let (host, port) = rest.split_once(':').unwrap_or((rest, "80"));
    let label = |label: &str| {
        let good = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
        !label.is_empty() && label.bytes().all(good)
    };
    matches!(scheme, "http" | "https")
        && port_number(port.as_bytes()).is_some()
        && (host == "*"
            || host
                .strip_prefix("*.")
                .unwrap_or(host)
                .split('.')
                .all(label))
}

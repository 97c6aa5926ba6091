//! Strings that are compared with requests or put on the wire.

use super::{Place, Problems};

/// A path that is compared with requests or put on the wire: no query, no fragment, no spaces.
pub(super) fn path(place: &Place<'_>, value: &str, problems: &mut Problems) {
    let clean = value.bytes().all(|b| b.is_ascii_graphic());
    if !value.starts_with('/') || !clean || value.contains(['?', '#']) {
        problems.add(
            place,
            format_args!(
                "{value:?} must start with `/` and have no `?`, `#`, space or non-ASCII character"
            ),
        );
    }
}

pub(super) fn header_name(place: &Place<'_>, name: &str, problems: &mut Problems) {
    if !is_token(name) {
        problems.add(place, format_args!("{name:?} is not a header name"));
    } else if is_owned(name) {
        problems.add(
            place,
            format_args!("`{name}` is owned by the filter, which removes it from every request"),
        );
    }
}

/// Text that ends up in a header: a CR, LF or NUL would let a config forge headers.
pub(super) fn on_wire(place: &Place<'_>, value: &str, min_len: usize, problems: &mut Problems) {
    if value.len() < min_len {
        problems.add(place, format_args!("must not be empty"));
    } else if value.contains(['\r', '\n', '\0']) {
        problems.add(
            place,
            format_args!("{value:?} must not contain CR, LF or NUL"),
        );
    }
}

fn is_owned(name: &str) -> bool {
    name.get(..8)
        .is_some_and(|start| start.eq_ignore_ascii_case("x-gamma-"))
}

/// RFC 9110 `token`.
pub(super) fn is_token(name: &str) -> bool {
    !name.is_empty()
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b))
}

pub(super) fn is_host(host: &str) -> bool {
    !host.is_empty()
        && host.len() <= 253
        && host
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'.')
        && host
            .split('.')
            .all(|label| !label.is_empty() && !label.starts_with('-') && !label.ends_with('-'))
}

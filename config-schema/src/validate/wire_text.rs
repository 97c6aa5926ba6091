//! Validation checks the texts that are compared with requests or put on the wire.

use super::problems::ProblemList;
use crate::{place::Place, text::is_token, wire};

/// A path that is compared with requests or put on the wire: no query, no fragment, no spaces. That of a
/// `location` may have a tail of query and fragment.
pub(super) fn path(place: &Place<'_>, value: &str, tail: bool, problems: &mut ProblemList) {
    let clean = value.bytes().all(|b| b.is_ascii_graphic());
    if !value.starts_with('/') || !clean || (!tail && value.contains(['?', '#'])) {
        problems.add(
            place,
            format_args!(
                "{value:?} must start with `/` and have no `?`, `#`, space or non-ASCII character"
            ),
        );
    }
}

/// The name of a header that a config may look at or change.
pub(super) fn header_name(place: &Place<'_>, name: &str, problems: &mut ProblemList) {
    if !is_token(name) {
        problems.add(place, format_args!("{name:?} is not a header name"));
    } else if wire::is_own(name.as_bytes()) {
        problems.add(
            place,
            format_args!("`{name}` is owned by the filter, which removes it from every request"),
        );
    }
}

/// Text that ends up in a header: a CR, LF or NUL would let a config forge headers.
pub(super) fn on_wire(place: &Place<'_>, value: &str, min_len: usize, problems: &mut ProblemList) {
    if value.len() < min_len {
        problems.add(place, format_args!("must not be empty"));
    } else if value.contains(['\r', '\n', '\0']) {
        problems.add(
            place,
            format_args!("{value:?} must not contain CR, LF or NUL"),
        );
    }
}

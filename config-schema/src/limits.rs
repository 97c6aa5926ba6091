//! How much a config may have of what costs more than its text is long.

/// Entries of a list that are compared with each other, or with each request: the matches of a match's headers and
/// of its query parameters, the filters of a rule or a backend, the headers that a filter sets, adds or removes. The
/// Gateway API allows 16.
pub const MAX_ENTRIES: usize = 64;

/// Addresses of one Service, of which each counts for each of its ports. Kubernetes allows one per IP family.
pub const MAX_ADDRESSES: usize = 4;

/// Problems of one config that are told; the others are counted.
pub(crate) const MAX_PROBLEMS: usize = 100;

/// Bytes of a text from the config that a message repeats.
pub(crate) const MAX_SHOWN: usize = 200;

/// The beginning of a text for a message: what is refused is logged, and may be megabytes.
#[inline(never)]
pub(crate) fn shown(text: &str) -> &str {
    let end = text.floor_char_boundary(MAX_SHOWN);
    text.get(..end).unwrap_or(text)
}

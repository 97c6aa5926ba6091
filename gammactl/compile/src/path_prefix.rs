//! The elements of a PathPrefix: what is left of its value when prefixes are compared.

/// A prefix without the slashes at its end: "When specified, a trailing `/` is ignored." Empty for `/`,
/// which every path begins with.
pub(crate) fn elements(prefix: &str) -> &str {
    prefix.trim_end_matches('/')
}

//! Prefixes of texts, which may end inside an element of a path, in forms that the Gateway API has.

use gamma_config::PathPrefix;

use super::{ListEntry, PathSet, RequestCondition, quote::quoted};

/// `entry` for paths that begin with the text `prefix`, whatever its own path is.
///
/// `/a/` has `/a/b`, and not `/a`: the elements of `/a` with one exception. `/a` has `/ab` as well: a regular expression beside the
/// prefix. A text that no path begins with gives nothing.
#[must_use]
pub fn with_text_prefix(entry: &ListEntry, prefix: &str) -> Vec<ListEntry> {
    let with = |path: PathSet| {
        let mut entry = entry.clone();
        entry.condition.path = path;
        entry
    };
    if prefix.is_empty() || prefix == "/" {
        return vec![with(PathSet::any())];
    }
    if !prefix.starts_with('/') || prefix.contains(['?', '#']) {
        return Vec::new();
    }
    if !can_be_prefix(prefix) {
        return vec![with(PathSet::Pattern(format!("{}.*", quoted(prefix))))];
    }
    if let Some(bare) = prefix.strip_suffix('/') {
        let mut elements = with(PathSet::Prefix(bare.into()));
        elements.except.push(RequestCondition {
            path: PathSet::Exact(bare.into()),
            ..RequestCondition::default()
        });
        return vec![elements];
    }
    let rest = format!("{}[^/].*", quoted(prefix));
    vec![
        with(PathSet::Prefix(prefix.into())),
        with(PathSet::Pattern(rest)),
    ]
}

/// Whether the API takes `path` as a prefix, and means by it what is written.
///
/// "must not contain '//' …, '/./', '/../', '%2f', '%2F', '#'" and nothing outside of RFC 3986
pub(crate) fn can_be_prefix(path: &str) -> bool {
    let bare = PathPrefix::new(path).as_str();
    let refused = ["//", "/./", "/../", "%2f", "%2F", "#"];
    path.len() <= 1024
        && path.len() - bare.len() <= 1
        && !refused.iter().any(|refused| path.contains(refused))
        && !path.ends_with("/..")
        && !path.ends_with("/.")
        && path
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-/._~!$&'()*+,;=:@%".contains(&b))
}

/// Whether the API takes `path` as an exact one, which may end with `/`.
pub(crate) fn can_be_exact(path: &str) -> bool {
    path == "/" || can_be_prefix(path)
}

//! Checks labels and annotations: their names are qualified, and labels have short values.

use super::{cx::Cx, text};
use crate::{diagnostic::codes, source::Spanned};

/// A check of a name and its value, which stand in the mapping with the path.
pub(super) type EntryCheck = fn(&Spanned<String>, &Spanned<String>, &str, &mut Cx<'_>);

pub(super) fn of_label(
    name: &Spanned<String>,
    value: &Spanned<String>,
    path: &str,
    cx: &mut Cx<'_>,
) {
    qualified(name, &name.value, path, cx);
    if !value.value.is_empty() && !is_name(&value.value) {
        cx.refuse(
            &codes::INVALID_VALUE,
            value.span,
            format!("`{path}.{}` is {:?}", name.value, value.value),
            "use at most 63 letters, digits, `-`, `_` and `.`, or an annotation",
        );
    }
}

/// Annotations hold any text, under names of any case.
pub(super) fn of_annotation(
    name: &Spanned<String>,
    _: &Spanned<String>,
    path: &str,
    cx: &mut Cx<'_>,
) {
    qualified(name, &name.value.to_lowercase(), path, cx);
}

fn qualified(name: &Spanned<String>, as_checked: &str, path: &str, cx: &mut Cx<'_>) {
    let is_qualified = match as_checked.split_once('/') {
        Some((prefix, name)) => text::is_subdomain(prefix) && is_name(name),
        None => is_name(as_checked),
    };
    if !is_qualified {
        cx.refuse(
            &codes::INVALID_VALUE,
            name.span,
            format!("`{path}` has the name {:?}", name.value),
            "write it like `example.com/name`: a DNS name, one `/`, at most 63 letters, digits, `-`, `_` \
             and `.`",
        );
    }
}

fn is_name(text: &str) -> bool {
    let edges = |c: char| c.is_ascii_alphanumeric();
    text.len() <= 63
        && text.starts_with(edges)
        && text.ends_with(edges)
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
}

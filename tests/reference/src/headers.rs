//! RequestHeaderModifier.

use std::collections::BTreeMap;

use gamma_manifest::{Filter, FilterKind};

use crate::request::Request;

/// The request's headers as the backend gets them, by name in lower case, repeated ones joined.
///
/// "Order of a rule's and a backend's filters: the rule's first" (semantics.md)
pub(super) fn modified<'m>(
    request: &Request,
    filters: impl Iterator<Item = &'m Filter>,
) -> BTreeMap<String, String> {
    let mut headers = BTreeMap::new();
    for (name, value) in &request.headers {
        append(&mut headers, name, value);
    }
    for filter in filters {
        let FilterKind::RequestHeaderModifier(modifier) = &filter.kind else {
            continue;
        };
        // "Remove the given header(s) from the HTTP request before the action. … the header names
        // are case-insensitive" (HTTPHeaderFilter.remove)
        for name in &modifier.remove {
            headers.remove(&name.value.to_ascii_lowercase());
        }
        // "Set overwrites the request with the given header (name, value) before the action."
        for (name, value) in &modifier.set {
            headers.insert(name.value.to_ascii_lowercase(), value.value.clone());
        }
        // "Add adds the given header(s) (name, value) to the request before the action. It appends
        // to any existing values associated with the header name."
        for (name, value) in &modifier.add {
            append(&mut headers, &name.value, &value.value);
        }
    }
    headers
}

fn append(headers: &mut BTreeMap<String, String>, name: &str, value: &str) {
    headers
        .entry(name.to_ascii_lowercase())
        .and_modify(|values| *values = format!("{values},{value}"))
        .or_insert_with(|| value.to_owned());
}

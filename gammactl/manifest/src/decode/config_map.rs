//! Reads ConfigMaps, for the certificates that a BackendTLSPolicy may name.

use super::{cx::Cx, metadata};
use crate::{
    ConfigMap,
    diagnostic::codes,
    source::Spanned,
    yaml::{Field, ObjectReader},
};

/// The key that the API has for certificates.
const KEY: &str = "ca.crt";

pub(super) fn config_map(
    mut object: ObjectReader<'_>,
    default_namespace: &str,
    cx: &mut Cx<'_>,
) -> Option<ConfigMap> {
    let metadata = metadata::metadata(&mut object, default_namespace, cx);
    object.boolean("immutable", cx);
    let mut data = texts(&mut object, "data", cx);
    let binary = texts(&mut object, "binaryData", cx);
    for (key, text) in &binary {
        if data.iter().any(|(other, _)| other.value == key.value) {
            // "The keys stored in Data must not overlap with the keys in the BinaryData field."
            cx.refuse(
                &codes::CONTRADICTION,
                text.span,
                format!("`data` and `binaryData` both have `{}`", key.value),
                "remove one",
            );
        }
    }
    let is_key = |(key, _): &(Spanned<String>, _)| key.value == KEY;
    let at = data.iter().position(is_key);
    Some(ConfigMap {
        metadata: metadata?,
        ca_certificate: at.map(|at| data.swap_remove(at).1),
        is_binary: binary.iter().any(is_key),
    })
}

/// A member that has texts under keys of the user's. One that is null is empty.
fn texts(
    object: &mut ObjectReader<'_>,
    name: &'static str,
    cx: &mut Cx<'_>,
) -> Vec<(Spanned<String>, Spanned<String>)> {
    let members = object.map(name, cx).map_or_else(Vec::new, |map| map.value);
    let mut texts = Vec::new();
    for (key, field) in members {
        if !is_key(&key.value) {
            let message = format!("{:?} can't be a key of `{name}`", key.value);
            let hint = "use at most 253 letters, digits, `-`, `_` and `.`";
            cx.refuse(&codes::INVALID_VALUE, key.span, message, hint);
        }
        texts.extend(text(&field, cx).map(|text| (key, text)));
    }
    texts
}

fn text(field: &Field<'_>, cx: &mut Cx<'_>) -> Option<Spanned<String>> {
    // Bytes can also be written as a list of numbers.
    if field.node.is_null() || field.path.starts_with("binaryData") && field.items().is_some() {
        return Some(field.spanned(String::new()));
    }
    field.string(cx)
}

/// `IsConfigMapKey`: a file can have the name, and it leads to no other folder.
fn is_key(key: &str) -> bool {
    (1..=253).contains(&key.len())
        && key
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
        && key != "."
        && !key.starts_with("..")
}

//! `metadata`.

use super::{
    object::{Cx, Field, Object, string},
    text,
};
use crate::{diagnostic::codes, model::Metadata};

pub(super) fn metadata(
    object: &mut Object<'_>,
    default_namespace: &str,
    cx: &mut Cx<'_>,
) -> Option<Metadata> {
    let field = object.require("metadata", cx)?;
    let mut metadata = Object::open(&field, cx)?;
    let name = metadata.require_string("name", cx);
    if let Some(name) = &name {
        text::name(name, "metadata.name", cx);
    }
    let namespace = metadata.string("namespace", cx);
    if let Some(namespace) = &namespace {
        text::namespace(namespace, "metadata.namespace", cx);
    }
    let creation_timestamp = metadata
        .take("creationTimestamp")
        .and_then(|field| timestamp(&field, cx));
    let generation = metadata.integer("generation", 0..=i64::MAX as u64, cx);
    let labels = metadata.take("labels").map(|field| strings(&field, cx));
    if let Some(annotations) = metadata.take("annotations") {
        strings(&annotations, cx);
    }
    // What else metadata may hold says nothing about routing.
    metadata.ignore(&[
        "deletionGracePeriodSeconds",
        "deletionTimestamp",
        "finalizers",
        "generateName",
        "managedFields",
        "ownerReferences",
        "resourceVersion",
        "selfLink",
        "uid",
    ]);
    metadata.finish(cx);
    Some(Metadata {
        name: name?,
        namespace: namespace.map_or_else(|| default_namespace.to_owned(), |n| n.value),
        creation_timestamp,
        generation: generation.map(|generation| generation.value),
        labels: labels.unwrap_or_default(),
    })
}

/// Labels or annotations: "cannot unmarshal number into Go struct field of type string" is what a
/// version without quotes gets.
fn strings(field: &Field<'_>, cx: &mut Cx<'_>) -> Vec<(String, String)> {
    let Some(members) = field.map() else {
        super::object::wrong_type(field, "an object", cx);
        return Vec::new();
    };
    let mut strings = Vec::new();
    for (key, member) in members {
        if member.node.is_null() {
            strings.push((key.value, String::new()));
        } else if let Some(text) = string(&member, cx) {
            strings.push((key.value, text.value));
        }
    }
    strings
}

/// Kubernetes writes `2026-01-31T12:00:00Z`, always in UTC, so that text order is time order.
fn timestamp(field: &Field<'_>, cx: &mut Cx<'_>) -> Option<String> {
    let text = string(field, cx)?;
    let shape: String = text
        .value
        .chars()
        .map(|c| if c.is_ascii_digit() { '0' } else { c })
        .collect();
    if shape != "0000-00-00T00:00:00Z" {
        cx.refuse(
            &codes::INVALID_VALUE,
            text.span,
            format!("`{}` is `{}`", field.path, text.value),
            "write it as Kubernetes does: 2026-01-31T12:00:00Z",
        );
        return None;
    }
    Some(text.value)
}

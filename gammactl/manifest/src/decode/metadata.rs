//! Reads `metadata` of an object: name, namespace, age, labels.

use super::{cx::Cx, text};
use crate::{
    Metadata, Timestamp,
    diagnostic::codes,
    yaml::{Field, ObjectReader},
};

pub(super) fn metadata(
    object: &mut ObjectReader<'_>,
    default_namespace: &str,
    cx: &mut Cx<'_>,
) -> Option<Metadata> {
    let field = object.require("metadata", cx)?;
    let mut metadata = ObjectReader::open(&field, cx)?;
    let name = metadata.require_string("name", cx);
    if let Some(name) = &name {
        text::name(name, "metadata.name", cx);
    }
    let namespace = metadata.string("namespace", cx);
    if let Some(namespace) = &namespace {
        text::namespace(namespace, "metadata.namespace", cx);
    }
    let creation_timestamp = metadata
        .take("creationTimestamp", cx)
        .and_then(|field| timestamp(&field, cx));
    let generation = metadata.integer("generation", 0..=i64::MAX as u64, cx);
    let labels = metadata.take("labels", cx).map(|field| strings(&field, cx));
    let annotations = metadata.take("annotations", cx);
    if let Some(annotations) = &annotations {
        strings(annotations, cx);
    }
    let annotations = annotations
        .and_then(|field| field.map())
        .unwrap_or_default();
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
        annotations: annotations.into_iter().map(|(key, _)| key).collect(),
    })
}

/// Labels or annotations: "cannot unmarshal number into Go struct field of type string" is what a
/// version without quotes gets.
fn strings(field: &Field<'_>, cx: &mut Cx<'_>) -> Vec<(String, String)> {
    let Some(members) = field.map() else {
        field.must_be("an object", cx);
        return Vec::new();
    };
    let mut strings = Vec::new();
    for (key, member) in members {
        if member.node.is_null() {
            strings.push((key.value, String::new()));
        } else if let Some(text) = member.string(cx) {
            strings.push((key.value, text.value));
        }
    }
    strings
}

fn timestamp(field: &Field<'_>, cx: &mut Cx<'_>) -> Option<Timestamp> {
    let text = field.string(cx)?;
    let timestamp = text.value.parse();
    if timestamp.is_err() {
        cx.refuse(
            &codes::INVALID_VALUE,
            text.span,
            format!("`{}` is `{}`", field.path, text.value),
            "write it as Kubernetes does: 2026-01-31T12:00:00Z",
        );
    }
    timestamp.ok()
}

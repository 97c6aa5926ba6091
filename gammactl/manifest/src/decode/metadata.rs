//! Reads `metadata` of an object: name, namespace, age, labels.

use super::{cx::Cx, text};
use crate::{
    Metadata, Timestamp,
    diagnostic::codes,
    source::Spanned,
    yaml::{Field, ObjectReader},
};

/// The annotation by which Istio hides a Service from clients.
const EXPORT_TO: &str = "networking.istio.io/exportTo";

pub(super) fn metadata(
    object: &mut ObjectReader<'_>,
    default_namespace: &str,
    cx: &mut Cx<'_>,
) -> Option<Metadata> {
    let field = object.require("metadata", cx)?;
    let mut metadata = ObjectReader::open(&field, cx)?;
    let name = name(&mut metadata, cx);
    // An empty text is no namespace, as in Go.
    let namespace = metadata.string("namespace", cx);
    let namespace = namespace.filter(|namespace| !namespace.value.is_empty());
    if let Some(namespace) = &namespace {
        text::label(namespace, "metadata.namespace", cx);
    }
    let creation_timestamp = metadata
        .take("creationTimestamp", cx)
        .and_then(|field| timestamp(&field, cx));
    let generation = metadata.integer("generation", 0..=i64::MAX as u64, cx);
    let of_metadata = metadata.take("labels", cx);
    let of_metadata = of_metadata.map(|field| labels(&field, cx));
    let annotations = metadata.take("annotations", cx);
    let mut export_to = None;
    if let Some(annotations) = &annotations {
        for (key, value) in strings(annotations, cx) {
            if key.value == EXPORT_TO {
                export_to = Some(value.value.into_boxed_str());
            }
            // "The rule is QualifiedName except that case doesn't matter".
            let lower = Spanned {
                value: key.value.to_ascii_lowercase(),
                span: key.span,
            };
            text::key(&lower, &annotations.path, cx);
        }
    }
    let annotations = annotations
        .and_then(|field| field.map())
        .unwrap_or_default();
    for field in metadata.list("finalizers", cx) {
        field.string(cx);
    }
    for field in metadata.list("ownerReferences", cx) {
        let Some(mut owner) = ObjectReader::open(&field, cx) else {
            continue;
        };
        for name in ["apiVersion", "kind", "name", "uid"] {
            owner.require_string(name, cx);
        }
    }
    // What else metadata may hold says nothing about routing.
    metadata.ignore(&[
        "deletionGracePeriodSeconds",
        "deletionTimestamp",
        "managedFields",
        "resourceVersion",
        "selfLink",
        "uid",
    ]);
    metadata.finish(cx);
    Some(Metadata {
        name: name?,
        names_namespace: namespace.is_some(),
        namespace: namespace.map_or_else(|| default_namespace.to_owned(), |n| n.value),
        creation_timestamp,
        generation: generation.map(|generation| generation.value),
        labels: of_metadata.unwrap_or_default(),
        annotations: annotations.into_iter().map(|(key, _)| key).collect(),
        export_to,
    })
}

/// `name`, else the beginning of the name that the API server makes of `generateName`.
fn name(metadata: &mut ObjectReader<'_>, cx: &mut Cx<'_>) -> Option<Spanned<String>> {
    let generated = metadata.string("generateName", cx);
    let generated = generated.filter(|name| !name.value.is_empty());
    // "maskTrailingDash replaces the final character of a string with a subdomain safe value if it is a dash"
    let generated = generated.map(|name| {
        let bare = name.value.strip_suffix('-').unwrap_or(&name.value);
        Spanned {
            value: bare.to_owned(),
            span: name.span,
        }
    });
    if let Some(generated) = &generated {
        text::name(generated, "metadata.generateName", cx);
    }
    let name = match &generated {
        Some(_) => metadata.string("name", cx),
        None => metadata.require_string("name", cx),
    };
    if let Some(name) = name.filter(|name| generated.is_none() || !name.value.is_empty()) {
        text::name(&name, "metadata.name", cx);
        return Some(name);
    }
    generated
}

/// Labels, or a selector of them.
pub(super) fn labels(field: &Field<'_>, cx: &mut Cx<'_>) -> Vec<(String, String)> {
    let label = |(key, value): (Spanned<String>, Spanned<String>), cx: &mut Cx<'_>| {
        text::key(&key, &field.path, cx);
        text::label_value(&value, &format!("{}.{}", field.path, key.value), cx);
        (key.value, value.value)
    };
    let strings = strings(field, cx);
    strings.into_iter().map(|pair| label(pair, cx)).collect()
}

/// Labels or annotations: "cannot unmarshal number into Go struct field of type string" is what a
/// version without quotes gets.
fn strings(field: &Field<'_>, cx: &mut Cx<'_>) -> Vec<(Spanned<String>, Spanned<String>)> {
    let Some(members) = field.map() else {
        field.must_be("an object", cx);
        return Vec::new();
    };
    let mut strings = Vec::new();
    for (key, member) in members {
        if member.node.is_null() {
            strings.push((key, member.spanned(String::new())));
        } else if let Some(text) = member.string(cx) {
            strings.push((key, text));
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

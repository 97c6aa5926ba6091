//! Reads the reference of a backend, which names a Service port. A mirror and an ExternalAuth have a
//! reference alone; each of a rule's `backendRefs[]` adds a weight and filters.

use super::{cx::Cx, text};
use crate::{
    BackendRef,
    diagnostic::codes,
    source::Spanned,
    yaml::{Field, ObjectReader},
};

/// BackendObjectReference: neither a share nor filters.
pub(super) fn object_ref(field: &Field<'_>, cx: &mut Cx<'_>) -> Option<BackendRef> {
    let mut object = ObjectReader::open(field, cx)?;
    let referent = referent(&mut object, cx);
    object.finish(cx);
    referent
}

/// The object that a reference names.
pub(super) fn referent(object: &mut ObjectReader<'_>, cx: &mut Cx<'_>) -> Option<BackendRef> {
    let span = object.span;
    let group = object.string("group", cx);
    let kind = object.string("kind", cx);
    let name = object.require_string("name", cx);
    let namespace = object.string("namespace", cx);
    let checks: [text::TextMember<'_>; 4] = [
        ("group", &group, text::group),
        ("kind", &kind, text::kind),
        ("name", &name, text::object_name),
        ("namespace", &namespace, text::label),
    ];
    text::members(object, &checks, cx);
    let port = object.integer("port", 1..=u16::MAX, cx);
    // The API server knows no other name for the core group: with `core` it does not ask for a port.
    let is_core = group.as_ref().is_none_or(|group| group.value.is_empty());
    let group = match group.as_ref().map(|group| group.value.as_str()) {
        None | Some("core") => String::new(),
        Some(group) => group.into(),
    };
    let kind = kind.unwrap_or(Spanned {
        value: "Service".into(),
        span,
    });
    // "Must have port for Service reference"
    if is_core && kind.value == "Service" && !object.has("port") {
        cx.refuse(
            &codes::MISSING_FIELD,
            span,
            format!("`{}` is missing", object.path_to("port")),
            "add the port of the Service, not of its pods",
        );
    }
    Some(BackendRef {
        group,
        kind,
        name: name?,
        namespace,
        port,
        weight: 1,
        weight_span: None,
        filters: Vec::new(),
        span,
    })
}

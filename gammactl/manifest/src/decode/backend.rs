//! References to backends: `backendRefs[]`, and the single one of a mirror or an ExternalAuth.

use super::{
    filters,
    object::{Cx, Field, Object},
    text,
};
use crate::{
    diagnostic::codes,
    model::{BackendRef, RouteKind},
    source::Spanned,
};

/// HTTPBackendRef or GRPCBackendRef.
pub(super) fn backend_ref(
    kind: RouteKind,
    field: &Field<'_>,
    cx: &mut Cx<'_>,
) -> Option<BackendRef> {
    let mut object = Object::open(field, cx)?;
    let referent = referent(&mut object, cx);
    let weight = object.integer("weight", 0..=gamma_config::MAX_WEIGHT, cx);
    let filters = filters::filters(kind, &mut object, cx);
    object.finish(cx);
    Some(BackendRef {
        weight: weight.as_ref().map_or(1, |weight| weight.value),
        weight_span: weight.map(|weight| weight.span),
        filters,
        ..referent?
    })
}

/// BackendObjectReference: neither a share nor filters.
pub(super) fn object_ref(field: &Field<'_>, cx: &mut Cx<'_>) -> Option<BackendRef> {
    let mut object = Object::open(field, cx)?;
    let referent = referent(&mut object, cx);
    object.finish(cx);
    referent
}

fn referent(object: &mut Object<'_>, cx: &mut Cx<'_>) -> Option<BackendRef> {
    let span = object.span;
    let group = object.string("group", cx);
    let kind = object.string("kind", cx);
    let name = object.require_string("name", cx);
    let namespace = object.string("namespace", cx);
    let checks: [text::Member<'_>; 4] = [
        ("group", &group, text::group),
        ("kind", &kind, text::kind),
        ("name", &name, text::object_name),
        ("namespace", &namespace, text::namespace),
    ];
    text::members(object, &checks, cx);
    let has_port = object.take("port").is_some();
    let port = object.integer("port", 1..=u16::MAX, cx);
    let group = match group.as_ref().map(|group| group.value.as_str()) {
        None | Some("core") => String::new(),
        Some(group) => group.into(),
    };
    let kind = kind.unwrap_or(Spanned {
        value: "Service".into(),
        span,
    });
    // "Must have port for Service reference"
    if group.is_empty() && kind.value == "Service" && !has_port {
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

//! `backendRefs[]`.

use super::{
    filters,
    object::{Cx, Field, Object},
    text,
};
use crate::{
    diagnostic::codes,
    manifest::{BackendRef, RouteKind},
    source::Spanned,
};

pub(super) fn backend_ref(
    kind: RouteKind,
    field: &Field<'_>,
    cx: &mut Cx<'_>,
) -> Option<BackendRef> {
    let mut object = Object::open(field, cx)?;
    let span = object.span;
    let group = object.string("group", cx).map(|group| group.value);
    let backend_kind = object.string("kind", cx).unwrap_or(Spanned {
        value: "Service".into(),
        span,
    });
    let name = object.require_string("name", cx);
    if let Some(name) = &name {
        text::name(name, &object.path_to("name"), cx);
    }
    let namespace = object.string("namespace", cx);
    let port = object.integer("port", 1..=u16::MAX, cx);
    let weight = object.integer("weight", 0..=gamma_config::MAX_WEIGHT, cx);
    let filters = filters::filters(kind, &mut object, cx);
    let group = match group.as_deref() {
        None | Some("core") => String::new(),
        Some(group) => group.into(),
    };
    // "Must have port for Service reference"
    if group.is_empty() && backend_kind.value == "Service" && port.is_none() && !cx.refused {
        cx.refuse(
            &codes::MISSING_FIELD,
            span,
            format!("`{}` is missing", object.path_to("port")),
            "add the port of the Service, not of its pods",
        );
    }
    object.finish(cx);
    Some(BackendRef {
        group,
        kind: backend_kind,
        name: name?,
        namespace,
        port,
        weight: weight.map_or(1, |weight| weight.value),
        filters,
        span,
    })
}

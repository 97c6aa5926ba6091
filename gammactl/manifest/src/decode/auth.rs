//! Reads `externalAuth`, a filter that asks another service whether a request is allowed.

use super::{
    cx::Cx,
    referent,
    scalar::{choice, strings},
    text,
};
use crate::{
    ExternalAuth,
    diagnostic::codes,
    yaml::{Field, ObjectReader},
};

pub(super) fn external_auth(field: &Field<'_>, cx: &mut Cx<'_>) -> Option<ExternalAuth> {
    let mut object = ObjectReader::open(field, cx)?;
    let protocol = object.require("protocol", cx);
    let protocol = protocol.and_then(|f| choice(&f, &["HTTP", "GRPC"], cx));
    let backend = object.require("backendRef", cx);
    let backend = backend.and_then(|f| referent::object_ref(&f, cx));
    let (grpc, http) = (object.take("grpc", cx), object.take("http", cx));
    let forward_body = object.take("forwardBody", cx);
    let is_grpc = protocol.as_ref().is_some_and(|p| p.value == "GRPC");
    let members = [("grpc", &grpc, is_grpc), ("http", &http, !is_grpc)];
    for (name, member, belongs) in members.into_iter().filter(|_| protocol.is_some()) {
        match member {
            Some(member) if !belongs => cx.refuse(
                &codes::CONTRADICTION,
                member.node.span,
                format!("`{}` does not belong to this `protocol`", member.path),
                "remove it, or change `protocol`",
            ),
            None if belongs => cx.refuse(
                &codes::MISSING_FIELD,
                object.span,
                format!("`{}` is missing", object.path_to(name)),
                format!("add `{name}: {{}}`: the API asks for it even if nothing is in it"),
            ),
            _ => {}
        }
    }
    let mut path_prefix = None;
    let mut allowed_headers = Vec::new();
    let mut allowed_response_headers = Vec::new();
    if let Some(mut http) = http.and_then(|f| ObjectReader::open(&f, cx)) {
        if let Some(path) = http.string("path", cx) {
            text::auth_path(&path, &http.path_to("path"), cx);
            path_prefix = Some(path);
        }
        allowed_headers = strings(&mut http, "allowedHeaders", 64, cx);
        allowed_response_headers = strings(&mut http, "allowedResponseHeaders", 64, cx);
        http.finish(cx);
    }
    if let Some(mut grpc) = grpc.and_then(|f| ObjectReader::open(&f, cx)) {
        strings(&mut grpc, "allowedHeaders", 64, cx);
        grpc.finish(cx);
    }
    let forward_body = forward_body.and_then(|f| {
        let mut body = ObjectReader::open(&f, cx)?;
        let max = body.integer("maxSize", i64::MIN..=i64::MAX, cx);
        body.finish(cx);
        (max?.value > 0).then_some(f.node.span)
    });
    object.finish(cx);
    Some(ExternalAuth {
        grpc: is_grpc,
        protocol: protocol?.span,
        backend: backend?,
        path_prefix,
        allowed_headers,
        allowed_response_headers,
        forward_body,
    })
}

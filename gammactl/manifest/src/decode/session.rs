//! Reads `rules[].sessionPersistence`, by which requests of one client go to one endpoint.

use gamma_config::SessionType;

use super::{cx::Cx, scalar::choice_of, text};
use crate::{
    SessionPersistence,
    diagnostic::codes,
    source::Spanned,
    yaml::{Field, ObjectReader},
};

/// Two shapes are read: `sessionName` and `cookieConfig` (Gateway API 1.6 and before), `cookie` and
/// `header` (after it). Their words do not overlap.
pub(super) fn session_persistence(
    field: &Field<'_>,
    cx: &mut Cx<'_>,
) -> Option<SessionPersistence> {
    let mut object = ObjectReader::open(field, cx)?;
    let span = object.span;
    let kind = choice_of(&mut object, "type", &["Cookie", "Header"], cx);
    let is_header = kind.as_ref().is_some_and(|kind| kind.value == "Header");
    let absolute_timeout = text::duration(&mut object, "absoluteTimeout", cx);

    let mut name = object.string("sessionName", cx);
    check(&name, || object.path_to("sessionName"), cx);
    let mut path = None;
    let mut lifetime = None;
    for member in ["cookieConfig", "cookie"] {
        let Some(field) = object.take(member, cx) else {
            continue;
        };
        if is_header {
            let message = format!("`{}` has no meaning for type Header", field.path);
            cx.refuse(&codes::CONTRADICTION, field.node.span, message, "remove it");
        }
        let Some(mut cookie) = ObjectReader::open(&field, cx) else {
            continue;
        };
        lifetime = choice_of(&mut cookie, "lifetimeType", &["Session", "Permanent"], cx);
        if member == "cookie" {
            let of_cookie = cookie.string("name", cx);
            check(&of_cookie, || cookie.path_to("name"), cx);
            name = of_cookie.or(name);
            path = cookie.string("path", cx);
        }
        cookie.finish(cx);
    }
    if let Some(field) = object.take("header", cx) {
        if !is_header {
            let message = format!("`{}` has no meaning for type Cookie", field.path);
            let hint = "remove it, or set `type: Header`";
            cx.refuse(&codes::CONTRADICTION, field.node.span, message, hint);
        }
        if let Some(mut header) = ObjectReader::open(&field, cx) {
            let of_header = header.require_string("name", cx);
            check(&of_header, || header.path_to("name"), cx);
            name = of_header.or(name);
            header.finish(cx);
        }
    }
    let permanent = lifetime.is_some_and(|lifetime| lifetime.value == "Permanent");
    if permanent && absolute_timeout.is_none() {
        cx.refuse(
            &codes::MISSING_FIELD,
            span,
            format!("`{}` is missing", object.path_to("absoluteTimeout")),
            "a permanent cookie needs an end: add `absoluteTimeout`",
        );
    }
    object.finish(cx);
    Some(SessionPersistence {
        kind: if is_header {
            SessionType::Header
        } else {
            SessionType::Cookie
        },
        name,
        path: path.filter(|path| !path.value.is_empty()),
        permanent,
        absolute_timeout,
        span,
    })
}

/// Any text: what can't be a name is for the compiler to say.
fn check(name: &Option<Spanned<String>>, path: impl FnOnce() -> String, cx: &mut Cx<'_>) {
    if let Some(name) = name {
        let path = path();
        text::length(name, 0..=128, &path, cx);
    }
}

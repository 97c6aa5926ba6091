//! `filters[]` of rules and backendRefs.

use std::collections::HashSet;

use gamma_config::Fraction;

use super::{
    object::{Cx, Field, Object, string},
    text,
};
use crate::{
    diagnostic::codes,
    manifest::{
        Filter, FilterKind, HeaderModifier, Mirror, PathModifier, Redirect, RouteKind, UrlRewrite,
    },
    source::Spanned,
};

/// Filter types and their members, all kinds of routes together.
const MEMBERS: [(&str, &str); 8] = [
    ("RequestHeaderModifier", "requestHeaderModifier"),
    ("ResponseHeaderModifier", "responseHeaderModifier"),
    ("RequestRedirect", "requestRedirect"),
    ("URLRewrite", "urlRewrite"),
    ("RequestMirror", "requestMirror"),
    ("CORS", "cors"),
    ("ExternalAuth", "externalAuth"),
    ("ExtensionRef", "extensionRef"),
];
/// "May be specified multiple times."
const REPEATABLE: [&str; 2] = ["RequestMirror", "ExtensionRef"];
const GRPC: [&str; 4] = [
    "RequestHeaderModifier",
    "ResponseHeaderModifier",
    "RequestMirror",
    "ExtensionRef",
];

pub(super) fn filters(kind: RouteKind, object: &mut Object<'_>, cx: &mut Cx<'_>) -> Vec<Filter> {
    let mut seen = HashSet::new();
    let mut filters = Vec::new();
    for field in object.list("filters", 16, cx) {
        let Some((name, filter)) = filter(kind, &field, cx) else {
            continue;
        };
        if !REPEATABLE.contains(&&*name.value) && !seen.insert(name.value.clone()) {
            cx.refuse(
                &codes::CONTRADICTION,
                name.span,
                format!("`{}` is a second {}", field.path, name.value),
                "put everything into one filter",
            );
        }
        filters.push(filter);
    }
    if seen.contains("RequestRedirect") && seen.contains("URLRewrite") {
        cx.refuse(
            &codes::CONTRADICTION,
            filters[0].span,
            format!(
                "`{}` has a RequestRedirect and a URLRewrite",
                object.path_to("filters")
            ),
            "a redirect forwards nothing that could be rewritten: remove one of the two",
        );
    }
    filters
}

fn filter(
    kind: RouteKind,
    field: &Field<'_>,
    cx: &mut Cx<'_>,
) -> Option<(Spanned<String>, Filter)> {
    let mut object = Object::open(field, cx)?;
    let span = object.span;
    let name = object.require_string("type", cx)?;
    let mut member = None;
    for (type_name, member_name) in MEMBERS {
        let Some(found) = object.take(member_name) else {
            continue;
        };
        if type_name == name.value {
            member = Some(found);
        } else {
            cx.refuse(
                &codes::CONTRADICTION,
                found.node.span,
                format!(
                    "`{}` does not belong to a filter of type `{}`",
                    found.path, name.value
                ),
                format!("remove it, or set `type: {type_name}`"),
            );
        }
    }
    let is_known = match kind {
        RouteKind::HttpRoute => MEMBERS
            .iter()
            .any(|(type_name, _)| *type_name == name.value),
        RouteKind::GrpcRoute => GRPC.contains(&&*name.value),
    };
    if is_known && member.is_none() {
        let member = MEMBERS
            .iter()
            .find(|(type_name, _)| *type_name == name.value);
        let member = member.map_or("", |(_, member)| member);
        cx.refuse(
            &codes::MISSING_FIELD,
            span,
            format!("`{}` is missing", object.path_to(member)),
            format!("a filter of type `{}` needs `{member}`", name.value),
        );
        return None;
    }
    let unsupported = FilterKind::Unsupported(name.clone());
    let filter = match (is_known.then_some(name.value.as_str()), &member) {
        (Some("RequestHeaderModifier"), Some(member)) => {
            FilterKind::RequestHeaderModifier(header_modifier(member, cx)?)
        }
        (Some("ResponseHeaderModifier"), Some(member)) => {
            FilterKind::ResponseHeaderModifier(header_modifier(member, cx)?)
        }
        (Some("RequestRedirect"), Some(member)) => {
            FilterKind::RequestRedirect(redirect(member, cx)?)
        }
        (Some("RequestMirror"), Some(member)) => {
            FilterKind::RequestMirror(Box::new(mirror(kind, member, cx)?))
        }
        (Some("CORS"), Some(member)) => FilterKind::Cors(Box::new(super::cors::cors(member, cx)?)),
        (Some("ExternalAuth"), Some(member)) => {
            let auth = super::auth::external_auth(kind, member, cx)?;
            FilterKind::ExternalAuth(Box::new(auth))
        }
        (Some("URLRewrite"), Some(member)) => FilterKind::UrlRewrite(rewrite(member, cx)?),
        _ => unsupported,
    };
    object.finish(cx);
    Some((name, Filter { kind: filter, span }))
}

fn header_modifier(field: &Field<'_>, cx: &mut Cx<'_>) -> Option<HeaderModifier> {
    let mut object = Object::open(field, cx)?;
    let mut modifier = HeaderModifier {
        set: headers(&mut object, "set", cx),
        add: headers(&mut object, "add", cx),
        remove: Vec::new(),
    };
    for field in object.list("remove", 16, cx) {
        if let Some(name) = string(&field, cx) {
            text::header_name(&name, &field.path, cx);
            modifier.remove.push(name);
        }
    }
    once(&mut modifier, &field.path, cx);
    object.finish(cx);
    Some(modifier)
}

fn headers(
    object: &mut Object<'_>,
    list: &'static str,
    cx: &mut Cx<'_>,
) -> Vec<(Spanned<String>, Spanned<String>)> {
    let mut headers = Vec::new();
    for field in object.list(list, 16, cx) {
        let Some(mut header) = Object::open(&field, cx) else {
            continue;
        };
        let name = header.require_string("name", cx);
        if let Some(name) = &name {
            text::header_name(name, &header.path_to("name"), cx);
        }
        let value = header.require_string("value", cx);
        if let Some(value) = &value {
            text::value(value, &header.path_to("value"), 4096, cx);
        }
        header.finish(cx);
        headers.extend(name.zip(value));
    }
    headers
}

/// "Only one action for a given header name is permitted. … invalid configuration"
fn once(modifier: &mut HeaderModifier, path: &str, cx: &mut Cx<'_>) {
    let mut seen = HashSet::new();
    let set = modifier
        .set
        .iter()
        .chain(&modifier.add)
        .map(|(name, _)| name);
    for name in set.chain(&modifier.remove) {
        if !seen.insert(name.value.to_ascii_lowercase()) {
            cx.refuse(
                &codes::CONTRADICTION,
                name.span,
                format!("`{path}` changes header `{}` twice", name.value),
                "keep one action for each header; several values go into one, separated by commas",
            );
        }
    }
}

fn redirect(field: &Field<'_>, cx: &mut Cx<'_>) -> Option<Redirect> {
    let mut object = Object::open(field, cx)?;
    let scheme = object.choice("scheme", &["http", "https"], cx);
    let hostname = hostname(&mut object, cx);
    let path = object.take("path").and_then(|f| path_modifier(&f, cx));
    let port = object.integer("port", 1..=u16::MAX, cx);
    let status_code = object.integer("statusCode", 300..=399, cx);
    if let Some(code) = &status_code
        && !matches!(code.value, 301 | 302 | 303 | 307 | 308)
    {
        cx.refuse(
            &codes::INVALID_VALUE,
            code.span,
            format!("`{}` is {}", object.path_to("statusCode"), code.value),
            "use 301, 302, 303, 307 or 308",
        );
    }
    object.finish(cx);
    Some(Redirect {
        scheme: scheme.map(|s| s.value.into()),
        hostname,
        path,
        port: port.map(|p| p.value),
        status_code: status_code.map(|c| c.value),
    })
}

fn rewrite(field: &Field<'_>, cx: &mut Cx<'_>) -> Option<UrlRewrite> {
    let mut object = Object::open(field, cx)?;
    let rewrite = UrlRewrite {
        hostname: hostname(&mut object, cx),
        path: object.take("path").and_then(|f| path_modifier(&f, cx)),
    };
    object.finish(cx);
    Some(rewrite)
}

fn mirror(kind: RouteKind, field: &Field<'_>, cx: &mut Cx<'_>) -> Option<Mirror> {
    let mut object = Object::open(field, cx)?;
    let backend = object.require("backendRef", cx);
    let backend = backend.and_then(|f| super::backend::backend_ref(kind, &f, cx));
    let percent = object.integer("percent", 0..=100, cx);
    let fraction = object.take("fraction").and_then(|f| fraction(&f, cx));
    if let (Some(percent), Some(_)) = (&percent, &fraction) {
        cx.refuse(
            &codes::CONTRADICTION,
            percent.span,
            format!("`{}` has `percent` and `fraction`", field.path),
            "give one of them",
        );
    }
    object.finish(cx);
    let percent = percent.map(|percent| Fraction {
        numerator: percent.value,
        denominator: 100,
    });
    Some(Mirror {
        backend: backend?,
        fraction: percent.or(fraction).unwrap_or_default(),
    })
}

fn fraction(field: &Field<'_>, cx: &mut Cx<'_>) -> Option<Fraction> {
    const MAX: u32 = i32::MAX as u32;
    let mut object = Object::open(field, cx)?;
    let numerator = object.require("numerator", cx);
    let numerator = numerator.and_then(|f| super::object::integer(&f, 0..=MAX, cx));
    let denominator = object.integer("denominator", 1..=MAX, cx);
    let fraction = Fraction {
        numerator: numerator?.value,
        denominator: denominator.map_or(100, |d| d.value),
    };
    if fraction.numerator > fraction.denominator {
        cx.refuse(
            &codes::CONTRADICTION,
            object.span,
            format!("`{}` is more than all requests", field.path),
            "make the numerator at most the denominator",
        );
    }
    object.finish(cx);
    Some(fraction)
}

fn hostname(object: &mut Object<'_>, cx: &mut Cx<'_>) -> Option<String> {
    let hostname = object.string("hostname", cx)?;
    text::hostname(&hostname, &object.path_to("hostname"), false, cx);
    Some(hostname.value)
}

fn path_modifier(field: &Field<'_>, cx: &mut Cx<'_>) -> Option<PathModifier> {
    let mut object = Object::open(field, cx)?;
    let kind = object
        .require("type", cx)
        .and_then(|f| super::object::choice(&f, &["ReplaceFullPath", "ReplacePrefixMatch"], cx));
    let full = object.string("replaceFullPath", cx);
    let prefix = object.string("replacePrefixMatch", cx);
    for (name, text) in [("replaceFullPath", &full), ("replacePrefixMatch", &prefix)] {
        if let Some(text) = text {
            text::replacement_path(text, &object.path_to(name), cx);
        }
    }
    let modifier = match (kind.as_ref().map(|k| k.value)?, full, prefix) {
        ("ReplaceFullPath", Some(full), None) if full.value.is_empty() => {
            PathModifier::ReplaceFullPath("/".into())
        }
        ("ReplaceFullPath", Some(full), None) => PathModifier::ReplaceFullPath(full.value),
        ("ReplacePrefixMatch", None, Some(prefix)) => {
            PathModifier::ReplacePrefixMatch(prefix.value)
        }
        (kind, ..) => {
            cx.refuse(
                &codes::CONTRADICTION,
                object.span,
                format!(
                    "`{}` of type `{kind}` needs its own member and no other",
                    field.path
                ),
                "set `replaceFullPath` or `replacePrefixMatch`, whichever `type` says",
            );
            return None;
        }
    };
    object.finish(cx);
    Some(modifier)
}

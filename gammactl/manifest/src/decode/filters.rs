//! Reads `filters[]` of rules and backendRefs.

use std::collections::HashSet;

use gamma_config::Fraction;

use super::{
    auth, cors,
    cx::Cx,
    referent,
    scalar::{choice_hint, distinct, list, strings},
    text, url,
};
use crate::{
    Filter, FilterKind, HeaderModifier, Mirror, RouteKind,
    diagnostic::codes,
    source::Spanned,
    yaml::{Field, ObjectReader},
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
/// Those that the API's rules let come more than once. What becomes of a second ExternalAuth is for the
/// compiler to say.
const REPEATABLE: [&str; 3] = ["RequestMirror", "ExtensionRef", "ExternalAuth"];
const GRPC: [&str; 4] = [
    "RequestHeaderModifier",
    "ResponseHeaderModifier",
    "RequestMirror",
    "ExtensionRef",
];

pub(super) fn filters(
    kind: RouteKind,
    object: &mut ObjectReader<'_>,
    cx: &mut Cx<'_>,
) -> Vec<Filter> {
    let mut seen = HashSet::new();
    let mut filters = Vec::new();
    for field in list(object, "filters", 16, cx) {
        let Some((name, filter)) = filter(kind, &field, cx) else {
            continue;
        };
        if !REPEATABLE.contains(&&*name.value) && !seen.insert(name.value.clone()) {
            let message = format!("`{}` is a second {}", field.path, name.value);
            let hint = "put everything into one filter";
            cx.refuse(&codes::CONTRADICTION, name.span, message, hint);
        }
        filters.push(filter);
    }
    let rewrite = |filter: &&Filter| matches!(filter.kind, FilterKind::UrlRewrite(_));
    if seen.contains("RequestRedirect")
        && let Some(rewrite) = filters.iter().find(rewrite)
    {
        cx.refuse(
            &codes::CONTRADICTION,
            rewrite.span,
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
    let mut object = ObjectReader::open(field, cx)?;
    let span = object.span;
    let types: Vec<&'static str> = match kind {
        RouteKind::HttpRoute => MEMBERS.iter().map(|(type_name, _)| *type_name).collect(),
        RouteKind::GrpcRoute => GRPC.to_vec(),
    };
    let name = object.require_string("type", cx)?;
    if !types.contains(&&*name.value) {
        let of_http = MEMBERS
            .iter()
            .any(|(type_name, _)| *type_name == name.value);
        cx.refuse(
            &codes::INVALID_VALUE,
            name.span,
            if of_http {
                format!("a GRPCRoute has no filter `{}`", name.value)
            } else {
                format!(
                    "`{}` is `{}`, which does not exist",
                    object.path_to("type"),
                    name.value
                )
            },
            if of_http {
                format!("use one of {}", types.join(", ")).into()
            } else {
                choice_hint(&name.value, &types)
            },
        );
        return None;
    }
    let mut member = None;
    for (type_name, member_name) in MEMBERS {
        if !types.contains(&type_name) {
            continue;
        }
        let Some(found) = object.take(member_name, cx) else {
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
    let Some(member) = member else {
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
    };
    object.finish(cx);
    let filter = match name.value.as_str() {
        "RequestHeaderModifier" => FilterKind::RequestHeaderModifier(header_modifier(&member, cx)?),
        "ResponseHeaderModifier" => {
            FilterKind::ResponseHeaderModifier(header_modifier(&member, cx)?)
        }
        "RequestRedirect" => FilterKind::RequestRedirect(url::redirect(&member, cx)?),
        "RequestMirror" => FilterKind::RequestMirror(Box::new(mirror(&member, cx)?)),
        "CORS" => FilterKind::Cors(Box::new(cors::cors(&member, cx)?)),
        "ExternalAuth" => FilterKind::ExternalAuth(Box::new(auth::external_auth(&member, cx)?)),
        "URLRewrite" => FilterKind::UrlRewrite(url::rewrite(&member, cx)?),
        _ => {
            extension_ref(&member, cx)?;
            FilterKind::Unsupported(name.clone())
        }
    };
    Some((name, Filter { kind: filter, span }))
}

/// LocalObjectReference: nothing here knows what it names.
fn extension_ref(field: &Field<'_>, cx: &mut Cx<'_>) -> Option<()> {
    let mut object = ObjectReader::open(field, cx)?;
    let checks: [(&str, text::Check); 3] = [
        ("group", text::group),
        ("kind", text::kind),
        ("name", text::object_name),
    ];
    for (member, check) in checks {
        if let Some(text) = object.require_string(member, cx) {
            check(&text, &object.path_to(member), cx);
        }
    }
    object.finish(cx);
    Some(())
}

fn header_modifier(field: &Field<'_>, cx: &mut Cx<'_>) -> Option<HeaderModifier> {
    let mut object = ObjectReader::open(field, cx)?;
    let modifier = HeaderModifier {
        set: headers(&mut object, "set", cx),
        add: headers(&mut object, "add", cx),
        remove: strings(&mut object, "remove", 16, cx),
    };
    object.finish(cx);
    Some(modifier)
}

fn headers(
    object: &mut ObjectReader<'_>,
    member: &'static str,
    cx: &mut Cx<'_>,
) -> Vec<(Spanned<String>, Spanned<String>)> {
    let mut headers = Vec::new();
    for field in list(object, member, 16, cx) {
        let Some(mut header) = ObjectReader::open(&field, cx) else {
            continue;
        };
        let name = header.require_string("name", cx);
        if let Some(name) = &name {
            text::header_name(name, &header.path_to("name"), cx);
        }
        let value = header.require_string("value", cx);
        if let Some(value) = &value {
            text::length(value, 1..=4096, &header.path_to("value"), cx);
        }
        header.finish(cx);
        headers.extend(name.zip(value));
    }
    let names: Vec<_> = headers.iter().map(|(name, _)| name).collect();
    distinct(
        names,
        &object.path_to(member),
        "keep one of them: several values go into one, separated by commas",
        cx,
    );
    headers
}

fn mirror(field: &Field<'_>, cx: &mut Cx<'_>) -> Option<Mirror> {
    let mut object = ObjectReader::open(field, cx)?;
    let backend = object.require("backendRef", cx);
    let backend = backend.and_then(|f| referent::object_ref(&f, cx));
    let percent = object.integer("percent", 0..=100, cx);
    let fraction = object.take("fraction", cx).and_then(|f| fraction(&f, cx));
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
    let mut object = ObjectReader::open(field, cx)?;
    let numerator = object.require("numerator", cx);
    let numerator = numerator.and_then(|f| f.integer(0..=MAX, cx));
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

//! Reads `rules[].matches[]` of HTTPRoutes and GRPCRoutes.

use std::collections::HashSet;

use gamma_config::Method;

use super::{
    cx::Cx,
    scalar::{choice, choice_of, list},
    text,
};
use crate::{
    GrpcMatch, GrpcMethodMatch, HttpMatch, Match, PathMatch, PathMatchType, RouteKind, ValueMatch,
    diagnostic::codes,
    source::{Span, Spanned},
    yaml::{Field, ObjectReader},
};

/// What a rule without matches matches.
pub(super) fn everything(kind: RouteKind, span: Span) -> Match {
    match kind {
        RouteKind::HttpRoute => Match::Http(HttpMatch {
            path: root(span),
            headers: Vec::new(),
            query_params: Vec::new(),
            method: None,
            method_span: None,
            span,
        }),
        RouteKind::GrpcRoute => Match::Grpc(GrpcMatch {
            method: None,
            headers: Vec::new(),
            span,
        }),
    }
}

/// "The default is a prefix path match on `/`, which has the effect of matching every HTTP request."
fn root(span: Span) -> PathMatch {
    PathMatch {
        kind: PathMatchType::PathPrefix,
        value: Spanned {
            value: "/".into(),
            span,
        },
    }
}

pub(super) fn r#match(kind: RouteKind, field: &Field<'_>, cx: &mut Cx<'_>) -> Option<Match> {
    let mut object = ObjectReader::open(field, cx)?;
    let span = object.span;
    let headers = values(&mut object, "headers", true, 4096, cx);
    let written_method = object.take("method", cx);
    let r#match = match kind {
        RouteKind::HttpRoute => Match::Http(HttpMatch {
            path: match object.take("path", cx) {
                Some(field) => path(&field, cx)?,
                None => root(span),
            },
            headers,
            query_params: values(&mut object, "queryParams", false, 1024, cx),
            method: written_method.as_ref().and_then(|field| method(field, cx)),
            method_span: written_method.map(|field| field.node.span),
            span,
        }),
        RouteKind::GrpcRoute => Match::Grpc(GrpcMatch {
            method: written_method.and_then(|field| grpc_method(&field, cx)),
            headers,
            span,
        }),
    };
    if kind == RouteKind::GrpcRoute {
        let instead = "a GRPCRoute matches by `method: {service: …, method: …}` and `headers`";
        object.not_here(&["path", "queryParams"], instead, cx);
    }
    object.finish(cx);
    Some(r#match)
}

fn path(field: &Field<'_>, cx: &mut Cx<'_>) -> Option<PathMatch> {
    if let Some(text) = field.node.as_str() {
        let message = format!("`{}` is a string, it must be an object", field.path);
        let hint = format!("write `path: {{type: PathPrefix, value: {text}}}`");
        cx.refuse(&codes::WRONG_TYPE, field.node.span, message, hint);
        return None;
    }
    let mut object = ObjectReader::open(field, cx)?;
    let types = ["Exact", "PathPrefix", "RegularExpression"];
    let kind = match choice_of(&mut object, "type", &types, cx).map(|kind| kind.value) {
        Some("Exact") => PathMatchType::Exact,
        Some("RegularExpression") => PathMatchType::RegularExpression,
        _ => PathMatchType::PathPrefix,
    };
    let value = object.string("value", cx).unwrap_or(Spanned {
        value: "/".into(),
        span: object.span,
    });
    let path = object.path_to("value");
    match kind {
        PathMatchType::RegularExpression => text::length(&value, 0..=1024, &path, cx),
        _ => text::path_value(&value, &path, cx),
    }
    object.finish(cx);
    Some(PathMatch { kind, value })
}

fn values(
    object: &mut ObjectReader<'_>,
    name: &'static str,
    any_case: bool,
    max: usize,
    cx: &mut Cx<'_>,
) -> Vec<ValueMatch> {
    let mut names = HashSet::new();
    let mut values = Vec::new();
    for field in list(object, name, 16, cx) {
        let Some(value) = value(&field, max, cx) else {
            continue;
        };
        // The API server compares list keys as they are written.
        if !names.insert(value.name.value.clone()) {
            cx.refuse(
                &codes::CONTRADICTION,
                value.name.span,
                format!(
                    "`{}` matches `{}` a second time",
                    field.path, value.name.value
                ),
                if any_case {
                    "all header matches must hold at once: write one regular expression"
                } else {
                    "all matches must hold at once: write one regular expression"
                },
            );
        }
        values.push(value);
    }
    values
}

fn value(field: &Field<'_>, max: usize, cx: &mut Cx<'_>) -> Option<ValueMatch> {
    let mut object = ObjectReader::open(field, cx)?;
    let kind = choice_of(&mut object, "type", &["Exact", "RegularExpression"], cx);
    let name = object.require_string("name", cx);
    if let Some(name) = &name {
        text::header_name(name, &object.path_to("name"), cx);
    }
    let value = object.require_string("value", cx);
    if let Some(value) = &value {
        text::length(value, 1..=max, &object.path_to("value"), cx);
    }
    object.finish(cx);
    Some(ValueMatch {
        name: name?,
        value: value?,
        regex: kind.is_some_and(|kind| kind.value == "RegularExpression"),
    })
}

fn method(field: &Field<'_>, cx: &mut Cx<'_>) -> Option<Method> {
    let names: Vec<&str> = Method::ALL.iter().map(|method| method.as_str()).collect();
    let text = field.node.as_str().unwrap_or_default();
    let several: Vec<&str> = text
        .split(['|', ',', ' '])
        .filter(|m| !m.is_empty())
        .collect();
    if several.len() > 1 {
        let matches: Vec<_> = several.iter().map(|m| format!("{{method: {m}}}")).collect();
        cx.refuse(
            &codes::INVALID_VALUE,
            field.node.span,
            format!("`{}` is {text:?}", field.path),
            format!(
                "write a match for each: `matches: [{}]`",
                matches.join(", ")
            ),
        );
        return None;
    }
    let chosen = choice(field, &names, cx)?;
    let mut methods = Method::ALL.iter().copied();
    methods.find(|m| m.as_str() == chosen.value)
}

fn grpc_method(field: &Field<'_>, cx: &mut Cx<'_>) -> Option<GrpcMethodMatch> {
    let mut object = ObjectReader::open(field, cx)?;
    let kind = choice_of(&mut object, "type", &["Exact", "RegularExpression"], cx);
    let regex = kind.is_some_and(|kind| kind.value == "RegularExpression");
    let service = object.string("service", cx);
    let method = object.string("method", cx);
    if service.is_none() && method.is_none() {
        cx.refuse(
            &codes::MISSING_FIELD,
            object.span,
            format!("`{}` has neither `service` nor `method`", field.path),
            "give one of them, or leave the whole match out",
        );
    }
    for (name, text) in [("service", &service), ("method", &method)] {
        let Some(text) = text else {
            continue;
        };
        text::length(text, 0..=1024, &object.path_to(name), cx);
        if !regex && !is_identifier(&text.value, name == "service") {
            let should = match text.value.split_once('/') {
                Some(_) => "give `service` and `method` apart, without `/`",
                None => "use letters, digits and `_`, or set `type: RegularExpression`",
            };
            cx.refuse(
                &codes::INVALID_VALUE,
                text.span,
                format!("`{}` is {:?}", object.path_to(name), text.value),
                should,
            );
        }
    }
    object.finish(cx);
    Some(GrpcMethodMatch {
        regex,
        service,
        method,
    })
}

/// A protobuf name; that of a service may have dots between its parts and one before.
fn is_identifier(text: &str, dots: bool) -> bool {
    let is_part = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    if dots {
        text.strip_prefix('.')
            .unwrap_or(text)
            .split('.')
            .all(is_part)
    } else {
        is_part(text)
    }
}

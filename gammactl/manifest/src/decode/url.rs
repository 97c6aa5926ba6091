//! Reads `requestRedirect` and `urlRewrite`, the filters that change parts of a URL.

use super::{
    cx::Cx,
    scalar::{choice, choice_of},
    text,
};
use crate::{
    PathModifier, Redirect, UrlRewrite,
    diagnostic::codes,
    yaml::{Field, ObjectReader},
};

pub(super) fn redirect(field: &Field<'_>, cx: &mut Cx<'_>) -> Option<Redirect> {
    let mut object = ObjectReader::open(field, cx)?;
    let scheme = choice_of(&mut object, "scheme", &["http", "https"], cx);
    let hostname = hostname(&mut object, cx);
    let path = object.take("path", cx).and_then(|f| path_modifier(&f, cx));
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

pub(super) fn rewrite(field: &Field<'_>, cx: &mut Cx<'_>) -> Option<UrlRewrite> {
    let mut object = ObjectReader::open(field, cx)?;
    let rewrite = UrlRewrite {
        hostname: hostname(&mut object, cx),
        path: object.take("path", cx).and_then(|f| path_modifier(&f, cx)),
    };
    object.finish(cx);
    Some(rewrite)
}

fn hostname(object: &mut ObjectReader<'_>, cx: &mut Cx<'_>) -> Option<String> {
    let hostname = object.string("hostname", cx)?;
    text::hostname(&hostname, &object.path_to("hostname"), false, cx);
    Some(hostname.value)
}

fn path_modifier(field: &Field<'_>, cx: &mut Cx<'_>) -> Option<PathModifier> {
    let mut object = ObjectReader::open(field, cx)?;
    let kind = object
        .require("type", cx)
        .and_then(|f| choice(&f, &["ReplaceFullPath", "ReplacePrefixMatch"], cx));
    let full = object.string("replaceFullPath", cx);
    let prefix = object.string("replacePrefixMatch", cx);
    for (name, text) in [("replaceFullPath", &full), ("replacePrefixMatch", &prefix)] {
        if let Some(text) = text {
            text::length(text, 0..=1024, &object.path_to(name), cx);
        }
    }
    let modifier = match (kind.as_ref().map(|k| k.value)?, full, prefix) {
        ("ReplaceFullPath", Some(mut full), None) => {
            if full.value.is_empty() {
                full.value.push('/');
            }
            PathModifier::ReplaceFullPath(full)
        }
        ("ReplacePrefixMatch", None, Some(prefix)) => PathModifier::ReplacePrefixMatch(prefix),
        (kind, ..) => {
            let (own, other) = match kind {
                "ReplaceFullPath" => ("replaceFullPath", "replacePrefixMatch"),
                _ => ("replacePrefixMatch", "replaceFullPath"),
            };
            if object.has(other) {
                cx.refuse(
                    &codes::CONTRADICTION,
                    object.span_of(other),
                    format!(
                        "`{}` does not belong to type `{kind}`",
                        object.path_to(other)
                    ),
                    format!("write `{own}`, or change `type`"),
                );
            } else {
                cx.refuse(
                    &codes::MISSING_FIELD,
                    object.span,
                    format!("`{}` is missing", object.path_to(own)),
                    format!("type `{kind}` needs it"),
                );
            }
            return None;
        }
    };
    object.finish(cx);
    Some(modifier)
}

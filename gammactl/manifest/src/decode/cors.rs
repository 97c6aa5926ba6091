//! Reads `cors`, a filter that answers to other origins of browsers.

use std::collections::HashSet;

use gamma_config::Cors;

use super::{
    cx::Cx,
    scalar::{choice_hint, list},
    text,
};
use crate::{
    diagnostic::codes,
    source::Spanned,
    yaml::{Field, ObjectReader},
};

const METHODS: [&str; 10] = [
    "GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "*",
];

pub(super) fn cors(field: &Field<'_>, cx: &mut Cx<'_>) -> Option<Cors> {
    let mut object = ObjectReader::open(field, cx)?;
    let allow_origins = names(&mut object, "allowOrigins", 64, text::origin, cx);
    let allow_credentials = object
        .take("allowCredentials", cx)
        .and_then(|f| f.boolean(cx));
    let allow_methods = names(&mut object, "allowMethods", 9, method, cx);
    let allow_headers = names(&mut object, "allowHeaders", 64, text::header_name, cx);
    let expose_headers = names(&mut object, "exposeHeaders", 64, text::header_name, cx);
    let max_age = object.integer("maxAge", 1..=i32::MAX as u32, cx);
    object.finish(cx);
    Some(Cors {
        allow_origins,
        allow_credentials: allow_credentials.is_some_and(|allowed| allowed.value),
        allow_methods,
        allow_headers,
        expose_headers,
        max_age: max_age.map_or(Cors::default().max_age, |age| age.value),
    })
}

/// A set of names. "`*` can't stand beside others."
fn names(
    object: &mut ObjectReader<'_>,
    name: &'static str,
    max: usize,
    check: text::Check,
    cx: &mut Cx<'_>,
) -> Vec<String> {
    let fields = list(object, name, max, cx);
    let mut seen = HashSet::new();
    for field in &fields {
        let Some(text) = field.string(cx) else {
            continue;
        };
        // A wildcard beside names is refused in each list but this one.
        let alone = name != "exposeHeaders";
        if text.value == "*" && alone && fields.len() > 1 {
            cx.refuse(
                &codes::CONTRADICTION,
                text.span,
                format!("`{}` has `*` beside others", object.path_to(name)),
                "`*` allows all: remove the others, or remove `*`",
            );
        } else if !seen.insert(text.value.clone()) {
            cx.refuse(
                &codes::CONTRADICTION,
                text.span,
                format!("`{}` has `{}` twice", object.path_to(name), text.value),
                "remove one",
            );
        } else if text.value != "*" {
            check(&text, &field.path, cx);
        }
    }
    fields
        .iter()
        .filter_map(|field| Some(field.node.as_str()?.to_owned()))
        .collect()
}

fn method(text: &Spanned<String>, path: &str, cx: &mut Cx<'_>) {
    if METHODS.contains(&&*text.value) {
        return;
    }
    let hint = choice_hint(&text.value, &METHODS);
    cx.refuse(
        &codes::INVALID_VALUE,
        text.span,
        format!("`{path}` is `{}`, which does not exist", text.value),
        hint,
    );
}

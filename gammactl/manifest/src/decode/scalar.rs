//! Single values: strings, numbers, choices; and what is said when something else is there.

use std::{collections::HashSet, fmt::Display, ops::RangeInclusive, str::FromStr};

use super::object::{Cx, Field};
use crate::{
    diagnostic::codes,
    source::Spanned,
    suggest::{containing, nearest},
    yaml::NotANumber,
};

pub(super) fn string(field: &Field<'_>, cx: &mut Cx<'_>) -> Option<Spanned<String>> {
    let Some(text) = field.node.as_str() else {
        wrong_type(field, "a string", cx);
        return None;
    };
    Some(field.spanned(text.to_owned()))
}

pub(super) fn integer<T: FromStr + PartialOrd + Display>(
    field: &Field<'_>,
    range: RangeInclusive<T>,
    cx: &mut Cx<'_>,
) -> Option<Spanned<T>> {
    match field.integer(range) {
        Ok(number) => Some(number),
        Err(NotANumber::Type) => {
            not_a_number::<T>(field, cx);
            None
        }
        Err(NotANumber::Range { text, hint }) => {
            let message = format!("`{}` is {text}", field.path);
            cx.refuse(&codes::INVALID_VALUE, field.node.span, message, hint);
            None
        }
    }
}

/// A string or something else where a number belongs.
fn not_a_number<T: FromStr>(field: &Field<'_>, cx: &mut Cx<'_>) {
    let hint = match field.node.as_str() {
        Some(text) if text.parse::<T>().is_ok() => format!("leave the quotes out: {text}"),
        Some(text) if text.ends_with('%') => {
            "leave the `%` out: weights are shares of their sum".into()
        }
        Some(_) if field.path.ends_with(".port") => {
            "write its number; a name is for `sectionName` of a parentRef".into()
        }
        _ => "write a whole number".into(),
    };
    let message = field.is_not("a whole number");
    cx.refuse(&codes::WRONG_TYPE, field.node.span, message, hint);
}

pub(super) fn boolean(field: &Field<'_>, cx: &mut Cx<'_>) -> Option<bool> {
    match field.node.as_plain() {
        Some("true" | "True" | "TRUE") => Some(true),
        Some("false" | "False" | "FALSE") => Some(false),
        _ => {
            wrong_type(field, "true or false", cx);
            None
        }
    }
}

pub(super) fn choice(
    field: &Field<'_>,
    names: &[&'static str],
    cx: &mut Cx<'_>,
) -> Option<Spanned<&'static str>> {
    let text = string(field, cx)?;
    let found = names.iter().copied().find(|name| *name == text.value);
    let Some(value) = found else {
        let hint = choice_hint(&text.value, names);
        cx.refuse(
            &codes::INVALID_VALUE,
            text.span,
            format!("`{}` is `{}`, which does not exist", field.path, text.value),
            hint,
        );
        return None;
    };
    Some(Spanned {
        value,
        span: text.span,
    })
}

/// The name that was meant, else all that there are.
pub(super) fn choice_hint(name: &str, names: &[&'static str]) -> String {
    let all = || names.iter().copied();
    match nearest(name, all()).or_else(|| containing(name, all())) {
        Some(similar) => format!("did you mean `{similar}`?"),
        None => format!("use one of {}", names.join(", ")),
    }
}

/// A list whose items the API server compares: none may come twice.
pub(super) fn distinct<'s>(
    items: impl IntoIterator<Item = &'s Spanned<String>>,
    path: &str,
    cx: &mut Cx<'_>,
) {
    let mut seen = HashSet::new();
    for item in items {
        if !seen.insert(&item.value) {
            cx.refuse(
                &codes::CONTRADICTION,
                item.span,
                format!("`{path}` has `{}` twice", item.value),
                "remove one",
            );
        }
    }
}

pub(super) fn wrong_type(field: &Field<'_>, wanted: &str, cx: &mut Cx<'_>) {
    let hint = match field.node.as_plain() {
        Some(text) if wanted == "a string" && !field.node.is_null() => {
            format!("put it in quotes: \"{text}\"")
        }
        _ => format!("write {wanted}"),
    };
    let message = field.is_not(wanted);
    cx.refuse(&codes::WRONG_TYPE, field.node.span, message, hint);
}

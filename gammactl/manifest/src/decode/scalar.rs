//! Reads values that are one of a few names, and lists with a limit or without repetition.

use std::collections::HashSet;

use super::{cx::Cx, hints};
use crate::{
    diagnostic::{Hint, codes},
    source::Spanned,
    suggest::{containing, nearest},
    yaml::{Field, ObjectReader},
};

/// The items of a list that has at most `max` of them; none if it is absent.
pub(super) fn list<'n>(
    object: &mut ObjectReader<'n>,
    name: &'static str,
    max: usize,
    cx: &mut Cx<'_>,
) -> Vec<Field<'n>> {
    let hint = match name {
        "rules" | "matches" | "parentRefs" | "hostnames" => "split the route into several",
        _ => "remove some",
    };
    let field = object.take(name, cx);
    field.map_or_else(Vec::new, |field| items(&field, max, hint, cx))
}

/// The items of a list that has at most `max` of them: `hint` says what to do about more.
pub(super) fn items<'n>(
    field: &Field<'n>,
    max: usize,
    hint: &str,
    cx: &mut Cx<'_>,
) -> Vec<Field<'n>> {
    let items = field.list(cx);
    if items.len() > max {
        cx.refuse(
            &codes::INVALID_VALUE,
            field.node.span,
            format!(
                "`{}` has {} items, {max} are allowed",
                field.path,
                items.len()
            ),
            hint,
        );
    }
    items
}

/// Refuses a list without items: `hint` says what belongs into it.
pub(super) fn not_empty(field: &Field<'_>, hint: &str, cx: &mut Cx<'_>) {
    if field.is_empty_list() {
        cx.refuse(
            &codes::INVALID_VALUE,
            field.node.span,
            format!("`{}` is empty", field.path),
            hint,
        );
    }
}

/// A member that is written and not `""`, which Kubernetes takes for not written.
pub(super) fn written<'n>(
    object: &mut ObjectReader<'n>,
    name: &'static str,
    cx: &mut Cx<'_>,
) -> Option<Field<'n>> {
    let field = object.take(name, cx)?;
    (field.node.as_str() != Some("")).then_some(field)
}

/// A member that is one of `names`, if it is there.
pub(super) fn choice_of(
    object: &mut ObjectReader<'_>,
    name: &'static str,
    names: &[&'static str],
    cx: &mut Cx<'_>,
) -> Option<Spanned<&'static str>> {
    choice(&object.take(name, cx)?, names, cx)
}

/// One of `names`.
pub(super) fn choice(
    field: &Field<'_>,
    names: &[&'static str],
    cx: &mut Cx<'_>,
) -> Option<Spanned<&'static str>> {
    let text = field.string(cx)?;
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
pub(super) fn choice_hint(name: &str, names: &[&'static str]) -> Hint {
    let all = || names.iter().copied();
    let meant = hints::of_choice(name, names).or_else(|| nearest(name, all()));
    match meant.or_else(|| containing(name, all())) {
        Some(similar) => Hint::did_you_mean(similar),
        None => format!("use one of {}", names.join(", ")).into(),
    }
}

/// A set of any strings that has at most `max` of them.
pub(super) fn strings(
    object: &mut ObjectReader<'_>,
    name: &'static str,
    max: usize,
    cx: &mut Cx<'_>,
) -> Vec<Spanned<String>> {
    let fields = list(object, name, max, cx);
    let strings: Vec<_> = fields.iter().filter_map(|field| field.string(cx)).collect();
    distinct(&strings, &object.path_to(name), "remove one", cx);
    strings
}

/// A list whose items the API server compares, as they are written: none may come twice.
pub(super) fn distinct<'s>(
    items: impl IntoIterator<Item = &'s Spanned<String>>,
    path: &str,
    hint: &str,
    cx: &mut Cx<'_>,
) {
    let mut seen = HashSet::new();
    for item in items {
        if !seen.insert(&item.value) {
            cx.refuse(
                &codes::CONTRADICTION,
                item.span,
                format!("`{path}` has `{}` twice", item.value),
                hint,
            );
        }
    }
}

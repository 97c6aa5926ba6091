//! Compiles the changes of headers that a filter makes, and says which of them can't be made.

use std::collections::HashMap;

use gamma_config::{self as config, is_token};
use gamma_manifest::{
    HeaderModifier,
    diagnostic::{Diagnostic, Diagnostics, codes},
    source::{Span, Spanned},
};

/// The words in the config for why a filter can't be applied.
pub(super) type RefusalText = String;

/// What `modifier` becomes. A removal of what no header can be called is left out, as is a second one of
/// the same header: both would do nothing.
pub(super) fn compile(
    modifier: &HeaderModifier,
    diagnostics: &mut Diagnostics,
) -> Result<config::HeaderModifier, RefusalText> {
    let mut refused = None;
    for (name, value) in modifier.set.iter().chain(&modifier.add) {
        if !is_sendable(&value.value) {
            refused = Some(format!("header {} would have a line break", name.value));
            diagnostics.push(
                not_sendable(value, &format!("the value of header `{}`", name.value))
                    .why("it would end the header and begin another; the requests are answered 500")
                    .hint("write it on one line"),
            );
        }
    }
    let remove = removals(modifier, diagnostics);
    if let Some(twice) = twice(modifier, &remove, diagnostics) {
        refused = Some(twice);
    }
    let pairs = |list: &[(Spanned<String>, Spanned<String>)]| {
        let pairs = list.iter().map(|(name, value)| config::Header {
            name: name.value.clone(),
            value: value.value.clone(),
        });
        pairs.collect()
    };
    match refused {
        Some(refused) => Err(refused),
        None => Ok(config::HeaderModifier {
            set: pairs(&modifier.set),
            add: pairs(&modifier.add),
            remove: remove.iter().map(|name| name.value.clone()).collect(),
        }),
    }
}

/// Whether a text stays within its header.
pub(super) fn is_sendable(value: &str) -> bool {
    !value.contains(['\r', '\n', '\0'])
}

/// A text that can't stand where a header, a cookie or a pattern for them does; `what` it is there.
pub(super) fn not_sendable(text: &Spanned<String>, what: &str) -> Diagnostic {
    Diagnostic::new(
        &codes::NOT_SENDABLE,
        text.span,
        format!("{what} can't be {:?}", text.value),
    )
}

/// Names of headers that something could be called; the others are said to do nothing.
pub(super) fn possible_names<'n>(
    names: &'n [Spanned<String>],
    what: &str,
    consequence: &str,
    diagnostics: &mut Diagnostics,
) -> Vec<&'n Spanned<String>> {
    let (possible, impossible): (Vec<_>, Vec<_>) =
        names.iter().partition(|name| is_token(&name.value));
    for name in impossible {
        let hint = if name.value.starts_with(':') {
            "pseudo-headers are no headers: method, path and host have fields of their own"
        } else {
            "use letters, digits and `-`"
        };
        let mut found = not_sendable(name, what);
        found.code = &codes::PART_REPLACED;
        diagnostics.push(found.why(consequence).hint(hint));
    }
    possible
}

fn removals<'m>(
    modifier: &'m HeaderModifier,
    diagnostics: &mut Diagnostics,
) -> Vec<&'m Spanned<String>> {
    let why = "no header is called that, so nothing is removed";
    let mut remove = possible_names(&modifier.remove, "the name of a header", why, diagnostics);
    let mut seen: HashMap<String, Span> = HashMap::new();
    remove.retain(|name| {
        let Some(first) = seen.insert(name.value.to_ascii_lowercase(), name.span) else {
            return true;
        };
        diagnostics.push(
            Diagnostic::new(
                &codes::PART_REPLACED,
                name.span,
                format!("header `{}` is removed twice", name.value),
            )
            .why("names of headers have no case: the second removal finds nothing")
            .hint("remove it once")
            .also(first, "it is removed here"),
        );
        false
    });
    remove
}

/// "Only one action for a given header name is permitted. Filters specifying multiple actions of the
/// same or different type for any one header name are invalid." (HTTPHeaderFilter)
fn twice(
    modifier: &HeaderModifier,
    remove: &[&Spanned<String>],
    diagnostics: &mut Diagnostics,
) -> Option<RefusalText> {
    let mut seen: HashMap<String, Span> = HashMap::new();
    let mut refused = None;
    let given = modifier.set.iter().chain(&modifier.add);
    for name in given.map(|(name, _)| name).chain(remove.iter().copied()) {
        let Some(first) = seen.insert(name.value.to_ascii_lowercase(), name.span) else {
            continue;
        };
        refused = Some(format!("header {} is changed twice", name.value));
        diagnostics.push(
            Diagnostic::new(
                &codes::HEADER_CHANGED_TWICE,
                name.span,
                format!("header `{}` is changed twice by one filter", name.value),
            )
            .why(
                "\"Only one action for a given header name is permitted\" by the API; the requests \
                 are answered 500",
            )
            .hint(
                "keep one action for each header; several values go into one, separated by commas",
            )
            .also(first, "it is changed here"),
        );
    }
    refused
}

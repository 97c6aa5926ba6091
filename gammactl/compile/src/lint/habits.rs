//! Warns of matches that are written as other routers and other types of match write them: parameters in a
//! path, a regular expression in an Exact value, a wildcard in a regular expression.

use gamma_manifest::{
    ForeignPath, PathMatchType, ValueMatch,
    diagnostic::{Diagnostic, Diagnostics, codes},
    foreign_path,
    source::Spanned,
};

use super::pattern;

/// Looks at the path of an Exact or PathPrefix match.
pub(super) fn literal_path(
    kind: PathMatchType,
    path: &Spanned<String>,
    diagnostics: &mut Diagnostics,
) {
    let kind_name = match kind {
        PathMatchType::Exact => "Exact",
        _ => "PathPrefix",
    };
    if let Some(found) = with_parameters(&path.value) {
        let below = match kind {
            PathMatchType::Exact => "",
            // It takes what is below already.
            _ if found.pattern.ends_with(".*") => "",
            _ => "(/.*)?",
        };
        let message = format!(
            "`{}` in {kind_name} `{}` stands for itself",
            found.parameter, path.value
        );
        diagnostics.push(parameter(
            path,
            message,
            &format!("{}{below}", found.pattern),
        ));
    } else if let Some(operator) = operator(&path.value) {
        let plain = ["(/.*)?", "/(.*)", "/.*", "(.*)", ".*", "/?$", "$"];
        let plain = plain.iter().find_map(|end| path.value.strip_suffix(end));
        let plain = plain.filter(|plain| !plain.is_empty() && self::operator(plain).is_none());
        let regex = "set `type: RegularExpression`";
        diagnostics.push(
            foreign(
                path,
                format!(
                    "`{operator}` in {kind_name} `{}` stands for itself",
                    path.value
                ),
            )
            .why("only a path with these very characters matches")
            .hint(match plain {
                Some(plain) if operator == "$" => format!("{regex}, or write Exact `{plain}`"),
                Some(plain) => format!("{regex}, or write PathPrefix `{plain}`"),
                None => regex.into(),
            }),
        );
    }
}

/// Looks at the pattern of a path. What was said of it is reason enough to say no more.
pub(super) fn pattern_of_path(path: &Spanned<String>, diagnostics: &mut Diagnostics) -> bool {
    let value = &*path.value;
    if let Some(found) = foreign_path(value).filter(|_| pattern::literal(value).is_some()) {
        let message = format!("`{}` in `{value}` stands for itself", found.parameter);
        diagnostics.push(parameter(path, message, &found.pattern));
        return true;
    }
    // `/a/*` is `/a` with any number of slashes at its end.
    let Some(before) = pattern::unanchored(value).strip_suffix("/*") else {
        return false;
    };
    if pattern::literal(before).is_none() && !before.is_empty() {
        return false;
    }
    diagnostics.push(
        foreign(
            path,
            format!("`/*` in `{value}` is any number of slashes"),
        )
        .why("in a regular expression `*` repeats what is before it: nothing below that path matches")
        .hint(if before.is_empty() {
            "write `/.*`, or PathPrefix `/`".into()
        } else {
            format!("write `{before}/.*`, or PathPrefix `{before}`")
        }),
    );
    true
}

/// Looks at an Exact match of a header or a query parameter.
pub(super) fn literal_value(m: &ValueMatch, diagnostics: &mut Diagnostics) {
    let value = &*m.value.value;
    if m.name.value.starts_with('~') {
        diagnostics.push(
            foreign(
                &m.name,
                format!("`~` is a part of the name `{}`", m.name.value),
            )
            .why("it says nothing about how the value is compared")
            .hint(format!(
                "write `{}`; for a pattern, set `type: RegularExpression`",
                m.name.value.trim_start_matches(['~', '*'])
            )),
        );
    }
    let is_choice = value.starts_with('(') && value.ends_with(')') && value.contains('|');
    let operator = match value {
        _ if value.starts_with('^') => "^",
        _ if value.starts_with("~ ") || value.starts_with("~*") || value.starts_with("~^") => "~",
        _ if value.contains(".*") && !matches!(value, ".*") => ".*",
        _ if is_choice => "|",
        _ => return,
    };
    diagnostics.push(
        foreign(
            &m.value,
            format!("`{operator}` in an Exact match stands for itself"),
        )
        .why("only that very value matches")
        .hint(match operator {
            "~" => format!(
                "set `type: RegularExpression` and write `{}`",
                value.trim_start_matches(['~', '*', ' '])
            ),
            _ => "set `type: RegularExpression`".into(),
        }),
    );
}

/// Looks at an Exact match of `Host`: `true` if what was said is reason enough to say no more.
pub(super) fn host(m: &ValueMatch, diagnostics: &mut Diagnostics) -> bool {
    let value = &*m.value.value;
    if !m.name.value.eq_ignore_ascii_case("host") {
        return false;
    }
    let found = if let Some(domain) = value.strip_prefix("*.") {
        Diagnostic::new(
            &codes::WILDCARD,
            m.value.span,
            format!("`*` in an Exact match of `{value}` stands for itself"),
        )
        .why("no host is called that")
        .hint(format!(
            r"set `type: RegularExpression` and write `[^.]+\.{}`",
            domain.replace('.', r"\.")
        ))
    } else if value.contains('/') {
        let host = value.split_once("://").map_or(value, |(_, rest)| rest);
        let host = host.split('/').next().unwrap_or_default();
        Diagnostic::new(
            &codes::IMPOSSIBLE_MATCH,
            m.value.span,
            format!("no `Host` is `{value}`"),
        )
        .why("it has neither scheme nor path, so the match never holds")
        .hint(format!("write `{host}`, and match the path by `path`"))
    } else {
        return false;
    };
    diagnostics.push(found);
    true
}

/// Parameters, also where the brackets that no path has were encoded.
fn with_parameters(path: &str) -> Option<ForeignPath> {
    let brackets = [("%7B", "{"), ("%7D", "}"), ("%3C", "<"), ("%3E", ">")];
    let mut path = path.to_owned();
    for (encoded, bracket) in brackets {
        path = path.replace(encoded, bracket);
        path = path.replace(&encoded.to_ascii_lowercase(), bracket);
    }
    foreign_path(&path)
}

/// An operator of regular expressions that hardly any path has.
fn operator(path: &str) -> Option<&'static str> {
    let inside = ["(.*)", "(.+)", ".*", ".+", ")?", ")*", ")+"];
    let inside = inside.into_iter().find(|operator| path.contains(operator));
    inside.or_else(|| path.ends_with('$').then_some("$"))
}

fn parameter(path: &Spanned<String>, message: String, pattern: &str) -> Diagnostic {
    Diagnostic::new(&codes::PATH_PARAMETER, path.span, message)
        .why("only a path with these very characters matches")
        .hint(format!(
            "set `type: RegularExpression` and write `{pattern}`"
        ))
}

fn foreign(text: &Spanned<String>, message: String) -> Diagnostic {
    Diagnostic::new(&codes::FOREIGN_PATTERN, text.span, message)
}

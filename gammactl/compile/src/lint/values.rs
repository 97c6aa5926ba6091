//! Warns of matches on values that no request can have, or that hardly mean what they say.

use std::collections::HashMap;

use super::habits;
use gamma_manifest::{
    Match, PathMatchType, Rule, ValueMatch,
    diagnostic::{Diagnostic, Diagnostics, codes},
    source::Spanned,
};

pub(super) fn lint(rule: &Rule, diagnostics: &mut Diagnostics) {
    for m in &rule.matches {
        let headers = match m {
            Match::Http(http) => {
                if http.path.kind != PathMatchType::RegularExpression {
                    encoded(&http.path.value, diagnostics);
                    let (kind, path) = (http.path.kind, &http.path.value);
                    if !wildcard_in_path(kind, path, diagnostics) {
                        habits::literal_path(kind, path, diagnostics);
                    }
                }
                for value in http.query_params.iter().filter(|value| !value.regex) {
                    wildcard(value, diagnostics);
                    habits::literal_value(value, diagnostics);
                }
                &http.headers
            }
            Match::Grpc(grpc) => &grpc.headers,
        };
        twice(headers, diagnostics);
        for header in headers.iter().filter(|header| !header.regex) {
            if !habits::host(header, diagnostics) {
                wildcard(header, diagnostics);
                habits::literal_value(header, diagnostics);
            }
            let value = &header.value;
            if value.value.trim_matches([' ', '\t']) != value.value {
                diagnostics.push(
                    Diagnostic::new(
                        &codes::IMPOSSIBLE_MATCH,
                        value.span,
                        format!("header `{}` can't have this value", header.name.value),
                    )
                    .why("proxies drop spaces around a header's value, so the match never holds")
                    .hint("leave the spaces out"),
                );
            }
        }
    }
}

/// `/a/*` and `/a/.*` are what other configurations and regular expressions write for a prefix; `/a*` is
/// one that ends within an element. Says whether it found one.
fn wildcard_in_path(
    kind: PathMatchType,
    path: &Spanned<String>,
    diagnostics: &mut Diagnostics,
) -> bool {
    let value = &*path.value;
    let whole = value
        .split('/')
        .any(|element| matches!(element, "*" | "**" | ".*" | ".+"));
    let within = value
        .strip_suffix('*')
        .filter(|before| before.ends_with(|c: char| c.is_ascii_alphanumeric() || "-_".contains(c)));
    if !whole && within.is_none() {
        return false;
    }
    let before = value.split("/*").next().unwrap_or_default();
    let before = before.split("/.").next().unwrap_or_default();
    let hint = match value.trim_start_matches(before).matches('/').count() {
        _ if !whole => format!(
            "use a regular expression: `{}.*`",
            value.trim_end_matches('*').replace('.', r"\.")
        ),
        1 => format!(
            "write PathPrefix `{}`: it takes what is below, too",
            if before.is_empty() { "/" } else { before }
        ),
        _ => format!(
            "use a regular expression: `{}`",
            value.replace("/*", "/[^/]+")
        ),
    };
    let kind = match kind {
        PathMatchType::Exact => "Exact",
        _ => "PathPrefix",
    };
    diagnostics.push(
        Diagnostic::new(
            &codes::WILDCARD,
            path.span,
            format!("`*` in {kind} `{value}` stands for itself"),
        )
        .why("only a path with these very characters matches")
        .hint(hint),
    );
    true
}

fn wildcard(m: &ValueMatch, diagnostics: &mut Diagnostics) {
    let value = &m.value;
    if matches!(&*value.value, "*" | ".*" | ".+") {
        diagnostics.push(
            Diagnostic::new(
                &codes::WILDCARD,
                value.span,
                format!("`{}` in an Exact match stands for itself", value.value),
            )
            .why("only that very value matches")
            .hint("for any value, set `type: RegularExpression` and write `.*`"),
        );
    }
}

/// "If multiple entries specify equivalent header names, only the first … MUST be considered."
fn twice(headers: &[ValueMatch], diagnostics: &mut Diagnostics) {
    let mut seen = HashMap::new();
    for header in headers {
        let name = &header.name;
        if let Some(first) = seen.insert(name.value.to_ascii_lowercase(), name.span) {
            diagnostics.push(
                Diagnostic::new(
                    &codes::HEADER_TWICE,
                    name.span,
                    format!("header `{}` is matched a second time", name.value),
                )
                .why("names of headers have no case: only the first match counts, by the API")
                .hint("say all of it in one regular expression, or remove one")
                .also(first, "this one counts"),
            );
        }
    }
}

/// RFC 3986 6.2.2.2: what need not be encoded is not, once a path is normalised.
fn encoded(path: &Spanned<String>, diagnostics: &mut Diagnostics) {
    let normal = normalised(&path.value);
    if normal != path.value {
        diagnostics.push(
            Diagnostic::new(
                &codes::IMPOSSIBLE_MATCH,
                path.span,
                format!("no normalised path is `{}`", path.value),
            )
            .why("letters, digits and `-._~` are decoded before paths are matched")
            .hint(format!("write `{normal}`")),
        );
    }
}

fn normalised(path: &str) -> String {
    let mut normal = String::new();
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('%') {
        normal.push_str(before);
        let Some((digits, after)) = after.split_at_checked(2) else {
            normal.push('%');
            rest = after;
            continue;
        };
        match u8::from_str_radix(digits, 16) {
            Ok(byte) if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) => {
                normal.push(char::from(byte));
            }
            _ => {
                normal.push('%');
                normal.push_str(digits);
            }
        }
        rest = after;
    }
    normal.push_str(rest);
    normal
}

#[cfg(test)]
mod tests {
    use super::normalised;

    #[test]
    fn unreserved_characters_are_decoded() {
        for (path, normal) in [
            ("/a", "/a"),
            ("/%61", "/a"),
            ("/%7Eb", "/~b"),
            ("/%c3%a9", "/%c3%a9"),
            ("/%C3%A9", "/%C3%A9"),
            ("/a%20b", "/a%20b"),
        ] {
            assert_eq!(normalised(path), normal, "{path}");
        }
    }
}

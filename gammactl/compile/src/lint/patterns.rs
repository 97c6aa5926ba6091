//! Warns of regular expressions that match nothing, mean something else to another engine, or do not
//! mean what they seem to.

use gamma_manifest::{
    Match, PathMatchType, Rule,
    diagnostic::{Diagnostic, Diagnostics, codes},
    source::Spanned,
};
use gamma_pattern::Dfa;

use super::{habits, normal_path, normal_path::Matches, pattern, pattern::ends_escaped, program};

pub(super) fn lint(rule: &Rule, diagnostics: &mut Diagnostics) {
    for m in &rule.matches {
        let (values, method) = match m {
            Match::Http(http) => {
                if http.path.kind == PathMatchType::RegularExpression {
                    path(&http.path.value, diagnostics);
                }
                ([&*http.headers, &*http.query_params], None)
            }
            Match::Grpc(grpc) => ([&*grpc.headers, &[]], grpc.method.as_ref()),
        };
        for value in values.into_iter().flatten().filter(|value| value.regex) {
            if normal_path::matches(&value.value.value) == Matches::NoText {
                let (why, hint) = no_text(&value.value.value);
                diagnostics.push(impossible(&value.value, "value", why, hint));
                continue;
            }
            whole(&value.value, "Exact", diagnostics);
            dialect(&value.value, diagnostics);
        }
        if let Some(method) = method.filter(|method| method.regex) {
            for part in [&method.service, &method.method].into_iter().flatten() {
                if let Some(found) = grpc_part(part) {
                    diagnostics.push(found);
                    continue;
                }
                dialect(part, diagnostics);
            }
        }
    }
}

fn path(value: &Spanned<String>, diagnostics: &mut Diagnostics) {
    // A line break is spoken of where the match is compiled.
    if value.value.contains(['\r', '\n', '\0']) || habits::pattern_of_path(value, diagnostics) {
        return;
    }
    match impossible_path(&value.value) {
        Some((why, hint)) => diagnostics.push(impossible(value, "path", why, hint)),
        None => {
            whole(value, "Exact or PathPrefix", diagnostics);
            dialect(value, diagnostics);
        }
    }
}

const NO_SLASH: &str =
    "every path begins with `/`, and all of it has to match: the match never holds";
const NO_TEXT: &str = "an anchor stands where more has to follow, so the match never holds";
const UNANCHORED: &str = "leave the anchor out: the whole value is matched in any case";
const NO_BYTE: &str = "a set of characters is empty: values are matched byte by byte, as in Envoy, so the match never holds";
const AS_BYTES: &str = "write the characters themselves, without brackets";

/// Why nothing at all matches a pattern, and what to write instead.
fn no_text(pattern: &str) -> (&'static str, String) {
    let is_anchor = |letter| pattern.contains(letter);
    match ["^", "$", r"\A", r"\z", r"\b", r"\B"]
        .into_iter()
        .any(is_anchor)
    {
        true => (NO_TEXT, UNANCHORED.into()),
        false => (NO_BYTE, AS_BYTES.into()),
    }
}

/// Why a pattern matches no path, and what to write instead, if that is so.
fn impossible_path(value: &str) -> Option<(&'static str, String)> {
    let pattern = pattern::unanchored(value);
    let (literal, _) = pattern::literal_prefix(pattern);
    if literal.contains(['?', '#']) {
        return Some(has_query());
    }
    if literal.chars().next().is_some_and(|first| first != '/') {
        let rest = pattern.trim_start_matches('/');
        return Some((NO_SLASH, format!("begin it with a slash: `/{rest}`")));
    }
    match normal_path::matches(value) {
        Matches::SomePath => None,
        Matches::NoText => Some(no_text(value)),
        Matches::NoNormalPath if value.contains('#') || value.contains(r"\?") => Some(has_query()),
        Matches::NoNormalPath => Some(not_normal(value)),
        Matches::NothingWithSlash => {
            let with_slash = if pattern::has_top_level_alternative(pattern) {
                format!("/({pattern})")
            } else {
                format!("/{pattern}")
            };
            match normal_path::matches(&with_slash) {
                Matches::SomePath => {
                    Some((NO_SLASH, format!("begin it with a slash: `{with_slash}`")))
                }
                _ => Some(not_normal(value)),
            }
        }
    }
}

fn has_query() -> (&'static str, String) {
    (
        "a path ends before its query, so the match never holds",
        "match the query with `queryParams`".into(),
    )
}

/// Proxies normalise paths before they are matched.
fn not_normal(pattern: &str) -> (&'static str, String) {
    let foreign = pattern.chars().find(|c| !c.is_ascii());
    let hint = match (gamma_manifest::foreign_path(pattern), foreign) {
        (Some(path), _) => format!("a parameter is a pattern here: `{}`", path.pattern),
        (None, Some(foreign)) => {
            let bytes = foreign.to_string().into_bytes();
            let encoded: String = bytes.iter().map(|byte| format!("%{byte:02X}")).collect();
            format!("write what is not ASCII as clients send it: `{encoded}` for `{foreign}`")
        }
        (None, None) => {
            "match the path as it is once it is normalised: `|` is `%7C`, and `.` and `..` are \
                 resolved"
                .into()
        }
    };
    (
        "a normalised path is encoded ASCII without dot segments and query: the match never holds",
        hint,
    )
}

/// A part of a gRPC method is a part of a path.
fn grpc_part(part: &Spanned<String>) -> Option<Diagnostic> {
    let (why, hint) = match normal_path::matches(&format!("/(?:{})", part.value)) {
        Matches::SomePath => return None,
        Matches::NoText => no_text(&part.value),
        _ => not_normal(&part.value),
    };
    Some(impossible(part, "gRPC method", why, hint))
}

fn impossible(value: &Spanned<String>, what: &str, why: &str, hint: String) -> Diagnostic {
    Diagnostic::new(
        &codes::IMPOSSIBLE_MATCH,
        value.span,
        format!("no {what} matches `{}`", value.value),
    )
    .why(why)
    .hint(hint)
}

/// What is matched is the whole value, whatever the anchors say.
fn whole(value: &Spanned<String>, instead: &str, diagnostics: &mut Diagnostics) {
    let pattern = &*value.value;
    let (begin, end) = (
        pattern.starts_with('^'),
        pattern.ends_with('$') && !ends_escaped(&pattern[..pattern.len() - 1]),
    );
    if pattern.is_empty() {
        return;
    }
    if let Some(literal) = pattern::literal(pattern) {
        let diagnostic = Diagnostic::new(
            &codes::LITERAL_REGEX,
            value.span,
            format!("`{pattern}` has no operators"),
        )
        .why(format!(
            "it has to match in full, so it matches `{literal}` and nothing else"
        ));
        diagnostics.push(diagnostic.hint(format!(
            "use {instead}, or say what may come before and after it: `.*{}.*`",
            pattern::unanchored(pattern)
        )));
        return;
    }
    let inner = pattern::unanchored(pattern);
    let any = |ends: &[&str], is: fn(&str, &str) -> bool| ends.iter().any(|end| is(inner, end));
    let open_end = any(&[".*", ".+", ".*)", ".+)", ".*)?"], |inner, end| {
        inner.ends_with(end)
    });
    let open_begin = any(&[".*", ".+", "(.*", "(.+", "/"], |inner, end| {
        inner.starts_with(end)
    });
    let (missing, fixed) = match (begin, end) {
        (true, false) if !open_end => ("end", format!("{inner}.*")),
        (false, true) if !open_begin => ("beginning", format!(".*{inner}")),
        _ => return,
    };
    diagnostics.push(
        Diagnostic::new(
            &codes::HALF_ANCHORED_REGEX,
            value.span,
            format!("`{pattern}` is anchored, but not at its {missing}"),
        )
        .why("here and in Envoy the whole value has to match; engines that search would take more")
        .hint(format!(
            "write `{fixed}` if more may be there, else leave the anchor out"
        )),
    );
}

/// Notes a pattern that other engines refuse, or read differently as far as its characters show.
fn dialect(value: &Spanned<String>, diagnostics: &mut Diagnostics) {
    let pattern = &*value.value;
    // What can't be compiled here is said with the engine's own words.
    if Dfa::of(pattern).is_err() {
        return;
    }
    program::lint(value, diagnostics);
    let Some((what, why, hint)) = difference(pattern) else {
        return;
    };
    diagnostics.push(
        Diagnostic::new(
            &codes::REGEX_DIALECT,
            value.span,
            format!("`{pattern}` has {what}"),
        )
        .why(why)
        .hint(hint),
    );
}

fn difference(pattern: &str) -> Option<(&'static str, &'static str, &'static str)> {
    const PORTABLE: &str =
        "not every engine knows it: it is outside of the portable dialect of GEP-4359";
    let (mut class, mut previous) = (false, None);
    let mut chars = pattern.char_indices();
    while let Some((at, c)) = chars.next() {
        let rest = &pattern[at..];
        match c {
            '\\' => match chars.next() {
                Some((_, 'b' | 'B' | 'A' | 'z' | 'Z')) => {
                    return Some((
                        "an anchor by a letter",
                        PORTABLE,
                        "leave it out: whole values are matched",
                    ));
                }
                Some((_, 'Q' | 'C' | '0'..='7')) => {
                    return Some((
                        "an escape that RE2 alone knows",
                        PORTABLE,
                        "escape each character for itself: `\\.`",
                    ));
                }
                Some((_, 'D' | 'S' | 'p' | 'P' | 'x' | 'h')) => {
                    return Some((
                        "a class by a letter",
                        PORTABLE,
                        "write the class out: `[^0-9]`",
                    ));
                }
                _ => {}
            },
            '[' if class && !rest.starts_with("[:") => return Some(SET_IN_SET),
            '&' | '~' | '-' if class && rest[1..].starts_with(c) => return Some(SET_IN_SET),
            '[' => class = true,
            ']' => class = false,
            '(' if !class && rest.starts_with("(?:") => {}
            '(' if !class && (rest.starts_with("(?P<") || rest.starts_with("(?<")) => {
                return Some((
                    "a named group",
                    PORTABLE,
                    "leave the name out: nothing can refer to it",
                ));
            }
            '(' if !class && rest.starts_with("(?") => {
                return Some(("a flag", PORTABLE, "write both cases out: `[aA]`"));
            }
            '?' if !class && matches!(previous, Some('*' | '+' | '?' | '}')) => {
                return Some((
                    "a lazy quantifier",
                    "it changes nothing where the whole value has to match, and not every engine knows it",
                    "leave the `?` out",
                ));
            }
            '{' if !class && rest.starts_with("{,") => {
                return Some((
                    "a repetition without lower bound",
                    "RE2 takes the braces for themselves, and other engines for a repetition",
                    "write `{0,n}`, or `\\{`",
                ));
            }
            '{' if !class && !is_repetition(rest) => {
                return Some((
                    "a brace that begins no repetition",
                    "it stands for itself here and in Envoy, and other engines refuse it",
                    "write `\\{`",
                ));
            }
            c if !c.is_ascii() => {
                return Some((
                    "a character beyond ASCII",
                    "here and in Envoy it is several bytes, and what follows it repeats the last of them; other engines match characters",
                    "put it into a group of its own",
                ));
            }
            _ => {}
        }
        previous = Some(c);
    }
    alternatives(pattern)
}

const SET_IN_SET: (&str, &str, &str) = (
    "an operator within brackets",
    "it stands for itself here and in Envoy, and means a set of sets to other engines",
    "escape it with a backslash",
);

/// Whether what follows is `{2}`, `{2,}` or `{2,3}`.
fn is_repetition(rest: &str) -> bool {
    let inside = rest.strip_prefix('{').and_then(|rest| rest.split_once('}'));
    inside.is_some_and(|(inside, _)| {
        let (min, max) = inside.split_once(',').unwrap_or((inside, ""));
        let are_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        !min.is_empty() && are_digits(min) && are_digits(max)
    })
}

/// Linkerd takes the first alternative that is found, and then looks whether it is the whole value.
fn alternatives(pattern: &str) -> Option<(&'static str, &'static str, &'static str)> {
    let plain = pattern::unanchored(pattern);
    if !pattern::has_top_level_alternative(plain) || plain.contains(['(', '[', '\\']) {
        return None;
    }
    let parts: Vec<&str> = plain.split('|').collect();
    let hidden = parts.iter().enumerate().any(|(i, part)| {
        let mut before = parts[..i].iter();
        before.any(|first| part.len() > first.len() && part.starts_with(first))
    });
    hidden.then_some((
        "an alternative that begins with one before it",
        "Linkerd takes the first that fits and then wants the end: it never gets to the longer one",
        "put the longer one first",
    ))
}

#[cfg(test)]
mod tests {
    use super::difference;

    #[test]
    fn only_what_engines_differ_in_is_found() {
        let table = [
            ("/a/[0-9]+", None),
            (r"/a/\d+\.html", None),
            ("/(?:a|b)", None),
            ("[?*]?", None),
            (
                "/a|/ab",
                Some("an alternative that begins with one before it"),
            ),
            ("/ab|/a", None),
            ("(?i)/a", Some("a flag")),
            ("/a.*?", Some("a lazy quantifier")),
            ("(?P<id>a)", Some("a named group")),
            (r"\ba", Some("an anchor by a letter")),
            (r"\S+", Some("a class by a letter")),
            ("a{,3}", Some("a repetition without lower bound")),
            ("/a{id}", Some("a brace that begins no repetition")),
            ("/a{2}b{2,}c{1,3}", None),
            ("[[]a", Some("an operator within brackets")),
            ("[[:alpha:]-]", None),
            ("[a&&b]", Some("an operator within brackets")),
            ("é+", Some("a character beyond ASCII")),
            (r"\Qa\E", Some("an escape that RE2 alone knows")),
        ];
        for (pattern, expected) in table {
            assert_eq!(
                difference(pattern).map(|(what, ..)| what),
                expected,
                "{pattern}"
            );
        }
    }
}

//! Paths with parameters as other routers write them, `/users/:id`, `/users/{id}` and `/users/<id>`, put
//! into the words of a regular expression.

/// One element of a path.
const ELEMENT: &str = "[^/]+";

/// A path with parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignPath {
    /// The first parameter, as it is written.
    pub parameter: String,
    /// The regular expression for such paths.
    pub pattern: String,
}

/// The parameters of a path, if it has any. A `:` inside of an element is a character like others:
/// `/v1/items:batchGet` has none.
///
/// What is a regular expression around its parameters stays one.
pub fn foreign_path(path: &str) -> Option<ForeignPath> {
    // These are a regular expression's own braces and angle brackets.
    if ["\\p{", "\\P{", "\\x{", "\\u{", "(?<", "(?P<", "[[:"]
        .iter()
        .any(|own| path.contains(own))
    {
        return None;
    }
    let is_regex = ["\\", "[", "|", "^", ".*", ".+", ")?"]
        .iter()
        .any(|sign| path.contains(sign));
    let mut parameter: Option<&str> = None;
    let mut pattern = String::new();
    let mut rest = path;
    while let Some(first) = rest.chars().next() {
        let found = match first {
            ':' if pattern.ends_with('/') => colon(rest),
            '*' if pattern.ends_with('/') => star(rest),
            '{' | '<' => bracket(rest),
            _ => None,
        };
        let (text, meaning) = match found {
            Some((text, meaning)) => {
                parameter.get_or_insert(text);
                (text, meaning)
            }
            None if is_regex => (&rest[..first.len_utf8()], first.into()),
            None => (&rest[..first.len_utf8()], escaped(first)),
        };
        pattern.push_str(&meaning);
        rest = &rest[text.len()..];
    }
    Some(ForeignPath {
        parameter: parameter?.into(),
        pattern,
    })
}

/// `:id` up to the end of the element.
fn colon(text: &str) -> Option<(&str, String)> {
    let end = text.find('/').unwrap_or(text.len());
    let name = text[1..end].trim_end_matches(['?', '*', '+']);
    is_name(name).then(|| (&text[..end], ELEMENT.into()))
}

/// `*rest`, which takes all that is left of the path.
fn star(text: &str) -> Option<(&str, String)> {
    is_name(&text[1..]).then(|| (text, ".*".into()))
}

/// `{id}`, `{id:[0-9]+}`, `{*rest}`, `{rest...}`, `{rest+}`; `<id>`, `<int:id>`.
fn bracket(text: &str) -> Option<(&str, String)> {
    let (open, close) = if text.starts_with('{') {
        ('{', '}')
    } else {
        ('<', '>')
    };
    let mut depth = 0_usize;
    let end = text.char_indices().find_map(|(at, c)| {
        if c == open {
            depth += 1;
        } else if c == close {
            depth -= 1;
        }
        (depth == 0).then_some(at)
    })?;
    let inner = &text[1..end];
    let (left, right) = match inner.split_once(':') {
        Some((left, right)) => (left, Some(right)),
        None => (inner, None),
    };
    let meaning = match (open, left, right) {
        ('<', "int", Some(name)) if is_name(name) => "[0-9]+".into(),
        ('<', "path", Some(name)) if is_name(name) => ".+".into(),
        ('<', kind, Some(name)) if is_name(kind) && is_name(name) => ELEMENT.into(),
        ('{', name, Some(pattern)) if is_name(name) => pattern.into(),
        (_, rest, None) if is_name(rest.trim_start_matches('*')) && rest.starts_with('*') => {
            ".*".into()
        }
        (_, rest, None) if is_name(rest.trim_end_matches('.')) && rest.ends_with("...") => {
            ".*".into()
        }
        (_, rest, None) if rest.strip_suffix('+').is_some_and(is_name) => ".+".into(),
        (_, rest, None) if rest.strip_suffix('*').is_some_and(is_name) => ".*".into(),
        (_, name, None) if is_name(name) => ELEMENT.into(),
        _ => return None,
    };
    Some((&text[..=end], meaning))
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
}

fn escaped(c: char) -> String {
    if r"\.+*?()|[]{}^$".contains(c) {
        format!(r"\{c}")
    } else {
        c.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_become_patterns() {
        let table = [
            ("/users/:id", ":id", "/users/[^/]+"),
            ("/users/:id/edit", ":id", "/users/[^/]+/edit"),
            ("/users/:id?", ":id?", "/users/[^/]+"),
            ("/users/{id}", "{id}", "/users/[^/]+"),
            ("/users/{user-id}/x", "{user-id}", "/users/[^/]+/x"),
            ("/users/{id:[0-9]+}", "{id:[0-9]+}", "/users/[0-9]+"),
            ("/users/{id:[^/]{2}}", "{id:[^/]{2}}", "/users/[^/]{2}"),
            ("/files/{*rest}", "{*rest}", "/files/.*"),
            ("/files/{rest...}", "{rest...}", "/files/.*"),
            ("/files/*rest", "*rest", "/files/.*"),
            ("/{proxy+}", "{proxy+}", "/.+"),
            ("/{proxy*}", "{proxy*}", "/.*"),
            ("/v[0-9]/{id}", "{id}", "/v[0-9]/[^/]+"),
            ("/users/{id}(/.*)?", "{id}", "/users/[^/]+(/.*)?"),
            (r"/v1\.0/{id:\d+}", r"{id:\d+}", r"/v1\.0/\d+"),
            ("/Users({id})", "{id}", r"/Users\([^/]+\)"),
            ("/users/<id>", "<id>", "/users/[^/]+"),
            ("/users/<int:id>", "<int:id>", "/users/[0-9]+"),
            ("/v1.0/{a}/{b}", "{a}", r"/v1\.0/[^/]+/[^/]+"),
            ("/report-{year}.pdf", "{year}", r"/report-[^/]+\.pdf"),
        ];
        for (path, parameter, pattern) in table {
            let expected = ForeignPath {
                parameter: parameter.into(),
                pattern: pattern.into(),
            };
            assert_eq!(foreign_path(path), Some(expected), "{path}");
        }
    }

    #[test]
    fn other_paths_have_none() {
        for path in [
            "/",
            "/v1/items:batchGet",
            "/v1/items/4:batchGet",
            "/a:b/c",
            "/$metadata",
            "/:",
            "/:8080",
            "/{}",
            "/a{2}",
            "/a{2,3}",
            "/<",
            "/{open",
            "/*",
            "/**",
            "/*/a",
            r"/\p{Greek}",
            "/(?<id>.*)",
            "/[[:alpha:]]",
        ] {
            assert_eq!(foreign_path(path), None, "{path}");
        }
    }
}

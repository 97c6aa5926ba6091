//! Tells the shape of a regular expression: what can be said about a pattern without running it.

/// Operators of the dialects that matter; anything else stands for itself.
const OPERATORS: &str = r"\.+*?()|[]{}^$";

/// A pattern without the anchors at its ends, which mean nothing where whole values are matched.
pub(super) fn unanchored(pattern: &str) -> &str {
    let pattern = pattern.strip_prefix('^').unwrap_or(pattern);
    match pattern.strip_suffix('$') {
        Some(rest) if !ends_escaped(rest) => rest,
        _ => pattern,
    }
}

/// Whether what follows `text` is escaped.
pub(super) fn ends_escaped(text: &str) -> bool {
    (text.len() - text.trim_end_matches('\\').len()) % 2 == 1
}

/// The only value that the pattern matches, if it has no operators.
pub(super) fn literal(pattern: &str) -> Option<String> {
    let (literal, rest) = literal_prefix(unanchored(pattern));
    rest.is_empty().then_some(literal)
}

/// The text that every match begins with, and the pattern that follows the text.
pub(super) fn literal_prefix(pattern: &str) -> (String, &str) {
    if has_top_level_alternative(pattern) {
        return (String::new(), pattern);
    }
    let mut literal = String::new();
    let mut rest = pattern;
    while let Some((character, after)) = character(rest) {
        // A quantifier may take the character away again.
        if after.starts_with(['*', '?', '{', '+']) {
            break;
        }
        literal.push(character);
        rest = after;
    }
    (literal, rest)
}

/// The character that a pattern begins with, if it begins with no operator.
fn character(pattern: &str) -> Option<(char, &str)> {
    let mut chars = pattern.chars();
    let character = match chars.next()? {
        // An escaped letter or digit is a class, an anchor or a reference.
        '\\' => chars.next().filter(|c| !c.is_ascii_alphanumeric())?,
        operator if OPERATORS.contains(operator) => return None,
        plain => plain,
    };
    Some((character, chars.as_str()))
}

/// Whether there is a `|` outside of groups and classes.
pub(super) fn has_top_level_alternative(pattern: &str) -> bool {
    let (mut depth, mut class) = (0_i32, false);
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => {
                chars.next();
            }
            '[' => class = true,
            ']' => class = false,
            '(' if !class => depth += 1,
            ')' if !class => depth -= 1,
            '|' if !class && depth == 0 => return true,
            _ => {}
        }
    }
    false
}

/// Whether a pattern begins with `/` and goes on with nothing that a path could lack: then some path
/// matches. Most patterns are like that, and need not be run to find it out.
pub(super) fn is_plain(pattern: &str) -> bool {
    let pattern = unanchored(pattern);
    let mut previous = ' ';
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        let plain = match c {
            '\\' => match chars.next() {
                // An element of dots alone is no element.
                Some('.') => !matches!(previous, '/' | '(' | '|'),
                Some(escaped) => matches!(escaped, 'd' | 'w' | '-' | '_' | '/'),
                None => false,
            },
            '[' => {
                let class = chars.as_str();
                let Some(end) = class.find(']') else {
                    return false;
                };
                chars = class[end + 1..].chars();
                let letters = class[..end].chars();
                class.starts_with('^') || letters.into_iter().any(|c| c.is_ascii_alphanumeric())
            }
            // A brace that begins no repetition stands for itself, and no path has one.
            '{' => chars
                .as_str()
                .starts_with(|next: char| next.is_ascii_digit()),
            _ => c.is_ascii_alphanumeric() || "/_-~.*+?()|},:=@&;!'".contains(c),
        };
        if !plain {
            return false;
        }
        previous = c;
    }
    pattern.starts_with('/')
}

/// Which paths a pattern surely matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Reach {
    /// All that begin with the text: `/a.*`.
    Anything,
    /// All that begin with it and go on: `/a.+`.
    More,
    /// The text, and what is below it: `/a(/.*)?`.
    Elements,
}

/// The text that a pattern begins with and how far it reaches from there, where that is simple.
pub(super) fn reach(pattern: &str) -> Option<(String, Reach)> {
    let (literal, rest) = literal_prefix(unanchored(pattern));
    let reach = match rest {
        ".*" | "(.*)" => Reach::Anything,
        ".+" | "(.+)" => Reach::More,
        "(/.*)?" | "(?:/.*)?" | "(/|/.*)?" => Reach::Elements,
        _ => return None,
    };
    Some((literal, reach))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_end_at_the_first_operator() {
        let table = [
            ("/a/b", "/a/b", ""),
            ("/a.b", "/a", ".b"),
            (r"/a\.b", "/a.b", ""),
            (r"/a\d", "/a", r"\d"),
            ("/ab?", "/a", "b?"),
            ("/a(b|c)", "/a", "(b|c)"),
            ("/a|/b", "", "/a|/b"),
        ];
        for (pattern, literal, rest) in table {
            assert_eq!(literal_prefix(pattern), (literal.into(), rest), "{pattern}");
        }
    }

    #[test]
    fn only_patterns_without_operators_are_literal() {
        assert_eq!(literal("^/a$").as_deref(), Some("/a"));
        assert_eq!(literal(r"/a\$").as_deref(), Some("/a$"));
        assert_eq!(literal("/a.*"), None);
    }

    #[test]
    fn simple_patterns_reach_what_follows() {
        assert_eq!(reach("/.*"), Some(("/".into(), Reach::Anything)));
        assert_eq!(reach("^/a(/.*)?$"), Some(("/a".into(), Reach::Elements)));
        assert_eq!(reach("/a[0-9]+"), None);
        assert_eq!(reach("/a|/b.*"), None);
    }
}

//! Regular expressions for paths, as Linkerd's proxy reads them.

/// `pattern` as one that matches a whole path, and whether it takes more than it seems.
///
/// The proxy puts `^` before the text and `$` behind it, without a group, and searches with what comes out: of `/a|/b` the first
/// alternative need only begin the path, and the last one only end it.
pub(super) fn as_read(pattern: &str) -> (String, bool) {
    let alternatives = alternatives(pattern);
    let last = alternatives.len() - 1;
    if last == 0 {
        return (pattern.to_owned(), false);
    }
    let written = alternatives.iter().enumerate().map(|(at, alternative)| {
        let before = if at == 0 { "" } else { ".*" };
        let behind = if at == last { "" } else { ".*" };
        format!("{before}{alternative}{behind}")
    });
    let written: Vec<String> = written.collect();
    (written.join("|"), true)
}

/// The parts of `pattern` between `|` that stand in no group and no class.
fn alternatives(pattern: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut begin, mut depth, mut in_class, mut is_escaped) = (0, 0_usize, false, false);
    let mut class_begin = 0;
    for (at, character) in pattern.char_indices() {
        if is_escaped {
            is_escaped = false;
            continue;
        }
        match character {
            '\\' => is_escaped = true,
            // `[]a]` and `[^]a]` have a `]` of their own.
            ']' if in_class
                && pattern[class_begin + 1..at]
                    .trim_start_matches('^')
                    .is_empty() => {}
            ']' => in_class = false,
            _ if in_class => {}
            '[' => (in_class, class_begin) = (true, at),
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            '|' if depth == 0 => {
                parts.push(&pattern[begin..at]);
                begin = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&pattern[begin..]);
    parts
}

#[cfg(test)]
mod tests {
    use gamma_pattern::Dfa;

    use super::as_read;

    /// What a search with the anchors put on by text finds.
    fn searched(pattern: &str, path: &str) -> bool {
        regex_lite::Regex::new(&format!("^{pattern}$"))
            .unwrap()
            .is_match(path)
    }

    #[test]
    fn anchors_belong_to_the_first_and_the_last_alternative() {
        let patterns = [
            "/a",
            "/a|/b",
            "/a|/b|/c",
            "(/a|/b)",
            "/[|]x",
            "/[]|]x",
            r"/a\|b",
            "/a(/x|/y)?|/b",
            "/books/[^/]*",
            "/a|",
        ];
        let paths = [
            "/a",
            "/ab",
            "/b",
            "/xb",
            "/b/c",
            "/x/c",
            "/c",
            "/|x",
            "/]x",
            "/a|b",
            "/a/x",
            "/a/y/z",
            "/books/1",
            "/books/1/2",
            "/",
        ];
        for pattern in patterns {
            let (written, says_more) = as_read(pattern);
            let whole = Dfa::of(&written).unwrap();
            for path in paths {
                assert_eq!(
                    whole.matches(path.as_bytes()),
                    searched(pattern, path),
                    "{pattern} as {written} on {path}"
                );
            }
            let is_plain = ["/a", "(/a|/b)", "/[|]x", "/[]|]x", r"/a\|b", "/books/[^/]*"];
            assert_eq!(says_more, !is_plain.contains(&pattern), "{pattern}");
        }
    }
}

//! The engine for regular expressions that the config has no automata for, which is so where a person wrote it.
//!
//! regex-lite was chosen for its size in wasm, a tenth of that of `regex`. It has no Unicode classes,
//! which paths and headers do not need. What it reads otherwise than RE2, and so otherwise than automata do, is in
//! `docs/semantics.md`.

use regex_lite::{Regex, RegexBuilder};

use crate::error::PatternError;

/// Compiled programs above this many bytes are refused. What a match costs grows with the program, by less than a
/// nanosecond for each of its bytes and each byte of the text: this limits both a worker's time and its memory.
const SIZE_LIMIT: usize = 32 << 10;

/// Compiles `pattern` so that it must match a whole value. Istio, Envoy and the portable dialect of
/// GEP-4359 all match in full.
pub(crate) fn compile(pattern: &str) -> Result<Regex, PatternError> {
    // Checked alone first: `a)(b` would otherwise close the group around it. The group also ends what
    // flags like `(?m)` say within it.
    build(pattern)?;
    build(&format!("^(?:{pattern})$")).or_else(|error| {
        // After `(?x)` a comment reaches to the end of its line, over the parenthesis. White space means
        // nothing there; where it means something, there is no comment and no such error.
        build(&format!("^(?:{pattern}\n)$")).map_err(|_| error)
    })
}

fn build(pattern: &str) -> Result<Regex, PatternError> {
    Ok(RegexBuilder::new(pattern).size_limit(SIZE_LIMIT).build()?)
}

/// Whether `regex` matches `value`; bytes that are not UTF-8 count as U+FFFD.
pub(crate) fn is_match(regex: &Regex, value: &[u8]) -> bool {
    regex.is_match(&String::from_utf8_lossy(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_in_full() {
        let table = [
            ("/a|/ab", "/ab", true),
            ("/a", "/ab", false),
            ("/a/[0-9]+", "/a/17", true),
            ("(?i)/A", "/a", true),
            ("a$", "a", true),
            ("", "", true),
            ("", "a", false),
            (".*", "\u{fffd}", true),
            ("(?x) /a # comment", "/a", true),
            ("(?x) /a # comment", "/a\n", false),
            ("/b|(?x) /a # comment", "/b", true),
            ("(?x) /a # comment", "/ab", false),
            ("(?m)/a", "/a\n/b", false),
            ("(?m)/a$", "/a\n", false),
            ("(?i)/a|/b", "/B", true),
            ("(?R)/a", "/a\r\n", false),
        ];
        for (pattern, value, expected) in table {
            let regex = compile(pattern).unwrap();
            assert_eq!(
                is_match(&regex, value.as_bytes()),
                expected,
                "{pattern} on {value}"
            );
        }
    }

    #[test]
    fn unbalanced_and_huge_patterns_are_refused() {
        for pattern in ["a)(b", "(", "[", "a{1000}{1000}", r"(a)\1"] {
            assert!(compile(pattern).is_err(), "{pattern}");
        }
    }

    #[test]
    fn dollar_is_the_end_of_the_value_not_of_a_line() {
        assert!(!is_match(&compile("a").unwrap(), b"a\n"));
    }
}

//! Paths that a proxy can ask the filter about, and whether a regular expression matches any of them.
//!
//! A proxy normalises a path before it is matched (RFC 3986, section 6.2.2): dot segments are resolved,
//! unreserved characters are decoded, and what a path can't have is encoded. Paths like these are a
//! regular language themselves: [`NormalPath`] reads them character by character, beside the automaton of
//! the pattern.

use std::collections::{HashSet, VecDeque};

use gamma_pattern::{Dfa, DfaState};

use super::pattern;

/// Larger automata are not looked through to their end: then nothing is known.
const MAX_STATES: usize = 2_000;

/// What is known of a pattern that has to match a whole path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Matches {
    /// The pattern matches some normalised path, or nothing is known.
    SomePath,
    /// Texts that begin with `/`, but no path.
    NoNormalPath,
    /// No text that begins with `/`.
    NothingWithSlash,
    /// No text at all, as `a$b` does.
    NoText,
}

/// What `pattern` matches. Nothing is known of patterns that the filter refuses.
pub(super) fn matches(pattern: &str) -> Matches {
    if pattern::is_plain(pattern) {
        return Matches::SomePath;
    }
    walked(pattern)
}

/// What `pattern` matches, found with its automaton.
fn walked(pattern: &str) -> Matches {
    // A pattern of no characters is refused, too.
    let Some(dfa) = Dfa::of(pattern).ok().filter(|_| !pattern.is_empty()) else {
        return Matches::SomePath;
    };
    if is_matched(&dfa, NormalPath::Start) {
        Matches::SomePath
    } else if is_matched(&dfa, AnyText::BeforeSlash) {
        Matches::NoNormalPath
    } else if is_matched(&dfa, AnyText::Within) {
        Matches::NothingWithSlash
    } else {
        Matches::NoText
    }
}

/// A regular language that is read byte by byte.
trait Language: Copy + Eq + std::hash::Hash {
    /// `None` if no text of the language goes on like that.
    fn next(self, byte: u8) -> Option<Self>;

    /// Whether a text may end here.
    fn is_end(self) -> bool;
}

/// Whether some text of a language matches, or may match.
fn is_matched<L: Language>(dfa: &Dfa, start: L) -> bool {
    let first = (dfa.start(), start);
    let mut known: HashSet<(DfaState, L)> = HashSet::from([first]);
    let mut next = VecDeque::from([first]);
    while let Some((at, text)) = next.pop_front() {
        if text.is_end() && dfa.accepts(at) {
            return true;
        }
        let mut tried = HashSet::new();
        for byte in 0..=u8::MAX {
            let Some(text) = text.next(byte) else {
                continue;
            };
            if !tried.insert((dfa.class(byte), text)) {
                continue;
            }
            let at = dfa.step(at, byte);
            if !at.is_dead() && known.insert((at, text)) {
                next.push_back((at, text));
            }
        }
        if known.len() > MAX_STATES {
            return true;
        }
    }
    false
}

/// How far a normalised path has been read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum NormalPath {
    Start,
    /// After a slash.
    Slash,
    /// After `/.`, which is no end: dot segments are resolved.
    Dot,
    /// After `/..`.
    Dots,
    Within,
    /// After `%`.
    Percent,
    /// After `%` and a hexadecimal digit.
    Digit(u8),
}

impl Language for NormalPath {
    fn next(self, byte: u8) -> Option<Self> {
        match (self, byte) {
            (Self::Start, b'/') => Some(Self::Slash),
            (Self::Start, _) => None,
            (Self::Dot | Self::Dots, b'/') => None,
            (_, b'/') => Some(Self::Slash),
            (Self::Slash, b'.') => Some(Self::Dot),
            (Self::Dot, b'.') => Some(Self::Dots),
            (_, b'%') => Some(Self::Percent),
            (Self::Percent, digit) if digit.is_ascii_hexdigit() => Some(Self::Digit(digit)),
            (Self::Digit(high), low) if is_unreserved(high, low) => None,
            _ if is_escaped(byte) => None,
            _ => Some(Self::Within),
        }
    }

    fn is_end(self) -> bool {
        !matches!(self, Self::Start | Self::Dot | Self::Dots)
    }
}

/// What stands encoded in a path, if at all; `\` is taken for `/`, and a query or fragment is no part
/// of a path.
fn is_escaped(byte: u8) -> bool {
    !byte.is_ascii_graphic() || b"\"#<>?\\^`{|}".contains(&byte)
}

/// Whether `%` and two digits are decoded: "URIs should be normalized by decoding any percent-encoded
/// octet that corresponds to an unreserved character" (RFC 3986, section 6.2.2.2).
fn is_unreserved(high: u8, low: u8) -> bool {
    let value = |digit: u8| char::from(digit).to_digit(16);
    let (Some(high), Some(low)) = (value(high), value(low)) else {
        return false;
    };
    u8::try_from(high * 16 + low)
        .is_ok_and(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte))
}

/// Whatever begins with a slash, or whatever there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum AnyText {
    BeforeSlash,
    Within,
}

impl Language for AnyText {
    fn next(self, byte: u8) -> Option<Self> {
        (self == Self::Within || byte == b'/').then_some(Self::Within)
    }

    fn is_end(self) -> bool {
        self == Self::Within
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_patterns_match_no_path() {
        use Matches::{NoNormalPath, NoText, NothingWithSlash, SomePath};
        let table = [
            ("/a", SomePath),
            (r"/\d+", SomePath),
            (".*", SomePath),
            ("/?", SomePath),
            ("(/a|b)", SomePath),
            ("a|/b", SomePath),
            ("/[^a-z]*", SomePath),
            (r"\d+", NothingWithSlash),
            ("[a-z]+/x", NothingWithSlash),
            ("a|b", NothingWithSlash),
            ("^$", NothingWithSlash),
            (r"a{0,3}", NothingWithSlash),
            ("/é+", NoNormalPath),
            ("/(a b|c d)", NoNormalPath),
            (r"/a\|b", NoNormalPath),
            (r"/x(\?.*)", NoNormalPath),
            (r"/x(\?.*)?", SomePath),
            ("/a/[.]/b", NoNormalPath),
            ("/a/[.]+", SomePath),
            (r"/.*/\.\.", NoNormalPath),
            (r"/\.well-known/.*", SomePath),
            ("/a$b", NoText),
            ("/a^", NoText),
            ("/(%2[dD])+", NoNormalPath),
            ("/(%2[fF])+", SomePath),
            ("/100%", SomePath),
            ("/[%]6", SomePath),
            ("/a.b", SomePath),
            ("/[^/]+/.+", SomePath),
            ("(?i)/A", SomePath),
            // Refused, and said so elsewhere.
            ("", SomePath),
            ("(", SomePath),
            (r"é\1", SomePath),
        ];
        for (pattern, expected) in table {
            assert_eq!(matches(pattern), expected, "{pattern}");
            assert_eq!(walked(pattern), expected, "{pattern}");
        }
    }

    #[test]
    fn plain_patterns_match_some_path() {
        let table = [
            (r"^/a/[0-9]+/orders$", true),
            (r"/[^/]+/(a|b)?\.html", true),
            (r"/v\d+/[\w.-]*", true),
            ("/.*", true),
            ("a/.*", false),
            (r"/\.\.", false),
            ("/[?]", false),
            ("/é", false),
            ("/a$b", false),
            ("/%2f", false),
        ];
        for (pattern, expected) in table {
            assert_eq!(pattern::is_plain(pattern), expected, "{pattern}");
            if expected {
                assert_eq!(walked(pattern), Matches::SomePath, "{pattern}");
            }
        }
    }

    #[test]
    fn of_large_patterns_nothing_is_known() {
        for pattern in ["x{900}{900}", "/[a-y]{3000}é", "/(x|y)*x(x|y){60}é"] {
            assert_eq!(matches(pattern), Matches::SomePath, "{pattern}");
        }
    }
}

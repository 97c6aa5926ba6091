//! Reads sets of bytes: `[a-z]`, `[[:alpha:]]`, `\d`, `\pL`.

use super::{byte_set::ByteSet, groups, parser::PatternParser};
use crate::error::{PatternSyntax, UnusablePattern};

const DIGIT: &[(u8, u8)] = &[(b'0', b'9')];
const SPACE: &[(u8, u8)] = &[(b'\t', b'\n'), (b'\x0c', b'\r'), (b' ', b' ')];
const WORD: &[(u8, u8)] = &[(b'0', b'9'), (b'A', b'Z'), (b'_', b'_'), (b'a', b'z')];

/// A name, and ranges of bytes.
type NamedSet = (&'static [u8], &'static [(u8, u8)]);

/// The sets of POSIX by their names.
const POSIX: [NamedSet; 14] = [
    (b"alnum", &[(b'0', b'9'), (b'A', b'Z'), (b'a', b'z')]),
    (b"alpha", &[(b'A', b'Z'), (b'a', b'z')]),
    (b"ascii", &[(0, 0x7f)]),
    (b"blank", &[(b'\t', b'\t'), (b' ', b' ')]),
    (b"cntrl", &[(0, 0x1f), (0x7f, 0x7f)]),
    (b"digit", DIGIT),
    (b"graph", &[(b'!', b'~')]),
    (b"lower", &[(b'a', b'z')]),
    (b"print", &[(b' ', b'~')]),
    (
        b"punct",
        &[(b'!', b'/'), (b':', b'@'), (b'[', b'`'), (b'{', b'~')],
    ),
    (b"space", &[(b'\t', b'\r'), (b' ', b' ')]),
    (b"upper", &[(b'A', b'Z')]),
    (b"word", WORD),
    (b"xdigit", &[(b'0', b'9'), (b'A', b'F'), (b'a', b'f')]),
];

impl PatternParser<'_> {
    /// Reads a set in brackets.
    pub(super) fn class(&mut self) -> Result<ByteSet, UnusablePattern> {
        let before = self.rest;
        self.rest = &self.rest[1..];
        let is_negated = self.take(b"^");
        let mut set = ByteSet::default();
        let mut is_first = true;
        loop {
            match self.rest.first() {
                None => return Err(self.error(PatternSyntax::MissingBracket, before)),
                Some(b']') if !is_first => break,
                Some(_) => {}
            }
            is_first = false;
            if self.posix(&mut set)? {
                continue;
            }
            if let Some(escaped) = self.escaped_class()? {
                set.add_all(escaped);
                continue;
            }
            let of_range = self.rest;
            let first = self.member(before)?;
            let mut last = first;
            // A hyphen at the end stands for itself.
            if self.rest.len() > 1 && self.rest[0] == b'-' && self.rest[1] != b']' {
                self.rest = &self.rest[1..];
                last = self.member(before)?;
            }
            if last < first {
                return Err(self.error(PatternSyntax::Range, of_range));
            }
            set.add(first, last, self.flags);
        }
        self.rest = &self.rest[1..];
        if is_negated {
            set.negate();
        }
        Ok(set)
    }

    /// Reads a member of the set that begins at `class`.
    fn member(&mut self, class: &[u8]) -> Result<u8, UnusablePattern> {
        match self.rest.first() {
            None => Err(self.error(PatternSyntax::MissingBracket, class)),
            Some(b'\\') => self.escape(),
            Some(&byte) => {
                self.rest = &self.rest[1..];
                Ok(byte)
            }
        }
    }

    /// Adds a set of POSIX, if one is next.
    fn posix(&mut self, set: &mut ByteSet) -> Result<bool, UnusablePattern> {
        let before = self.rest;
        let Some(inside) = self.rest.strip_prefix(b"[:") else {
            return Ok(false);
        };
        let Some(len) = inside.windows(2).position(|end| end == b":]") else {
            return Ok(false);
        };
        self.rest = &inside[len + 2..];
        let name = &inside[..len];
        let (is_negated, name) = match name.strip_prefix(b"^") {
            Some(name) => (true, name),
            None => (false, name),
        };
        let Some((_, ranges)) = POSIX.iter().find(|(known, _)| *known == name) else {
            return Err(self.error(PatternSyntax::Range, before));
        };
        set.add_ranges(ranges, is_negated, self.flags);
        Ok(true)
    }

    /// Reads a set that begins with a backslash, if one is next.
    pub(super) fn escaped_class(&mut self) -> Result<Option<ByteSet>, UnusablePattern> {
        let before = self.rest;
        let [b'\\', letter, rest @ ..] = self.rest else {
            return Ok(None);
        };
        let ranges = match letter {
            b'd' | b'D' => DIGIT,
            b's' | b'S' => SPACE,
            b'w' | b'W' => WORD,
            b'p' | b'P' => {
                self.rest = rest;
                return self.unicode(*letter == b'P', before).map(Some);
            }
            _ => return Ok(None),
        };
        self.rest = rest;
        let mut set = ByteSet::default();
        set.add_ranges(ranges, letter.is_ascii_uppercase(), self.flags);
        Ok(Some(set))
    }

    /// Reads the name behind `\p`, which is where the text `before` began: as far as Latin-1 goes.
    fn unicode(&mut self, is_negated: bool, before: &[u8]) -> Result<ByteSet, UnusablePattern> {
        let mut name = match self.rest {
            [b'{', rest @ ..] => {
                let Some(len) = rest.iter().position(|&byte| byte == b'}') else {
                    self.rest = &[];
                    return Err(self.error(PatternSyntax::Range, before));
                };
                self.rest = &rest[len + 1..];
                &rest[..len]
            }
            [_, rest @ ..] => {
                let name = &self.rest[..1];
                self.rest = rest;
                name
            }
            [] => return Err(self.error(PatternSyntax::Range, before)),
        };
        let mut is_negated = is_negated;
        if let Some(rest) = name.strip_prefix(b"^") {
            (is_negated, name) = (!is_negated, rest);
        }
        let Some(ranges) = groups::latin(name) else {
            return Err(self.error(PatternSyntax::Range, before));
        };
        let mut set = ByteSet::default();
        set.add_ranges(&ranges, is_negated, self.flags);
        Ok(set)
    }
}

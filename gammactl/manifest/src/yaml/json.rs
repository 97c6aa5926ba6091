//! Reads JSON into the same tree that YAML is read into.
//!
//! JSON is nearly a part of YAML: what is not are the two escapes of a character outside of the
//! basic plane (`"\ud83d\ude00"`), which every writer of ASCII-only JSON emits, and tabs before
//! values. kubectl reads a stream that begins with `{` as JSON first.

use super::{
    builder::TreeBuilder,
    node::Node,
    scalar::Scalar,
    tree_error::{TreeError, TreeResult},
};
use crate::{diagnostic::Diagnostics, source::Span};

/// Values that follow each other, and why the text behind them is none, if it is not.
pub(super) struct JsonValues {
    pub(super) nodes: Vec<Node>,
    pub(super) error: Option<TreeError>,
    /// Bytes up to the end of the last value that could be read.
    pub(super) read: usize,
}

/// Reads the values in `text`, which begins at byte `start` of source number `file`. Comments of YAML
/// may stand between them.
pub(super) fn values(
    file: u32,
    start: usize,
    text: &str,
    diagnostics: &mut Diagnostics,
) -> JsonValues {
    let mut reader = JsonReader {
        file,
        start,
        text,
        at: 0,
    };
    let mut values = JsonValues {
        nodes: Vec::new(),
        error: None,
        read: 0,
    };
    loop {
        reader.at = after_comments(text, reader.at);
        if reader.peek().is_none() {
            return values;
        }
        let mut builder = TreeBuilder::new(diagnostics);
        if let Err(error) = reader.value(&mut builder) {
            values.error = Some(error);
            return values;
        }
        values.nodes.extend(builder.finish());
        values.read = reader.at;
    }
}

/// The place behind the white space and the comments that begin at byte `at` of `text`.
pub(super) fn after_comments(text: &str, mut at: usize) -> usize {
    let bytes = text.as_bytes();
    let mut spaced = at == 0;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b' ' | b'\t' | b'\n' | b'\r' => spaced = true,
            b'#' if spaced => {
                let line = bytes[at..].iter().position(|&b| b == b'\n');
                at = line.map_or(bytes.len(), |end| at + end);
                continue;
            }
            _ => break,
        }
        at += 1;
    }
    at
}

struct JsonReader<'t> {
    file: u32,
    /// Byte of the source at which `text` begins.
    start: usize,
    text: &'t str,
    /// The next byte of `text`.
    at: usize,
}

/// What may come next.
enum Expected {
    /// A value.
    Value,
    /// A value, or the end of the list.
    ValueOrEnd,
    /// A key.
    Key,
    /// A key, or the end of the object.
    KeyOrEnd,
    /// A comma, or the end of the collection.
    CommaOrEnd,
}

impl JsonReader<'_> {
    /// One value. Open collections are on a list, not on the stack.
    fn value(&mut self, builder: &mut TreeBuilder<'_, '_>) -> TreeResult<()> {
        let mut open: Vec<u8> = Vec::new();
        let mut expected = Expected::Value;
        loop {
            self.space();
            let from = self.at;
            let byte = self.peek();
            expected = match (expected, byte) {
                (Expected::Value | Expected::ValueOrEnd, Some(bracket @ (b'{' | b'['))) => {
                    self.at += 1;
                    open.push(bracket);
                    if bracket == b'{' {
                        builder.begin_mapping(self.span(from), None)?;
                        Expected::KeyOrEnd
                    } else {
                        builder.begin_sequence(self.span(from), None)?;
                        Expected::ValueOrEnd
                    }
                }
                (Expected::ValueOrEnd | Expected::CommaOrEnd, Some(b']'))
                    if open.last() == Some(&b'[') =>
                {
                    self.close(&mut open, builder)?
                }
                (Expected::KeyOrEnd | Expected::CommaOrEnd, Some(b'}'))
                    if open.last() == Some(&b'{') =>
                {
                    self.close(&mut open, builder)?
                }
                (Expected::Value | Expected::ValueOrEnd, _) => {
                    let scalar = self.scalar()?;
                    builder.scalar(scalar, None, self.span(from))?;
                    Expected::CommaOrEnd
                }
                (Expected::Key | Expected::KeyOrEnd, Some(b'"')) => {
                    let key = Scalar::quoted(self.string()?);
                    builder.scalar(key, None, self.span(from))?;
                    self.space();
                    if self.peek() != Some(b':') {
                        return Err(self.error("a `:` must follow a key"));
                    }
                    self.at += 1;
                    Expected::Value
                }
                (Expected::Key | Expected::KeyOrEnd, _) => {
                    return Err(self.error("a key must be a string in double quotes"));
                }
                (Expected::CommaOrEnd, Some(b',')) => {
                    self.at += 1;
                    if open.last() == Some(&b'{') {
                        Expected::Key
                    } else {
                        Expected::Value
                    }
                }
                (Expected::CommaOrEnd, _) => {
                    return Err(self.error("a comma or a closing bracket is missing"));
                }
            };
            if open.is_empty() {
                return Ok(());
            }
        }
    }

    fn close(
        &mut self,
        open: &mut Vec<u8>,
        builder: &mut TreeBuilder<'_, '_>,
    ) -> TreeResult<Expected> {
        let from = self.at;
        self.at += 1;
        open.pop();
        builder.end(self.span(from))?;
        Ok(Expected::CommaOrEnd)
    }

    fn scalar(&mut self) -> TreeResult<Scalar> {
        if self.peek() == Some(b'"') {
            return Ok(Scalar::quoted(self.string()?));
        }
        let rest = &self.text[self.at..];
        let is_word = |c: char| c.is_ascii_alphanumeric() || "+-.".contains(c);
        let word = &rest[..rest.find(|c| !is_word(c)).unwrap_or(rest.len())];
        if !matches!(word, "true" | "false" | "null") && !is_number(word) {
            return Err(self.error("a value is missing here, or is none that JSON has"));
        }
        self.at += word.len();
        Ok(Scalar::plain(word.to_owned()))
    }

    /// A string in double quotes, the first of which is next.
    fn string(&mut self) -> TreeResult<String> {
        let mut string = String::new();
        self.at += 1;
        loop {
            let rest = &self.text[self.at..];
            let run = rest.find(|c: char| matches!(c, '"' | '\\') || c < ' ');
            let Some(run) = run else {
                self.at = self.text.len();
                return Err(self.error("the string has no end"));
            };
            string.push_str(&rest[..run]);
            self.at += run;
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(string);
                }
                Some(b'\\') => string.push(self.escape()?),
                _ => return Err(self.error("a control character must be escaped")),
            }
        }
    }

    /// One character of a string, written with a backslash.
    fn escape(&mut self) -> TreeResult<char> {
        let escaped = self.text.as_bytes().get(self.at + 1);
        let character = match escaped {
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(&literal @ (b'"' | b'\\' | b'/')) => char::from(literal),
            Some(b'u') => return self.unicode(),
            _ => return Err(self.error("JSON has no such escape")),
        };
        self.at += 2;
        Ok(character)
    }

    /// `\u` with four digits, or two of them that are one character. Half of such a pair stands for
    /// the replacement character, as in Go.
    fn unicode(&mut self) -> TreeResult<char> {
        let Some(first) = self.code_unit() else {
            return Err(self.error("four hexadecimal digits must follow `\\u`"));
        };
        self.at += 6;
        let pair = self.code_unit().map(|second| [first, second]);
        let character = pair.and_then(|pair| char::decode_utf16(pair).next()?.ok());
        if character.is_some_and(|character| character.len_utf16() == 2) {
            self.at += 6;
        }
        let alone = char::decode_utf16([first])
            .next()
            .and_then(|unit| unit.ok());
        Ok(character.or(alone).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    /// The number of the escape `\uXXXX` that is next, if one is.
    fn code_unit(&self) -> Option<u16> {
        let digits = self.text[self.at..].strip_prefix("\\u")?.get(..4)?;
        let good = digits.bytes().all(|b| b.is_ascii_hexdigit());
        good.then(|| u16::from_str_radix(digits, 16).ok())?
    }

    fn space(&mut self) {
        let space = |b: &&u8| matches!(b, b' ' | b'\t' | b'\n' | b'\r');
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        self.at += rest.iter().take_while(space).count();
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// What was read since byte `from`.
    fn span(&self, from: usize) -> Span {
        Span {
            file: self.file,
            start: (self.start + from) as u32,
            end: (self.start + self.at) as u32,
        }
    }

    fn error(&self, message: &str) -> TreeError {
        TreeError::new(self.span(self.at), message)
    }
}

/// RFC 8259 `number`, if it is within what a float can hold.
fn is_number(word: &str) -> bool {
    let unsigned = word.strip_prefix('-').unwrap_or(word);
    let is_digit = |c: char| c.is_ascii_digit();
    let after_whole = unsigned.trim_start_matches(is_digit);
    let whole = &unsigned[..unsigned.len() - after_whole.len()];
    if whole.is_empty() || whole.len() > 1 && whole.starts_with('0') {
        return false;
    }
    let (fraction, exponent) = match after_whole.split_once(['e', 'E']) {
        Some((fraction, exponent)) => (
            fraction,
            exponent.strip_prefix(['+', '-']).or(Some(exponent)),
        ),
        None => (after_whole, None),
    };
    let digits = |text: &str| !text.is_empty() && text.chars().all(is_digit);
    (fraction.is_empty() || fraction.strip_prefix('.').is_some_and(digits))
        && exponent.is_none_or(digits)
        && word.parse().is_ok_and(f64::is_finite)
}

#[cfg(test)]
mod tests;

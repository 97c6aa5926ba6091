//! Scalars in quotes.

use std::borrow::Cow;

use super::{
    cursor::{Cursor, Fold},
    token::{Syntax, SyntaxError, Token, TokenKind},
};

/// Scans a scalar that begins with the quote at the cursor.
pub(super) fn scan<'t>(cursor: &mut Cursor<'t>) -> Syntax<Token<'t>> {
    let start = cursor.at;
    let quote = cursor.peek();
    cursor.skip();
    let text = match simple(cursor, quote) {
        Some(text) => Cow::Borrowed(text),
        None => Cow::Owned(folded(cursor, quote, start)?),
    };
    let end = cursor.at;
    let kind = TokenKind::Scalar { text, plain: false };
    Ok(Token { kind, start, end })
}

/// The text up to the closing quote, if that is on this line and there are no escapes.
fn simple<'t>(cursor: &mut Cursor<'t>, quote: u8) -> Option<&'t str> {
    let rest = &cursor.text[cursor.at..];
    let stops = |&b: &u8| b == quote || matches!(b, b'\\' | b'\n' | b'\r' | 0 | 0xC2 | 0xE2);
    let length = rest.as_bytes().iter().position(stops)?;
    let text = &rest[..length];
    let after = &rest.as_bytes()[length..];
    if after[0] != quote || quote == b'\'' && after.get(1) == Some(&quote) {
        return None;
    }
    cursor.column += text.chars().count() as isize + 1;
    cursor.at += length + 1;
    Some(text)
}

fn folded(cursor: &mut Cursor<'_>, quote: u8, start: usize) -> Syntax<String> {
    let source = cursor.text;
    let unclosed = || SyntaxError {
        message: "this quote is never closed".into(),
        at: start,
    };
    let mut text = String::new();
    let mut fold = Fold::default();
    loop {
        if cursor.is_document_marker() || cursor.is_end() {
            return Err(unclosed());
        }
        let mut line_ended = false;
        while !cursor.is_space() {
            match cursor.peek() {
                b'\'' if quote == b'\'' && cursor.ahead(1) == b'\'' => {
                    text.push('\'');
                    cursor.skip_ascii(2);
                }
                byte if byte == quote => break,
                b'\\' if quote == b'"' => {
                    cursor.skip();
                    if cursor.is_break() {
                        cursor.take_break();
                        line_ended = true;
                        break;
                    }
                    text.push(escape(cursor)?);
                }
                _ => {
                    let from = cursor.at;
                    cursor.skip();
                    text.push_str(&source[from..cursor.at]);
                }
            }
        }
        if cursor.peek() == quote {
            cursor.skip();
            return Ok(text);
        }
        let blanks = cursor.at;
        let mut blanks_end = cursor.at;
        // After `\` at the end of a line, there is nothing to fold.
        let escaped = line_ended;
        while !cursor.is_end() && cursor.is_space() {
            if cursor.is_blank() {
                cursor.skip();
                if !line_ended {
                    blanks_end = cursor.at;
                }
            } else if !cursor.is_break() {
                return Err(unclosed());
            } else if escaped {
                fold.keep(cursor.take_break());
            } else {
                fold.add(cursor.take_break());
                line_ended = true;
            }
        }
        if line_ended {
            fold.write(&mut text);
        } else {
            text.push_str(&source[blanks..blanks_end]);
        }
    }
}

/// The character that the escape behind the `\` stands for.
fn escape(cursor: &mut Cursor<'_>) -> Syntax<char> {
    let digits = match cursor.peek() {
        b'x' => 2,
        b'u' => 4,
        b'U' => 8,
        simple => {
            let character = match simple {
                b'0' => '\0',
                b'a' => '\x07',
                b'b' => '\x08',
                b't' | b'\t' => '\t',
                b'n' => '\n',
                b'v' => '\x0B',
                b'f' => '\x0C',
                b'r' => '\r',
                b'e' => '\x1B',
                b' ' | b'"' | b'\'' | b'\\' | b'/' => char::from(simple),
                b'N' => '\u{85}',
                b'_' => '\u{A0}',
                b'L' => '\u{2028}',
                b'P' => '\u{2029}',
                _ => return Err(cursor.error("no escape in double quotes begins like this")),
            };
            cursor.skip();
            return Ok(character);
        }
    };
    let at = cursor.clone();
    let first = hexadecimal(cursor, digits)?;
    let code = match first {
        // kubectl reads these pairs in JSON only. In YAML they can mean nothing else.
        0xD800..0xDC00 if cursor.starts_with("\\u") => {
            cursor.skip();
            let second = hexadecimal(cursor, 4)?;
            if !(0xDC00..0xE000).contains(&second) {
                return Err(
                    at.error("this escape is half of a character, and the other half is missing")
                );
            }
            0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00)
        }
        code => code,
    };
    char::from_u32(code).ok_or_else(|| at.error("there is no character of this number"))
}

/// Reads `digits` digits behind the letter at the cursor.
fn hexadecimal(cursor: &mut Cursor<'_>, digits: usize) -> Syntax<u32> {
    cursor.skip();
    let text = cursor.text.get(cursor.at..cursor.at + digits);
    let text = text.filter(|text| text.bytes().all(|b| b.is_ascii_hexdigit()));
    let code = text.and_then(|text| u32::from_str_radix(text, 16).ok());
    let code = code.ok_or_else(|| cursor.error("hexadecimal digits must follow here"))?;
    cursor.skip_ascii(digits);
    Ok(code)
}

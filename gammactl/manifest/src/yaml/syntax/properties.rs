//! Anchors, aliases, tags and directives.

use super::{
    cursor::Cursor,
    token::{Syntax, SyntaxError, Token, TokenKind},
};

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

/// Takes letters, digits, `_` and `-`.
fn word<'t>(cursor: &mut Cursor<'t>) -> &'t str {
    let from = cursor.at;
    while is_word(cursor.peek()) {
        cursor.skip();
    }
    &cursor.text[from..cursor.at]
}

/// Scans `&name` or `*name`.
pub(super) fn anchor<'t>(cursor: &mut Cursor<'t>) -> Syntax<Token<'t>> {
    let start = cursor.at;
    let is_alias = cursor.peek() == b'*';
    cursor.skip();
    let name = word(cursor);
    let ends = matches!(
        cursor.peek(),
        b'?' | b':' | b',' | b']' | b'}' | b'%' | b'@' | b'`'
    );
    if name.is_empty() || !(ends || cursor.is_space()) {
        let message = if is_alias {
            "`*` begins the name of an alias here, which has letters and digits: put the text in quotes"
        } else {
            "`&` begins the name of an anchor here, which has letters and digits: put the text in quotes"
        };
        let message = message.into();
        return Err(SyntaxError { message, at: start });
    }
    let kind = if is_alias {
        TokenKind::Alias(name)
    } else {
        TokenKind::Anchor(name)
    };
    let end = cursor.at;
    Ok(Token { kind, start, end })
}

/// Scans `!`, `!suffix`, `!!suffix`, `!handle!suffix` or `!<suffix>`.
pub(super) fn tag<'t>(cursor: &mut Cursor<'t>) -> Syntax<Token<'t>> {
    let start = cursor.at;
    let (handle, suffix) = if cursor.ahead(1) == b'<' {
        cursor.skip_ascii(2);
        let suffix = uri(cursor, String::new())?;
        if cursor.peek() != b'>' {
            return Err(cursor.error("a `>` must end this tag"));
        }
        cursor.skip();
        ("", suffix)
    } else {
        let handle = tag_handle(cursor)?;
        if handle.len() > 1 && handle.ends_with('!') {
            (handle, uri(cursor, String::new())?)
        } else {
            let suffix = uri(cursor, handle[1..].to_owned());
            match suffix {
                Ok(suffix) => ("!", suffix),
                Err(_) => ("", "!".to_owned()),
            }
        }
    };
    if !cursor.is_space() {
        return Err(
            cursor.error("a space must follow a tag: put a text that begins with `!` in quotes")
        );
    }
    let kind = TokenKind::Tag { handle, suffix };
    let end = cursor.at;
    Ok(Token { kind, start, end })
}

/// Takes `!`, `!word` or `!word!`.
fn tag_handle<'t>(cursor: &mut Cursor<'t>) -> Syntax<&'t str> {
    let from = cursor.at;
    if cursor.peek() != b'!' {
        return Err(cursor.error("a `!` must stand here"));
    }
    cursor.skip();
    word(cursor);
    if cursor.peek() == b'!' {
        cursor.skip();
    }
    Ok(&cursor.text[from..cursor.at])
}

/// Takes the rest of a tag whose beginning is `text`. It must not be empty.
fn uri(cursor: &mut Cursor<'_>, text: String) -> Syntax<String> {
    let mut bytes = text.into_bytes();
    loop {
        match cursor.peek() {
            b'%' => {
                let digits = [cursor.ahead(1), cursor.ahead(2)];
                let digits = digits.map(|digit| char::from(digit).to_digit(16));
                let [Some(high), Some(low)] = digits else {
                    return Err(cursor.error("two hexadecimal digits must follow `%` in a tag"));
                };
                bytes.push((high * 16 + low) as u8);
                cursor.skip_ascii(3);
            }
            byte if is_word(byte) || b";/?:@&=+$,.!~*'()[]".contains(&byte) => {
                bytes.push(byte);
                cursor.skip();
            }
            _ => break,
        }
    }
    match String::from_utf8(bytes) {
        Ok(text) if !text.is_empty() => Ok(text),
        _ => Err(cursor.error("this is no tag")),
    }
}

/// Scans `%YAML 1.1` or `%TAG !handle! prefix`, which take their line.
pub(super) fn directive<'t>(cursor: &mut Cursor<'t>) -> Syntax<Token<'t>> {
    let start = cursor.at;
    cursor.skip();
    let name = word(cursor);
    cursor.skip_blanks();
    let kind = match name {
        "YAML" => {
            let major = number(cursor)?;
            if cursor.peek() != b'.' {
                return Err(cursor.error("a version like 1.1 must follow `%YAML`"));
            }
            cursor.skip();
            TokenKind::Version(major, number(cursor)?)
        }
        "TAG" => {
            let handle = tag_handle(cursor)?;
            if !cursor.is_blank() {
                return Err(cursor.error("a handle and a prefix must follow `%TAG`"));
            }
            cursor.skip_blanks();
            let prefix = uri(cursor, String::new())?;
            TokenKind::TagDirective { handle, prefix }
        }
        _ => {
            let message =
                "no directive of YAML begins like this: put a text that begins with `%` in quotes";
            let message = message.into();
            return Err(SyntaxError { message, at: start });
        }
    };
    let end = cursor.at;
    cursor.skip_blanks();
    cursor.skip_comment();
    if !cursor.is_break_or_end() {
        return Err(cursor.error("nothing may follow a directive on its line"));
    }
    cursor.take_break();
    Ok(Token { kind, start, end })
}

fn number(cursor: &mut Cursor<'_>) -> Syntax<u8> {
    let from = cursor.at;
    while cursor.peek().is_ascii_digit() {
        cursor.skip();
    }
    let digits = &cursor.text[from..cursor.at];
    let value = digits.parse().ok().filter(|_| digits.len() <= 2);
    value.ok_or_else(|| cursor.error("a version like 1.1 must follow `%YAML`"))
}

//! Scalars without quotes.

use std::borrow::Cow;

use super::super::dialect::Dialect;
use super::{
    cursor::{Cursor, Fold},
    token::{Syntax, Token, TokenKind},
};

/// Scans a plain scalar whose lines stand at column `indent` or further in; in a flow collection
/// anywhere. Also says whether the scalar ends with a line, so that a key may follow.
pub(super) fn scan<'t>(
    cursor: &mut Cursor<'t>,
    indent: isize,
    in_flow: bool,
    dialect: Dialect,
) -> Syntax<(Token<'t>, bool)> {
    let source = cursor.text;
    let (start, mut end) = (cursor.at, cursor.at);
    let mut folded: Option<String> = None;
    let mut fold = Fold::default();
    let mut line_ended = false;
    while !cursor.is_document_marker() && cursor.peek() != b'#' {
        let from = cursor.at;
        while !cursor.is_space() && !ends(cursor, in_flow, dialect) {
            cursor.skip();
        }
        if cursor.at > from {
            if line_ended {
                let text = folded.get_or_insert_with(|| source[start..end].to_owned());
                fold.write(text);
                text.push_str(&source[from..cursor.at]);
                line_ended = false;
            } else if let Some(text) = &mut folded {
                text.push_str(&source[end..cursor.at]);
            }
            end = cursor.at;
        }
        if cursor.is_end() || !cursor.is_space() {
            break;
        }
        while !cursor.is_end() && cursor.is_space() {
            if cursor.is_blank() {
                if line_ended && cursor.column < indent && cursor.peek() == b'\t' {
                    return Err(cursor.error("a tab can't be indentation"));
                }
                cursor.skip();
            } else if cursor.is_break() {
                fold.add(cursor.take_break());
                line_ended = true;
            } else {
                break;
            }
        }
        if !in_flow && cursor.column < indent {
            break;
        }
    }
    let text = folded.map_or(Cow::Borrowed(&source[start..end]), Cow::Owned);
    let kind = TokenKind::Scalar { text, plain: true };
    Ok((Token { kind, start, end }, line_ended))
}

fn ends(cursor: &Cursor<'_>, in_flow: bool, dialect: Dialect) -> bool {
    let is_plain = dialect == Dialect::Plain;
    match cursor.peek() {
        b':' => cursor.is_space_at(1) || is_plain && in_flow && cursor.is_bracket_at(1),
        b'?' => in_flow && !is_plain,
        b',' | b'[' | b']' | b'{' | b'}' => in_flow,
        _ => false,
    }
}

//! Blocks of text: `|` keeps the lines, `>` folds them.

use super::{
    cursor::Cursor,
    token::{Syntax, Token, TokenKind},
};

#[derive(PartialEq)]
enum Chomping {
    Strip,
    Clip,
    Keep,
}

/// Scans a block in a collection whose indentation is `parent`, -1 at the top.
pub(super) fn scan<'t>(cursor: &mut Cursor<'t>, parent: isize) -> Syntax<Token<'t>> {
    let source = cursor.text;
    let start = cursor.at;
    let literal = cursor.peek() == b'|';
    cursor.skip();
    let (chomping, increment) = header(cursor)?;
    let mut indent = increment.map(|increment| parent.max(0) + increment);
    let mut text = String::new();
    let mut leading_break = "";
    let mut trailing_breaks = String::new();
    let mut leading_blank = false;
    let mut end = cursor.at;
    breaks(cursor, parent, &mut indent, &mut trailing_breaks, &mut end)?;
    while Some(cursor.column) == indent && !cursor.is_end() {
        let blank = cursor.is_blank();
        if !literal && !leading_blank && !blank && leading_break == "\n" {
            if trailing_breaks.is_empty() {
                text.push(' ');
            }
        } else {
            text.push_str(leading_break);
        }
        text.push_str(&trailing_breaks);
        trailing_breaks.clear();
        leading_blank = blank;
        let from = cursor.at;
        while !cursor.is_break_or_end() {
            cursor.skip();
        }
        text.push_str(&source[from..cursor.at]);
        leading_break = end_line(cursor);
        breaks(cursor, parent, &mut indent, &mut trailing_breaks, &mut end)?;
    }
    if chomping != Chomping::Strip {
        text.push_str(leading_break);
    }
    if chomping == Chomping::Keep {
        text.push_str(&trailing_breaks);
    }
    let (text, plain) = (text.into(), false);
    let kind = TokenKind::Scalar { text, plain };
    Ok(Token { kind, start, end })
}

/// What stands behind `|` or `>`: how the end of the text is treated, how far its lines are indented.
fn header(cursor: &mut Cursor<'_>) -> Syntax<(Chomping, Option<isize>)> {
    let mut chomping = Chomping::Clip;
    let mut increment = None;
    let mut seen_chomping = false;
    loop {
        match cursor.peek() {
            sign @ (b'+' | b'-') if !seen_chomping => {
                seen_chomping = true;
                chomping = if sign == b'+' {
                    Chomping::Keep
                } else {
                    Chomping::Strip
                };
            }
            b'0' if increment.is_none() => {
                return Err(cursor.error("a block of text can't be indented by 0"));
            }
            digit @ b'1'..=b'9' if increment.is_none() => {
                increment = Some(isize::from(digit - b'0'))
            }
            _ => break,
        }
        cursor.skip();
    }
    cursor.skip_blanks();
    cursor.skip_comment();
    if !cursor.is_break_or_end() {
        return Err(cursor.error("a block of text must begin on the next line"));
    }
    end_line(cursor);
    Ok((chomping, increment))
}

/// Passes a line break. kubectl ends the last line of a text as it does all others.
fn end_line<'t>(cursor: &mut Cursor<'t>) -> &'t str {
    if cursor.is_end() {
        cursor.column = 0;
        return "\n";
    }
    cursor.take_break()
}

/// Passes indentation and empty lines, and finds out how far the text is indented if that is not known.
fn breaks(
    cursor: &mut Cursor<'_>,
    parent: isize,
    indent: &mut Option<isize>,
    breaks: &mut String,
    end: &mut usize,
) -> Syntax<()> {
    *end = cursor.at;
    let mut widest = 0;
    loop {
        let is_indentation =
            |cursor: &Cursor<'_>| indent.is_none_or(|indent| cursor.column < indent);
        while is_indentation(cursor) && cursor.peek() == b' ' {
            cursor.skip();
        }
        widest = widest.max(cursor.column);
        if is_indentation(cursor) && cursor.peek() == b'\t' {
            return Err(cursor.error("a tab can't be indentation"));
        }
        let has_rest = cursor.is_end() && cursor.column > 0;
        if !cursor.is_break() && !has_rest {
            break;
        }
        breaks.push_str(end_line(cursor));
        *end = cursor.at;
    }
    indent.get_or_insert(widest.max(parent + 1).max(1));
    Ok(())
}

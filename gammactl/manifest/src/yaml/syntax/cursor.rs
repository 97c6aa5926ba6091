//! A place in a text, and what is there.

use super::token::SyntaxError;

/// Behind the end of the text there are zeros.
#[derive(Debug, Clone)]
pub(super) struct Cursor<'t> {
    pub(super) text: &'t str,
    /// Bytes from the start of the text.
    pub(super) at: usize,
    pub(super) line: usize,
    /// Characters from the start of the line.
    pub(super) column: isize,
}

impl<'t> Cursor<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self {
            text,
            at: 0,
            line: 0,
            column: 0,
        }
    }

    pub(super) fn peek(&self) -> u8 {
        self.ahead(0)
    }

    /// The byte `count` bytes further on.
    pub(super) fn ahead(&self, count: usize) -> u8 {
        self.text
            .as_bytes()
            .get(self.at + count)
            .copied()
            .unwrap_or(0)
    }

    pub(super) fn starts_with(&self, what: &str) -> bool {
        self.text.as_bytes()[self.at..].starts_with(what.as_bytes())
    }

    /// Bytes of the line break that is `count` bytes further on; 0 if there is none.
    fn line_break(&self, count: usize) -> usize {
        match self.ahead(count) {
            b'\n' => 1,
            b'\r' if self.ahead(count + 1) == b'\n' => 2,
            // kubectl takes the `\r` before a `\n` away before it reads YAML.
            b'\r' if self.ahead(count + 1) == b'\r' && self.ahead(count + 2) == b'\n' => 3,
            b'\r' => 1,
            // NEL, and the separators of lines and paragraphs.
            0xC2 if self.ahead(count + 1) == 0x85 => 2,
            0xE2 if self.ahead(count + 1) == 0x80
                && matches!(self.ahead(count + 2), 0xA8 | 0xA9) =>
            {
                3
            }
            _ => 0,
        }
    }

    pub(super) fn is_break(&self) -> bool {
        self.line_break(0) > 0
    }

    pub(super) fn is_blank(&self) -> bool {
        matches!(self.peek(), b' ' | b'\t')
    }

    pub(super) fn is_end(&self) -> bool {
        self.at >= self.text.len()
    }

    pub(super) fn is_break_or_end(&self) -> bool {
        self.is_end() || self.is_break()
    }

    /// Whether a bracket or comma of a flow collection is so many bytes ahead.
    pub(super) fn is_bracket_at(&self, count: usize) -> bool {
        matches!(self.ahead(count), b',' | b'[' | b']' | b'{' | b'}')
    }

    /// Whether a space, a tab, a line break or the end is `count` bytes further on.
    pub(super) fn is_space_at(&self, count: usize) -> bool {
        match self.ahead(count) {
            b' ' | b'\t' | b'\n' | b'\r' => true,
            0 => self.at + count >= self.text.len(),
            0xC2 | 0xE2 => self.line_break(count) > 0,
            _ => false,
        }
    }

    pub(super) fn is_space(&self) -> bool {
        self.is_space_at(0)
    }

    /// Passes a character that is no line break.
    pub(super) fn skip(&mut self) {
        self.at += match self.peek() {
            0..0x80 => 1,
            0x80..0xE0 => 2,
            0xE0..0xF0 => 3,
            _ => 4,
        };
        self.column += 1;
    }

    pub(super) fn skip_ascii(&mut self, count: usize) {
        self.at += count;
        self.column += count as isize;
    }

    pub(super) fn skip_blanks(&mut self) {
        while self.is_blank() {
            self.skip();
        }
    }

    pub(super) fn skip_comment(&mut self) {
        if self.peek() == b'#' {
            while !self.is_break_or_end() {
                self.skip();
            }
        }
    }

    /// Passes a line break and gives what it means in a scalar; nothing where there is none.
    pub(super) fn take_break(&mut self) -> &'t str {
        let length = self.line_break(0);
        if length == 0 {
            return "";
        }
        let taken = &self.text[self.at..self.at + length];
        self.at += length;
        self.line += 1;
        self.column = 0;
        if taken.starts_with('\u{2028}') || taken.starts_with('\u{2029}') {
            taken
        } else {
            "\n"
        }
    }

    /// Whether `---` or `...` begins here, alone at the start of a line.
    pub(super) fn is_document_marker(&self) -> bool {
        self.column == 0
            && (self.starts_with("---") || self.starts_with("..."))
            && self.is_space_at(3)
    }

    pub(super) fn error(&self, message: &'static str) -> SyntaxError {
        SyntaxError {
            message: message.into(),
            at: self.at,
        }
    }
}

/// How the line breaks between two lines of text are read: one is a space, more are one less.
#[derive(Debug, Default)]
pub(super) struct Fold<'t> {
    first: &'t str,
    others: String,
}

impl<'t> Fold<'t> {
    pub(super) fn add(&mut self, line_break: &'t str) {
        if self.first.is_empty() {
            self.first = line_break;
        } else {
            self.others.push_str(line_break);
        }
    }

    /// Adds a break that is read as it is.
    pub(super) fn keep(&mut self, line_break: &'t str) {
        self.others.push_str(line_break);
    }

    /// Writes what the breaks mean, and forgets them.
    pub(super) fn write(&mut self, text: &mut String) {
        if self.first != "\n" {
            text.push_str(self.first);
        } else if self.others.is_empty() {
            text.push(' ');
        }
        text.push_str(&self.others);
        self.first = "";
        self.others.clear();
    }
}

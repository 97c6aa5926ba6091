//! Makes tokens of a text. Indentation becomes tokens here, and so does what turns out to be a key only
//! when its `:` comes.

use std::collections::VecDeque;

use super::super::dialect::Dialect;
use super::{
    block_scalar,
    cursor::Cursor,
    flow_scalar, plain_scalar, properties,
    token::{Syntax, SyntaxError, Token, TokenKind},
};

/// A key in one line with its `:` must not be longer.
const LONGEST_KEY: isize = 1024;
/// Brackets within brackets, and indentation within indentation.
const MAX_DEPTH: usize = 10_000;
const BYTE_ORDER_MARK: &str = "\u{feff}";

#[derive(Debug)]
pub(super) struct Scanner<'t> {
    dialect: Dialect,
    cursor: Cursor<'t>,
    tokens: VecDeque<Token<'t>>,
    /// Whether it is settled that the first of them is the next: it is asked for several times.
    settled: bool,
    /// How many tokens were taken away.
    taken: usize,
    ended: bool,
    /// Columns of the open block collections.
    indents: Vec<isize>,
    /// Column of the innermost, -1 at the top.
    indent: isize,
    /// What may turn out to be a key: one for the block, one for each open bracket.
    keys: Vec<Option<SimpleKey>>,
    /// Whether a key may begin at the cursor.
    key_allowed: bool,
}

/// A place where a key began if a `:` comes on the same line.
#[derive(Debug, Clone, Copy)]
struct SimpleKey {
    /// Whether nothing but a key can stand here.
    required: bool,
    /// The number of its first token.
    token: usize,
    at: usize,
    line: usize,
    column: isize,
}

impl<'t> Scanner<'t> {
    pub(super) fn new(text: &'t str, dialect: Dialect) -> Self {
        Self {
            dialect,
            cursor: Cursor::new(text),
            tokens: VecDeque::new(),
            settled: false,
            taken: 0,
            ended: false,
            indents: Vec::new(),
            indent: -1,
            keys: vec![None],
            key_allowed: true,
        }
    }

    /// The next token, which stays.
    pub(super) fn peek(&mut self) -> Syntax<&Token<'t>> {
        if !self.settled {
            self.settle()?;
        }
        Ok(&self.tokens[0])
    }

    /// Fetches until nothing can come before the first token any more.
    fn settle(&mut self) -> Syntax<()> {
        while !self.ended && (self.tokens.is_empty() || self.first_may_be_key()?) {
            self.fetch()?;
        }
        let end = self.cursor.at;
        if self.tokens.is_empty() {
            let (kind, start) = (TokenKind::StreamEnd, end);
            self.tokens.push_back(Token { kind, start, end });
        }
        self.settled = true;
        Ok(())
    }

    /// The next token.
    pub(super) fn take(&mut self) -> Syntax<Token<'t>> {
        self.peek()?;
        self.settled = false;
        self.taken += 1;
        let end = self.cursor.at;
        let none = || Token {
            kind: TokenKind::StreamEnd,
            start: end,
            end,
        };
        Ok(self.tokens.pop_front().unwrap_or_else(none))
    }

    /// Whether a `:` to come may put a token before the first.
    fn first_may_be_key(&mut self) -> Syntax<bool> {
        let first = self.taken;
        let of = |key: &Option<SimpleKey>| key.is_some_and(|key| key.token == first);
        match self.keys.iter().position(of) {
            Some(level) => self.is_key_possible(level),
            None => Ok(false),
        }
    }

    fn is_key_possible(&mut self, level: usize) -> Syntax<bool> {
        let Some(key) = self.keys[level] else {
            return Ok(false);
        };
        let too_long = self.cursor.column - key.column > LONGEST_KEY;
        if key.line == self.cursor.line && !too_long {
            return Ok(true);
        }
        if key.required {
            return Err(missing_colon(key));
        }
        self.keys[level] = None;
        Ok(false)
    }

    /// Notes that a key may begin here.
    fn save_key(&mut self) -> Syntax<()> {
        if !self.key_allowed {
            return Ok(());
        }
        self.remove_key()?;
        let key = SimpleKey {
            required: self.keys.len() == 1 && self.indent == self.cursor.column,
            token: self.taken + self.tokens.len(),
            at: self.cursor.at,
            line: self.cursor.line,
            column: self.cursor.column,
        };
        if let Some(last) = self.keys.last_mut() {
            *last = Some(key);
        }
        Ok(())
    }

    fn remove_key(&mut self) -> Syntax<()> {
        match self.keys.last_mut().and_then(Option::take) {
            Some(key) if key.required => Err(missing_colon(key)),
            _ => Ok(()),
        }
    }

    fn in_flow(&self) -> bool {
        self.keys.len() > 1
    }

    /// Begins a block collection if the column is further in than the last one's.
    fn roll_indent(
        &mut self,
        column: isize,
        token: Option<usize>,
        kind: TokenKind<'t>,
        at: usize,
    ) -> Syntax<()> {
        if self.in_flow() || self.indent >= column {
            return Ok(());
        }
        self.indents.push(self.indent);
        self.indent = column;
        self.check_depth(self.indents.len())?;
        let (start, end) = (at, at);
        self.insert(token, Token { kind, start, end });
        Ok(())
    }

    fn check_depth(&self, depth: usize) -> Syntax<()> {
        if depth > MAX_DEPTH {
            return Err(self.cursor.error("nested too deeply"));
        }
        Ok(())
    }

    /// Ends the block collections that are further in than `column`.
    fn unroll_indent(&mut self, column: isize) {
        if self.in_flow() {
            return;
        }
        while self.indent > column {
            self.insert_here(TokenKind::BlockEnd);
            self.indent = self.indents.pop().unwrap_or(-1);
        }
    }

    /// Puts a token before the one with the number `before`, or at the end.
    fn insert(&mut self, before: Option<usize>, token: Token<'t>) {
        match before {
            Some(number) => self.tokens.insert(number - self.taken, token),
            None => self.tokens.push_back(token),
        }
    }

    fn insert_here(&mut self, kind: TokenKind<'t>) {
        let (start, end) = (self.cursor.at, self.cursor.at);
        self.tokens.push_back(Token { kind, start, end });
    }

    /// A token of `length` bytes.
    fn indicator(&mut self, kind: TokenKind<'t>, length: usize) {
        let start = self.cursor.at;
        self.cursor.skip_ascii(length);
        let end = self.cursor.at;
        self.tokens.push_back(Token { kind, start, end });
    }

    fn fetch(&mut self) -> Syntax<()> {
        self.pass_space()?;
        self.unroll_indent(self.cursor.column);
        if self.cursor.is_end() {
            self.unroll_indent(-1);
            self.remove_key()?;
            self.ended = true;
            self.insert_here(TokenKind::StreamEnd);
            return Ok(());
        }
        if self.cursor.column == 0 && self.cursor.peek() == b'%' {
            self.begin_line_token()?;
            let token = properties::directive(&mut self.cursor)?;
            self.tokens.push_back(token);
            return Ok(());
        }
        if self.cursor.is_document_marker() {
            self.begin_line_token()?;
            let kind = if self.cursor.peek() == b'-' {
                TokenKind::DocumentStart
            } else {
                TokenKind::DocumentEnd
            };
            self.indicator(kind, 3);
            return Ok(());
        }
        let space_follows = self.cursor.is_space_at(1);
        match self.cursor.peek() {
            b'[' => self.open_bracket(TokenKind::FlowSequenceStart),
            b'{' => self.open_bracket(TokenKind::FlowMappingStart),
            b']' => self.close_bracket(TokenKind::FlowSequenceEnd),
            b'}' => self.close_bracket(TokenKind::FlowMappingEnd),
            b',' => {
                self.remove_key()?;
                self.key_allowed = true;
                self.indicator(TokenKind::FlowEntry, 1);
                Ok(())
            }
            b'-' if space_follows => self.block_entry(),
            b'?' if space_follows || self.in_flow() && self.dialect == Dialect::Kubectl => {
                self.explicit_key()
            }
            b':' if space_follows || self.in_flow() => self.value(),
            b'*' | b'&' => self.part_of_node(|scanner| properties::anchor(&mut scanner.cursor)),
            b'!' => self.part_of_node(|scanner| properties::tag(&mut scanner.cursor)),
            b'|' | b'>' if !self.in_flow() => {
                self.remove_key()?;
                self.key_allowed = true;
                let token = block_scalar::scan(&mut self.cursor, self.indent)?;
                self.tokens.push_back(token);
                Ok(())
            }
            b'\'' | b'"' => self.part_of_node(|scanner| flow_scalar::scan(&mut scanner.cursor)),
            _ => {
                self.check_plain()?;
                self.part_of_node(|scanner| {
                    let indent = scanner.indent + 1;
                    let (in_flow, dialect) = (scanner.in_flow(), scanner.dialect);
                    let (token, line_ended) =
                        plain_scalar::scan(&mut scanner.cursor, indent, in_flow, dialect)?;
                    scanner.key_allowed = line_ended;
                    Ok(token)
                })
            }
        }
    }

    /// Before what stands at the start of a line and ends all blocks.
    fn begin_line_token(&mut self) -> Syntax<()> {
        self.unroll_indent(-1);
        self.remove_key()?;
        self.key_allowed = false;
        Ok(())
    }

    fn part_of_node(&mut self, scan: impl FnOnce(&mut Self) -> Syntax<Token<'t>>) -> Syntax<()> {
        self.save_key()?;
        self.key_allowed = false;
        let token = scan(self)?;
        self.tokens.push_back(token);
        Ok(())
    }

    /// Whether a scalar without quotes can begin at the cursor.
    fn check_plain(&self) -> Syntax<()> {
        let message = match self.cursor.peek() {
            b'\t' => "a tab can't be indentation: use spaces",
            b'%' => "a scalar can't begin with `%`: put it in quotes",
            b'@' => "a scalar can't begin with `@`: put it in quotes",
            b'`' => "a scalar can't begin with a backtick: put it in quotes",
            b'|' => "a scalar can't begin with `|` between brackets: put it in quotes",
            b'>' => "a scalar can't begin with `>` between brackets: put it in quotes",
            b'#' => "a comment can't begin here",
            _ => return Ok(()),
        };
        Err(self.cursor.error(message))
    }

    fn open_bracket(&mut self, kind: TokenKind<'t>) -> Syntax<()> {
        self.save_key()?;
        self.keys.push(None);
        self.check_depth(self.keys.len() - 1)?;
        self.key_allowed = true;
        self.indicator(kind, 1);
        Ok(())
    }

    fn close_bracket(&mut self, kind: TokenKind<'t>) -> Syntax<()> {
        self.remove_key()?;
        if self.in_flow() {
            self.keys.pop();
        }
        self.key_allowed = false;
        self.indicator(kind, 1);
        Ok(())
    }

    fn block_entry(&mut self) -> Syntax<()> {
        if !self.in_flow() {
            if !self.key_allowed {
                return Err(self.cursor.error("an item of a list can't begin here"));
            }
            let (column, at) = (self.cursor.column, self.cursor.at);
            self.roll_indent(column, None, TokenKind::BlockSequenceStart, at)?;
        }
        self.remove_key()?;
        self.key_allowed = true;
        self.indicator(TokenKind::BlockEntry, 1);
        Ok(())
    }

    /// `? key`
    fn explicit_key(&mut self) -> Syntax<()> {
        if !self.in_flow() {
            if !self.key_allowed {
                return Err(self.cursor.error("a key can't begin here"));
            }
            let (column, at) = (self.cursor.column, self.cursor.at);
            self.roll_indent(column, None, TokenKind::BlockMappingStart, at)?;
        }
        self.remove_key()?;
        self.key_allowed = !self.in_flow();
        self.indicator(TokenKind::Key, 1);
        Ok(())
    }

    /// `:`, which may turn what stands before it into a key.
    fn value(&mut self) -> Syntax<()> {
        let level = self.keys.len() - 1;
        let possible = self.is_key_possible(level)?;
        if let Some(key) = self.keys[level].take().filter(|_| possible) {
            let (kind, start, end) = (TokenKind::Key, key.at, key.at);
            self.insert(Some(key.token), Token { kind, start, end });
            self.roll_indent(
                key.column,
                Some(key.token),
                TokenKind::BlockMappingStart,
                key.at,
            )?;
            self.key_allowed = false;
        } else {
            if !self.in_flow() {
                if !self.key_allowed {
                    return Err(self
                        .cursor
                        .error("a second `:` in one line: put the value in quotes"));
                }
                let (column, at) = (self.cursor.column, self.cursor.at);
                self.roll_indent(column, None, TokenKind::BlockMappingStart, at)?;
            }
            self.key_allowed = !self.in_flow();
        }
        self.indicator(TokenKind::Value, 1);
        Ok(())
    }

    /// Passes spaces, comments and line breaks. Tabs are spaces where no indentation can be meant.
    fn pass_space(&mut self) -> Syntax<()> {
        loop {
            if self.cursor.column == 0 && self.cursor.starts_with(BYTE_ORDER_MARK) {
                if self.cursor.at > 0 {
                    return Err(self
                        .cursor
                        .error("a byte order mark can begin a document only"));
                }
                self.cursor.at += BYTE_ORDER_MARK.len();
            }
            while self.cursor.peek() == b' '
                || (self.in_flow() || !self.key_allowed) && self.cursor.peek() == b'\t'
            {
                self.cursor.skip();
            }
            self.cursor.skip_comment();
            if self.cursor.take_break().is_empty() {
                return Ok(());
            }
            if !self.in_flow() {
                self.key_allowed = true;
            }
        }
    }
}

fn missing_colon(key: SimpleKey) -> SyntaxError {
    SyntaxError {
        message: "a `:` is missing behind this key".into(),
        at: key.at,
    }
}

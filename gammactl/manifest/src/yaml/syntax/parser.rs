//! Makes events of tokens: the beginning and the end of each list and mapping, and the scalars between.

use std::borrow::Cow;

use super::super::dialect::Dialect;
use super::{
    scanner::Scanner,
    token::{Syntax, SyntaxError, Token, TokenKind},
};

/// What comes next in a text, and the bytes that it takes.
#[derive(Debug)]
pub(in crate::yaml) struct Event<'t> {
    pub(in crate::yaml) kind: EventKind<'t>,
    /// First byte.
    pub(in crate::yaml) start: usize,
    /// One past the last byte.
    pub(in crate::yaml) end: usize,
}

#[derive(Debug)]
pub(in crate::yaml) enum EventKind<'t> {
    DocumentStart,
    DocumentEnd,
    StreamEnd,
    Alias(&'t str),
    Scalar {
        text: Cow<'t, str>,
        plain: bool,
        properties: Properties<'t>,
    },
    SequenceStart(Properties<'t>),
    MappingStart(Properties<'t>),
    /// The end of the list or mapping that began last.
    End,
}

/// What may stand before a node.
#[derive(Debug, Default)]
pub(in crate::yaml) struct Properties<'t> {
    pub(in crate::yaml) anchor: Option<&'t str>,
    /// In full: `tag:yaml.org,2002:str`.
    pub(in crate::yaml) tag: Option<String>,
}

/// What is expected next.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum State {
    /// `first` of the text: without a `---`.
    DocumentStart {
        first: bool,
    },
    DocumentContent,
    DocumentEnd,
    End,
    BlockSequence,
    /// Its `-` stand at the column of the key that it belongs to.
    IndentlessSequence,
    BlockMappingKey,
    BlockMappingValue,
    FlowSequence {
        first: bool,
    },
    FlowSequencePairKey,
    FlowSequencePairValue,
    FlowSequencePairEnd,
    FlowMappingKey {
        first: bool,
    },
    FlowMappingValue,
    FlowMappingNoValue,
}

/// Which kinds of node may stand somewhere.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum NodePlace {
    Flow,
    Block,
    /// As the key or value of a mapping: a list need not be indented further.
    BlockOrIndentless,
}

#[derive(Debug)]
pub(in crate::yaml) struct Parser<'t> {
    pub(super) scanner: Scanner<'t>,
    pub(super) state: State,
    /// What is expected after what is open now.
    states: Vec<State>,
    /// `%TAG` of this document: handles and prefixes.
    tag_directives: Vec<(&'t str, String)>,
}

impl<'t> Parser<'t> {
    pub(in crate::yaml) fn new(text: &'t str, dialect: Dialect) -> Self {
        Self {
            scanner: Scanner::new(text, dialect),
            state: State::DocumentStart { first: true },
            states: Vec::new(),
            tag_directives: Vec::new(),
        }
    }

    /// The next event; [`EventKind::StreamEnd`] for ever at the end.
    pub(in crate::yaml) fn next(&mut self) -> Syntax<Event<'t>> {
        match self.state {
            State::DocumentStart { first } => self.document_start(first),
            State::DocumentContent => self.document_content(),
            State::DocumentEnd => self.document_end(),
            State::End => Ok(empty(EventKind::StreamEnd, self.scanner.peek()?.start)),
            State::BlockSequence => self.block_sequence(),
            State::IndentlessSequence => self.indentless_sequence(),
            State::BlockMappingKey => self.block_mapping_key(),
            State::BlockMappingValue => self.block_mapping_value(),
            State::FlowSequence { first } => self.flow_sequence(first),
            State::FlowSequencePairKey => self.flow_pair_key(),
            State::FlowSequencePairValue => self.flow_pair_value(),
            State::FlowSequencePairEnd => {
                self.state = State::FlowSequence { first: false };
                Ok(empty(EventKind::End, self.scanner.peek()?.start))
            }
            State::FlowMappingKey { first } => self.flow_mapping_key(first),
            State::FlowMappingValue => self.flow_mapping_value(),
            State::FlowMappingNoValue => {
                self.state = State::FlowMappingKey { first: false };
                self.nothing_here()
            }
        }
    }

    fn document_start(&mut self, first: bool) -> Syntax<Event<'t>> {
        if !first {
            while matches!(self.scanner.peek()?.kind, TokenKind::DocumentEnd) {
                self.scanner.take()?;
            }
        }
        let start = self.scanner.peek()?.start;
        if matches!(self.scanner.peek()?.kind, TokenKind::StreamEnd) {
            self.state = State::End;
            return Ok(empty(EventKind::StreamEnd, start));
        }
        let has_directives = self.directives()?;
        let token = self.scanner.peek()?;
        let is_marked = matches!(token.kind, TokenKind::DocumentStart);
        let at = token.start;
        self.states.push(State::DocumentEnd);
        if is_marked {
            self.scanner.take()?;
            self.state = State::DocumentContent;
        } else if has_directives || !first {
            return Err(error(
                "a second document begins here: put `---` on a line of its own before it",
                at,
            ));
        } else {
            self.state = State::DocumentContent;
        }
        Ok(empty(EventKind::DocumentStart, start))
    }

    /// Reads `%` lines, and says whether there are any.
    fn directives(&mut self) -> Syntax<bool> {
        self.tag_directives.clear();
        let mut seen_version = false;
        while let TokenKind::Version(..) | TokenKind::TagDirective { .. } =
            self.scanner.peek()?.kind
        {
            let token = self.scanner.take()?;
            match token.kind {
                TokenKind::Version(1, 1 | 2) if !seen_version => seen_version = true,
                TokenKind::Version(..) => {
                    return Err(error("YAML has one version, 1.1 or 1.2", token.start));
                }
                TokenKind::TagDirective { handle, prefix } => {
                    self.tag_directives.push((handle, prefix));
                }
                _ => {}
            }
        }
        Ok(seen_version || !self.tag_directives.is_empty())
    }

    fn document_content(&mut self) -> Syntax<Event<'t>> {
        match self.scanner.peek()?.kind {
            TokenKind::Version(..)
            | TokenKind::TagDirective { .. }
            | TokenKind::DocumentStart
            | TokenKind::DocumentEnd
            | TokenKind::StreamEnd => {
                self.pop();
                self.nothing_here()
            }
            _ => self.node(NodePlace::Block),
        }
    }

    fn document_end(&mut self) -> Syntax<Event<'t>> {
        let at = self.scanner.peek()?.start;
        if matches!(self.scanner.peek()?.kind, TokenKind::DocumentEnd) {
            self.scanner.take()?;
        }
        self.state = State::DocumentStart { first: false };
        Ok(empty(EventKind::DocumentEnd, at))
    }

    fn pop(&mut self) {
        self.state = self.states.pop().unwrap_or(State::End);
    }

    /// Null, which is not written.
    pub(super) fn nothing_here(&mut self) -> Syntax<Event<'t>> {
        let at = self.scanner.peek()?.start;
        Ok(nothing(at))
    }

    /// Begins a node, after which `then` is expected.
    pub(super) fn node_then(&mut self, place: NodePlace, then: State) -> Syntax<Event<'t>> {
        self.states.push(then);
        self.node(place)
    }

    fn node(&mut self, place: NodePlace) -> Syntax<Event<'t>> {
        if let TokenKind::Alias(name) = self.scanner.peek()?.kind {
            let Token { start, end, .. } = self.scanner.take()?;
            self.pop();
            let kind = EventKind::Alias(name);
            return Ok(Event { kind, start, end });
        }
        let (properties, written) = self.properties()?;
        let token = self.scanner.peek()?;
        let (start, end) = (token.start, token.end);
        let (state, takes, is_list) = match token.kind {
            TokenKind::Scalar { .. } => {
                let token = self.scanner.take()?;
                self.pop();
                let kind = match token.kind {
                    TokenKind::Scalar { text, plain } => EventKind::Scalar {
                        text,
                        plain,
                        properties,
                    },
                    _ => EventKind::StreamEnd,
                };
                return Ok(Event { kind, start, end });
            }
            TokenKind::BlockEntry if place == NodePlace::BlockOrIndentless => {
                (State::IndentlessSequence, false, true)
            }
            TokenKind::FlowSequenceStart => (State::FlowSequence { first: true }, true, true),
            TokenKind::FlowMappingStart => (State::FlowMappingKey { first: true }, true, false),
            TokenKind::BlockSequenceStart if place != NodePlace::Flow => {
                (State::BlockSequence, true, true)
            }
            TokenKind::BlockMappingStart if place != NodePlace::Flow => {
                (State::BlockMappingKey, true, false)
            }
            _ if written => {
                self.pop();
                let kind = EventKind::Scalar {
                    text: Cow::Borrowed(""),
                    plain: true,
                    properties,
                };
                return Ok(empty(kind, start));
            }
            _ => return Err(self.no_node()),
        };
        if takes {
            self.scanner.take()?;
        }
        self.state = state;
        let kind = if is_list {
            EventKind::SequenceStart(properties)
        } else {
            EventKind::MappingStart(properties)
        };
        Ok(Event { kind, start, end })
    }

    fn no_node(&mut self) -> SyntaxError {
        let (kind, at) = match self.scanner.peek() {
            Ok(token) => (&token.kind, token.start),
            Err(error) => return error,
        };
        let message = match kind {
            TokenKind::StreamEnd | TokenKind::DocumentStart | TokenKind::DocumentEnd => {
                "a bracket is not closed before the document ends"
            }
            TokenKind::BlockEntry => "an item of a list can't begin here",
            TokenKind::FlowEntry => "a value is missing before this comma",
            TokenKind::FlowSequenceEnd | TokenKind::FlowMappingEnd => "this bracket closes nothing",
            TokenKind::BlockEnd => "a value is missing here",
            _ => "a value can't begin like this",
        };
        error(message, at)
    }

    /// Reads an anchor and a tag in any order, and says whether there are any.
    fn properties(&mut self) -> Syntax<(Properties<'t>, bool)> {
        let mut properties = Properties::default();
        let mut written = false;
        loop {
            let token = self.scanner.peek()?;
            let at = token.start;
            match &token.kind {
                TokenKind::Anchor(name) if properties.anchor.is_none() => {
                    properties.anchor = Some(name);
                }
                TokenKind::Tag { handle, suffix } if properties.tag.is_none() => {
                    let (handle, suffix) = (*handle, suffix.clone());
                    let prefix = match self.tag_directives.iter().find(|(of, _)| *of == handle) {
                        Some((_, prefix)) => prefix,
                        None if handle == "!!" => super::super::scalar::CORE,
                        None if handle == "!" || handle.is_empty() => handle,
                        None => return Err(error("no `%TAG` line says what this tag means", at)),
                    };
                    properties.tag = Some(format!("{prefix}{suffix}"));
                }
                _ => return Ok((properties, written)),
            }
            self.scanner.take()?;
            written = true;
        }
    }

    fn block_sequence(&mut self) -> Syntax<Event<'t>> {
        let token = self.scanner.peek()?;
        let (start, end) = (token.start, token.end);
        match token.kind {
            TokenKind::BlockEntry => {
                self.scanner.take()?;
                match self.scanner.peek()?.kind {
                    TokenKind::BlockEntry | TokenKind::BlockEnd => {
                        self.state = State::BlockSequence;
                        Ok(nothing(end))
                    }
                    _ => self.node_then(NodePlace::Block, State::BlockSequence),
                }
            }
            TokenKind::BlockEnd => self.close(),
            _ => Err(error("a `-` must stand here, or the list must end", start)),
        }
    }

    /// Takes the token that ends a list or a mapping.
    pub(super) fn close(&mut self) -> Syntax<Event<'t>> {
        let Token { start, end, .. } = self.scanner.take()?;
        self.pop();
        let kind = EventKind::End;
        Ok(Event { kind, start, end })
    }

    fn indentless_sequence(&mut self) -> Syntax<Event<'t>> {
        let token = self.scanner.peek()?;
        let (start, end) = (token.start, token.end);
        if !matches!(token.kind, TokenKind::BlockEntry) {
            self.pop();
            return Ok(empty(EventKind::End, start));
        }
        self.scanner.take()?;
        match self.scanner.peek()?.kind {
            TokenKind::BlockEntry | TokenKind::Key | TokenKind::Value | TokenKind::BlockEnd => {
                self.state = State::IndentlessSequence;
                Ok(nothing(end))
            }
            _ => self.node_then(NodePlace::Block, State::IndentlessSequence),
        }
    }

    fn block_mapping_key(&mut self) -> Syntax<Event<'t>> {
        let token = self.scanner.peek()?;
        let (start, end) = (token.start, token.end);
        match token.kind {
            TokenKind::Key => {
                self.scanner.take()?;
                self.block_mapping_part(State::BlockMappingValue, end)
            }
            TokenKind::BlockEnd => self.close(),
            _ => Err(error(
                "a key must stand here, at the indentation of the keys above",
                start,
            )),
        }
    }

    fn block_mapping_value(&mut self) -> Syntax<Event<'t>> {
        let token = self.scanner.peek()?;
        let end = token.end;
        if !matches!(token.kind, TokenKind::Value) {
            self.state = State::BlockMappingKey;
            return self.nothing_here();
        }
        self.scanner.take()?;
        self.block_mapping_part(State::BlockMappingKey, end)
    }

    /// A key or a value, after which `then` is expected.
    fn block_mapping_part(&mut self, then: State, at: usize) -> Syntax<Event<'t>> {
        match self.scanner.peek()?.kind {
            TokenKind::Key | TokenKind::Value | TokenKind::BlockEnd => {
                self.state = then;
                Ok(nothing(at))
            }
            _ => self.node_then(NodePlace::BlockOrIndentless, then),
        }
    }
}

pub(super) fn error(message: &'static str, at: usize) -> SyntaxError {
    let message = message.into();
    SyntaxError { message, at }
}

fn empty(kind: EventKind<'_>, at: usize) -> Event<'_> {
    let (start, end) = (at, at);
    Event { kind, start, end }
}

/// A scalar that is not written.
pub(super) fn nothing<'t>(at: usize) -> Event<'t> {
    let kind = EventKind::Scalar {
        text: Cow::Borrowed(""),
        plain: true,
        properties: Properties::default(),
    };
    empty(kind, at)
}

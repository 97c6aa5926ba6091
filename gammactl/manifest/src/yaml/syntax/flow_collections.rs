//! What is expected next between brackets.

use super::{
    parser::{Event, EventKind, NodePlace, Parser, Properties, State, error, nothing},
    token::{Syntax, Token, TokenKind},
};

impl<'t> Parser<'t> {
    /// Takes the comma between two members.
    fn comma(&mut self, first: bool, message: &'static str) -> Syntax<()> {
        if first {
            return Ok(());
        }
        let token = self.scanner.peek()?;
        if !matches!(token.kind, TokenKind::FlowEntry) {
            return Err(error(message, token.start));
        }
        self.scanner.take()?;
        Ok(())
    }

    pub(super) fn flow_sequence(&mut self, first: bool) -> Syntax<Event<'t>> {
        if !matches!(self.scanner.peek()?.kind, TokenKind::FlowSequenceEnd) {
            self.comma(first, "a `,` or `]` must stand here")?;
            let token = self.scanner.peek()?;
            match token.kind {
                TokenKind::Key => {
                    let Token { start, end, .. } = self.scanner.take()?;
                    self.state = State::FlowSequencePairKey;
                    let kind = EventKind::MappingStart(Properties::default());
                    return Ok(Event { kind, start, end });
                }
                TokenKind::FlowSequenceEnd => {}
                _ => return self.node_then(NodePlace::Flow, State::FlowSequence { first: false }),
            }
        }
        self.close()
    }

    pub(super) fn flow_pair_key(&mut self) -> Syntax<Event<'t>> {
        match self.scanner.peek()?.kind {
            TokenKind::Value | TokenKind::FlowEntry | TokenKind::FlowSequenceEnd => {
                // libyaml passes this token, whatever it is.
                let Token { end, .. } = self.scanner.take()?;
                self.state = State::FlowSequencePairValue;
                Ok(nothing(end))
            }
            _ => self.node_then(NodePlace::Flow, State::FlowSequencePairValue),
        }
    }

    pub(super) fn flow_pair_value(&mut self) -> Syntax<Event<'t>> {
        if matches!(self.scanner.peek()?.kind, TokenKind::Value) {
            self.scanner.take()?;
            match self.scanner.peek()?.kind {
                TokenKind::FlowEntry | TokenKind::FlowSequenceEnd => {}
                _ => return self.node_then(NodePlace::Flow, State::FlowSequencePairEnd),
            }
        }
        self.state = State::FlowSequencePairEnd;
        self.nothing_here()
    }

    pub(super) fn flow_mapping_key(&mut self, first: bool) -> Syntax<Event<'t>> {
        if !matches!(self.scanner.peek()?.kind, TokenKind::FlowMappingEnd) {
            self.comma(first, "a `,` or `}` must stand here")?;
            match self.scanner.peek()?.kind {
                TokenKind::Key => {
                    self.scanner.take()?;
                    return match self.scanner.peek()?.kind {
                        TokenKind::Value | TokenKind::FlowEntry | TokenKind::FlowMappingEnd => {
                            self.state = State::FlowMappingValue;
                            self.nothing_here()
                        }
                        _ => self.node_then(NodePlace::Flow, State::FlowMappingValue),
                    };
                }
                TokenKind::FlowMappingEnd => {}
                _ => return self.node_then(NodePlace::Flow, State::FlowMappingNoValue),
            }
        }
        self.close()
    }

    pub(super) fn flow_mapping_value(&mut self) -> Syntax<Event<'t>> {
        if matches!(self.scanner.peek()?.kind, TokenKind::Value) {
            self.scanner.take()?;
            match self.scanner.peek()?.kind {
                TokenKind::FlowEntry | TokenKind::FlowMappingEnd => {}
                _ => {
                    return self.node_then(NodePlace::Flow, State::FlowMappingKey { first: false });
                }
            }
        }
        self.state = State::FlowMappingKey { first: false };
        self.nothing_here()
    }
}

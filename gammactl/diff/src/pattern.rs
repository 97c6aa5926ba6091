//! A regular expression that is walked byte by byte.

use regex_automata::{
    Anchored, Input, MatchKind,
    hybrid::{
        LazyStateID,
        dfa::{Cache, DFA},
    },
    util::syntax,
};

/// States of one pattern that are kept, in bytes. No more of it is looked at: see
/// [`Pattern::is_cut`].
const CAPACITY: usize = 4 << 20;

/// The automaton of a pattern that must match in full, over ASCII: there, the filter's engine and
/// this one agree.
#[derive(Debug)]
pub(super) struct Pattern {
    dfa: DFA,
    cache: Cache,
    start: LazyStateID,
    cut: bool,
}

/// Where in a pattern a text has led.
pub(super) type At = LazyStateID;

impl Pattern {
    /// `None` if the engine refuses it.
    pub(super) fn new(pattern: &str) -> Option<Self> {
        let dfa = DFA::builder()
            .syntax(syntax::Config::new().unicode(false).utf8(false))
            .configure(
                DFA::config()
                    .match_kind(MatchKind::All)
                    .cache_capacity(CAPACITY)
                    // States are compared with each other: none may be forgotten.
                    .minimum_cache_clear_count(Some(0)),
            )
            .build(&format!("^(?:{pattern})$"))
            .ok()?;
        let mut cache = dfa.create_cache();
        let input = Input::new("").anchored(Anchored::Yes);
        let start = dfa.start_state_forward(&mut cache, &input).ok()?;
        Some(Self {
            dfa,
            cache,
            start,
            cut: false,
        })
    }

    pub(super) fn start(&self) -> At {
        self.start
    }

    /// `None` once nothing that follows can match.
    pub(super) fn step(&mut self, at: At, byte: u8) -> Option<At> {
        match self.dfa.next_state(&mut self.cache, at, byte) {
            Ok(next) => (!next.is_dead() && !next.is_quit()).then_some(next),
            Err(_) => {
                self.cut = true;
                None
            }
        }
    }

    /// Whether a text that ends here matches.
    pub(super) fn accepts(&mut self, at: At) -> bool {
        match self.dfa.next_eoi_state(&mut self.cache, at) {
            Ok(end) => end.is_match(),
            Err(_) => {
                self.cut = true;
                false
            }
        }
    }

    /// Bytes of the same class are the same to the pattern.
    pub(super) fn class(&self, byte: u8) -> u8 {
        self.dfa.byte_classes().get(byte)
    }

    /// Whether it was too large to be walked to its end.
    pub(super) fn is_cut(&self) -> bool {
        self.cut
    }
}

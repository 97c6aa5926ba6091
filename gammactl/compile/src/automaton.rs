//! Walks the automaton of a regular expression byte by byte, which tells whether any text at all can
//! match, and which one.

use regex_automata::{
    Anchored, Input, MatchKind,
    hybrid::{
        LazyStateID,
        dfa::{Cache, DFA},
    },
    nfa::thompson,
    util::syntax,
};

/// States of one pattern that are kept, in bytes. No more of it is looked at: see
/// [`PatternAutomaton::is_cut`].
const CAPACITY: usize = 4 << 20;
/// Patterns that take more bytes than this are refused: the filter refuses what is far smaller.
const SIZE_LIMIT: usize = 32 << 20;

/// The automaton of a pattern that must match in full, over ASCII: there, the filter's engine and
/// this one agree.
#[derive(Debug)]
pub struct PatternAutomaton {
    dfa: DFA,
    cache: Cache,
    start: PatternState,
    cut: bool,
}

/// The place in a pattern to which a text has led.
pub type PatternState = LazyStateID;

impl PatternAutomaton {
    /// `None` if the engine refuses it.
    pub fn new(pattern: &str) -> Option<Self> {
        let dfa = DFA::builder()
            .thompson(thompson::Config::new().nfa_size_limit(Some(SIZE_LIMIT)))
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

    /// The state before the first byte of a text.
    pub fn start(&self) -> PatternState {
        self.start
    }

    /// `None` once nothing that follows can match.
    pub fn step(&mut self, at: PatternState, byte: u8) -> Option<PatternState> {
        match self.dfa.next_state(&mut self.cache, at, byte) {
            Ok(next) => (!next.is_dead() && !next.is_quit()).then_some(next),
            Err(_) => {
                self.cut = true;
                None
            }
        }
    }

    /// Whether a text that ends here matches.
    pub fn accepts(&mut self, at: PatternState) -> bool {
        match self.dfa.next_eoi_state(&mut self.cache, at) {
            Ok(end) => end.is_match(),
            Err(_) => {
                self.cut = true;
                false
            }
        }
    }

    /// Bytes of the same class are the same to the pattern.
    pub fn class(&self, byte: u8) -> u8 {
        self.dfa.byte_classes().get(byte)
    }

    /// Whether the automaton was too large to be walked to its end.
    pub fn is_cut(&self) -> bool {
        self.cut
    }
}

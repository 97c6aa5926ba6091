//! Texts that tell predicates apart: for every set of predicates that some text satisfies together,
//! the shortest such text.
//!
//! All predicates on one part of a request are walked at once, letter by letter, from the empty
//! text: the exact values and prefixes as one trie, each pattern as its automaton. What can follow
//! depends only on where all of them are, so there are finitely many states, and the first text
//! that reaches a state is a shortest one. Whether a pattern and a prefix, or two patterns, have a
//! text in common needs no guessing that way.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    sync::Arc,
};

use fixedbitset::FixedBitSet;
use gamma_pattern::{Dfa, DfaState};

use super::{
    text_predicate::TextPredicate,
    trie::{Trie, TrieNode},
};

/// States of all patterns together, beyond those that the literals have alone. Patterns that multiply
/// beyond it are cut off.
const MAX_STATES: usize = 20_000;
/// States that a letter of a literal can have alone: in it or not, below a prefix or not.
const STATES_OF_A_LETTER: usize = 4;

/// Which part of a request a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TextKind {
    /// Begins with `/`.
    Path,
    /// The value of a header or of a query parameter.
    Value,
    /// In capital letters, as all are that are registered but for a few with `-`.
    Method,
}

/// A text, and the predicates that hold for it.
#[derive(Debug, Clone)]
pub(super) struct Word {
    pub(super) text: String,
    pub(super) holds: FixedBitSet,
}

/// Predicates on one part of requests.
#[derive(Debug)]
pub(super) struct PredicateLanguage {
    kind: TextKind,
    predicates: usize,
    literals: Trie,
    /// With the number of the predicate.
    patterns: Vec<(usize, Arc<Dfa>)>,
    /// Letters that are the same to all patterns, the natural ones first.
    classes: Vec<Vec<u8>>,
    cut: bool,
}

/// How far a text has led.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct TextState {
    /// `None` once no literal can follow.
    literal: Option<TrieNode>,
    covered: Option<TrieNode>,
    begun: Option<TrieNode>,
    /// A rewrite of a prefix can tell `/a/` from `/a/b`.
    slash: bool,
    /// `None` once a pattern can't match any more.
    patterns: Box<[Option<DfaState>]>,
}

impl PredicateLanguage {
    pub(super) fn new(kind: TextKind, predicates: &[TextPredicate]) -> Self {
        let numbered = || predicates.iter().enumerate();
        let exact = numbered().filter_map(|(i, p)| match p {
            TextPredicate::Exact(text) => Some((i, &**text)),
            _ => None,
        });
        let prefixes = numbered().filter_map(|(i, p)| match p {
            TextPredicate::Prefix(text) => Some((i, &**text)),
            _ => None,
        });
        let beginnings = numbered().filter_map(|(i, p)| match p {
            TextPredicate::Begins(text) => Some((i, &**text)),
            _ => None,
        });
        let mut cut = false;
        let mut patterns = Vec::new();
        for (i, predicate) in numbered() {
            if let TextPredicate::Pattern(pattern) = predicate {
                match Dfa::of(pattern) {
                    Ok(pattern) => patterns.push((i, pattern)),
                    Err(_) => cut = true,
                }
            }
        }
        Self {
            kind,
            predicates: predicates.len(),
            literals: Trie::new(exact, prefixes, beginnings),
            classes: classes(kind, &patterns),
            patterns,
            cut,
        }
    }

    /// Whether there may be more than [`PredicateLanguage::words`] found.
    pub(super) fn is_cut(&self) -> bool {
        self.cut
    }

    /// For every set of predicates that hold together the shortest text, and where a prefix holds,
    /// one of each that a rewrite can tell apart: the prefix itself, with `/`, with more.
    pub(super) fn words(&mut self) -> Vec<Word> {
        let mut states: Vec<(TextState, usize, u8)> = vec![(self.start(), 0, 0)];
        let mut known: HashSet<TextState> =
            states.iter().map(|(state, ..)| state.clone()).collect();
        let most = MAX_STATES + STATES_OF_A_LETTER * self.literals.len();
        let mut kinds = HashSet::new();
        let mut words = Vec::new();
        let mut next = 0;
        while let Some((state, ..)) = states.get(next) {
            let state = state.clone();
            let text = spell(&states, next, self.kind);
            if self.is_sendable(&text) {
                let holds = self.predicates_at(&state);
                let at_end = state.literal.is_some_and(|node| self.literals.is_end(node));
                let shape = (self.kind == TextKind::Path).then_some((at_end, state.slash));
                if kinds.insert((holds.clone(), shape))
                    && let Ok(text) = String::from_utf8(text)
                {
                    words.push(Word { text, holds });
                }
            }
            for byte in self.letters(&state) {
                let following = self.step(&state, byte);
                if known.len() >= most {
                    self.cut |= !known.contains(&following);
                } else if known.insert(following.clone()) {
                    states.push((following, next, byte));
                }
            }
            next += 1;
        }
        words
    }

    /// The predicates that hold for `text`.
    pub(super) fn holds(&self, text: &str) -> FixedBitSet {
        let mut state = self.origin();
        for byte in text.bytes() {
            state = self.step(&state, byte);
        }
        self.predicates_at(&state)
    }

    fn origin(&self) -> TextState {
        TextState {
            literal: Some(Trie::ROOT),
            covered: None,
            begun: self.literals.begun(Trie::ROOT, None),
            slash: false,
            patterns: self.patterns.iter().map(|(_, p)| Some(p.start())).collect(),
        }
    }

    fn start(&self) -> TextState {
        let origin = self.origin();
        match self.kind {
            TextKind::Path => self.step(&origin, b'/'),
            TextKind::Value | TextKind::Method => origin,
        }
    }

    fn step(&self, state: &TextState, byte: u8) -> TextState {
        let literals = &self.literals;
        let literal = state.literal.and_then(|node| literals.child(node, byte));
        TextState {
            literal,
            begun: literal.map_or(state.begun, |node| literals.begun(node, state.begun)),
            covered: match state.literal {
                Some(node) => literals.covered(node, byte, state.covered),
                None => state.covered,
            },
            slash: self.kind == TextKind::Path && byte == b'/',
            patterns: state
                .patterns
                .iter()
                .zip(&self.patterns)
                .map(|(at, (_, pattern))| {
                    Some(pattern.step((*at)?, byte)).filter(|at| !at.is_dead())
                })
                .collect(),
        }
    }

    /// What is worth trying next: each letter that continues a literal, and of the others one of
    /// each class.
    fn letters(&self, state: &TextState) -> Vec<u8> {
        let alive = state.patterns.iter().any(Option::is_some);
        if state.literal.is_none() && !alive && !state.slash {
            return Vec::new();
        }
        let children: BTreeSet<u8> = state
            .literal
            .map(|node| self.literals.children(node).collect())
            .unwrap_or_default();
        let others = self
            .classes
            .iter()
            .filter_map(|class| class.iter().find(|byte| !children.contains(byte)));
        // A word of its own is more natural than the beginning of another.
        others.chain(&children).copied().collect()
    }

    fn predicates_at(&self, state: &TextState) -> FixedBitSet {
        let mut holds = FixedBitSet::with_capacity(self.predicates);
        holds.extend(self.literals.covering(state.covered));
        holds.extend(self.literals.beginning(state.begun));
        holds.extend(
            state
                .literal
                .into_iter()
                .flat_map(|node| self.literals.here(node)),
        );
        for (at, (predicate, pattern)) in state.patterns.iter().zip(&self.patterns) {
            if at.is_some_and(|at| pattern.accepts(at)) {
                holds.insert(*predicate);
            }
        }
        holds
    }

    /// A path ends before its query, and spaces around a value do not reach the other side.
    fn is_sendable(&self, text: &[u8]) -> bool {
        match self.kind {
            TextKind::Path => !text.iter().any(|byte| b"?#".contains(byte)),
            TextKind::Value => text.trim_ascii() == text,
            TextKind::Method => !text.is_empty() && text.iter().all(u8::is_ascii_uppercase),
        }
    }
}

/// The text that led to a state.
fn spell(states: &[(TextState, usize, u8)], mut at: usize, kind: TextKind) -> Vec<u8> {
    let mut text = Vec::new();
    while at > 0 {
        let (_, before, byte) = &states[at];
        text.push(*byte);
        at = *before;
    }
    text.extend((kind == TextKind::Path).then_some(b'/'));
    text.reverse();
    text
}

fn classes(kind: TextKind, patterns: &[(usize, Arc<Dfa>)]) -> Vec<Vec<u8>> {
    const FIRST: &[u8] = b"xyzabcdefghijklmnopqrstuvw0123456789-_.ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    let sendable: &[u8] = match kind {
        TextKind::Path => b"!\"$%&'()*+,/:;<=>@[\\]^`{|}~",
        TextKind::Value => b" !\"#$%&'()*+,/:;<=>?@[\\]^`{|}~",
        TextKind::Method => b"",
    };
    let mut classes: Vec<Vec<u8>> = Vec::new();
    let mut numbers: HashMap<Vec<u8>, usize> = HashMap::new();
    let letters = FIRST.iter().chain(sendable);
    let letters = letters.filter(|byte| kind != TextKind::Method || byte.is_ascii_uppercase());
    for &byte in letters {
        let mut key: Vec<u8> = patterns.iter().map(|(_, p)| p.class(byte)).collect();
        // What separates elements is like no other letter.
        key.push(u8::from(kind == TextKind::Path && byte == b'/'));
        let number = *numbers.entry(key).or_insert_with(|| {
            classes.push(Vec::new());
            classes.len() - 1
        });
        classes[number].push(byte);
    }
    classes
}

#[cfg(test)]
mod tests;

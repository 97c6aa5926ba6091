//! Makes the smallest automaton of a pattern.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

use gamma_config::MAX_STEPS;
use regex_automata::{
    Anchored, MatchKind,
    dfa::{Automaton as _, StartKind, dense},
    nfa::thompson,
    util::{primitives::StateID, start},
};
use regex_syntax::hir::{Hir, Look};

use crate::{
    dfa::{DEAD, Dfa, START},
    error::UnusablePattern,
    minimal::minimal,
    syntax,
};

/// Bytes that may be taken while an automaton is made that is not yet the smallest.
const MOST_MEMORY: usize = 8 << 20;
/// Steps of automata that are remembered, of four bytes each.
const MOST_REMEMBERED: usize = 4 << 20;

static MADE: LazyLock<Mutex<Made>> = LazyLock::new(Mutex::default);

/// Automata by their patterns.
#[derive(Default)]
struct Made {
    by_pattern: HashMap<String, Result<Arc<Dfa>, UnusablePattern>>,
    steps: usize,
}

impl Dfa {
    /// Of a pattern that has to match in full, in RE2's syntax.
    ///
    /// # Errors
    ///
    /// RE2 would refuse it, or its automaton is too large.
    pub fn new(pattern: &str) -> Result<Self, UnusablePattern> {
        let hir = Hir::concat(vec![
            Hir::look(Look::Start),
            syntax::parse(pattern)?,
            Hir::look(Look::End),
        ]);
        let nfa = thompson::Compiler::new()
            .configure(
                thompson::Config::new()
                    .utf8(false)
                    .nfa_size_limit(Some(MOST_MEMORY))
                    .which_captures(thompson::WhichCaptures::None),
            )
            .build_from_hir(&hir)
            .map_err(|_| UnusablePattern::TooLarge)?;
        let dense = dense::Builder::new()
            .configure(
                dense::Config::new()
                    .match_kind(MatchKind::All)
                    .start_kind(StartKind::Anchored)
                    .accelerate(false)
                    .dfa_size_limit(Some(MOST_MEMORY))
                    .determinize_size_limit(Some(MOST_MEMORY)),
            )
            .build_from_nfa(&nfa)
            .map_err(|_| UnusablePattern::TooLarge)?;
        let dfa = minimal(&Self::of_dense(&dense).ok_or(UnusablePattern::TooLarge)?);
        match dfa.next.len() <= MAX_STEPS {
            true => Ok(dfa),
            false => Err(UnusablePattern::TooLarge),
        }
    }

    /// As [`new`](Self::new), made once: a pattern is asked about by whoever checks, compiles and explains it.
    ///
    /// # Errors
    ///
    /// Those of [`new`](Self::new).
    pub fn of(pattern: &str) -> Result<Arc<Self>, UnusablePattern> {
        // Whoever panicked meanwhile has left nothing half done.
        let made = || MADE.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = made().by_pattern.get(pattern) {
            return known.clone();
        }
        // Others need not wait for it.
        let dfa = Self::new(pattern).map(Arc::new);
        let mut made = made();
        // What a refusal and a text take, besides.
        made.steps += 100 + dfa.as_ref().map_or(0, |dfa| dfa.next.len());
        if made.steps > MOST_REMEMBERED {
            *made = Made::default();
        }
        made.by_pattern.insert(pattern.to_owned(), dfa.clone());
        dfa
    }

    /// What can be reached of an automaton that also has states for the end of a text.
    fn of_dense(dense: &dense::DFA<Vec<u32>>) -> Option<Self> {
        let start = dense
            .start_state(&start::Config::new().anchored(Anchored::Yes))
            .ok()?;
        let mut classes = [0; 256];
        let mut letters: Vec<u8> = Vec::new();
        let mut known: HashMap<u8, u8> = HashMap::new();
        for byte in 0..=u8::MAX {
            let class = *known
                .entry(dense.byte_classes().get(byte))
                .or_insert_with(|| {
                    letters.push(byte);
                    (letters.len() - 1) as u8
                });
            classes[usize::from(byte)] = class;
        }
        let mut numbers: HashMap<StateID, u32> = HashMap::from([(start, START)]);
        let mut states = vec![start];
        let mut next = vec![DEAD; letters.len()];
        let mut matched = vec![0];
        let mut at = 0;
        while let Some(&state) = states.get(at) {
            at += 1;
            let is_match = dense.is_match_state(dense.next_eoi_state(state));
            matched.push(u32::from(is_match));
            for &letter in &letters {
                let following = dense.next_state(state, letter);
                next.push(if dense.is_dead_state(following) {
                    DEAD
                } else {
                    *numbers.entry(following).or_insert_with(|| {
                        states.push(following);
                        states.len() as u32
                    })
                });
            }
        }
        Some(Self {
            classes,
            width: letters.len(),
            next,
            matched,
            lists: vec![Box::default(), Box::new([0])],
        })
    }

    /// What is left of the patterns behind `prefix`.
    #[must_use]
    pub fn behind(&self, prefix: &[u8]) -> Self {
        let start = prefix
            .iter()
            .fold(self.start(), |state, &b| self.step(state, b));
        minimal(&self.starting_in(start))
    }
}

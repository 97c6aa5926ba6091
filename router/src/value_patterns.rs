//! The automata of patterns of headers and query parameters, while a table is built.

use std::sync::Arc;

use gamma_config::Automaton;

use crate::interner::Interner;

#[derive(Debug, Default)]
pub(crate) struct ValuePatterns(Interner<Arc<Automaton>>);

impl ValuePatterns {
    pub(crate) fn add(&mut self, pattern: &str, automaton: Arc<Automaton>) {
        self.0.id(pattern.as_bytes(), || automaton);
    }

    /// The automaton of a pattern, if the config has one.
    pub(crate) fn get(&self, pattern: &str) -> Option<&Arc<Automaton>> {
        self.0.get(pattern.as_bytes())
    }
}

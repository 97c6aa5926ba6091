//! Automata that tell of each pattern for itself whether it matches.

use gamma_config::{PathPatterns, Patterns};

use crate::dfa::Dfa;

/// `patterns` with an automaton for each expression of a path. Merged ones say nothing of those behind one that is sure
/// to take the request, which is all that a proxy wants to know, and not all that people do.
#[must_use]
pub fn apart(patterns: &Patterns) -> Patterns {
    let mut apart = Patterns {
        automata: patterns.automata.clone(),
        paths: Vec::new(),
        values: patterns.values.clone(),
    };
    for paths in &patterns.paths {
        let text = patterns.automata.get(paths.automaton as usize);
        let automaton = text.and_then(|text| gamma_config::Automaton::read(text).ok());
        // What is not to match stays as it is, and so does what is alone.
        if paths.patterns.len() < 2 || automaton.is_none_or(|automaton| automaton.patterns() == 0) {
            apart.paths.push(paths.clone());
            continue;
        }
        for pattern in &paths.patterns {
            let Some(automaton) = Dfa::of(pattern).ok().and_then(|dfa| dfa.automaton()) else {
                continue;
            };
            apart.automata.push(automaton.text());
            apart.paths.push(PathPatterns {
                prefix: String::new(),
                automaton: apart.automata.len() as u32 - 1,
                patterns: vec![pattern.clone()],
            });
        }
    }
    apart
}

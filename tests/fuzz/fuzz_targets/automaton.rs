//! Automata that nobody has made are refused, or read, written and run without harm; and expressions that nobody has
//! thought of become automata that say of a text what their states say one by one.

#![no_main]

use base64::{Engine as _, engine::general_purpose::STANDARD};
use gamma_config::Automaton;
use gamma_pattern::Dfa;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    // What is read, and the text that it is run on.
    let Some((&len, rest)) = input.split_first() else {
        return;
    };
    let (read, text) = rest.split_at(rest.len().min(usize::from(len)));
    if let Ok(automaton) = Automaton::read(&STANDARD.encode(read)) {
        assert_eq!(Automaton::read(&automaton.text()).as_ref(), Ok(&automaton));
        let known = automaton.patterns();
        let matched = automaton.matches(text).iter();
        assert!(matched.clone().all(|&pattern| (pattern as usize) < known));
    }
    let Ok(pattern) = str::from_utf8(read) else {
        return;
    };
    let Ok(dfa) = Dfa::new(pattern) else { return };
    let automaton = dfa.automaton().expect("it is not too large");
    let expected: &[u32] = if dfa.matches(text) { &[0] } else { &[] };
    assert_eq!(automaton.matches(text), expected);
    // Every match begins with the literal prefix, and goes on as what is left of the pattern.
    let prefix = dfa.literal_prefix();
    let rest = text.strip_prefix(&*prefix);
    let in_parts = rest.is_some_and(|rest| dfa.behind(&prefix).matches(rest));
    assert_eq!(in_parts, !expected.is_empty());
});

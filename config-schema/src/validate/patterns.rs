//! Validation checks that every compiled pattern has an automaton, and one that knows it.

use super::{problems::ProblemList, wire_text};
use crate::{
    automaton::{Automaton, MAX_TABLE_STEPS},
    patterns::{PathPatterns, Patterns},
    place::Place,
};

/// `place` is that of the table.
#[inline(never)]
pub(super) fn patterns(patterns: &Patterns, place: &Place<'_>, problems: &mut ProblemList) {
    let place = place.member("patterns");
    let mut steps = 0_usize;
    // By automaton, how many patterns it knows.
    let known: Vec<usize> = (0..)
        .zip(&patterns.automata)
        .map(|(a, text)| {
            let automaton = Automaton::read(text).unwrap_or_else(|error| {
                let place = place.element("automata", a);
                problems.add(&place, format_args!("no automaton: {error}"));
                Automaton::default()
            });
            steps = steps.saturating_add(automaton.steps());
            automaton.patterns()
        })
        .collect();
    if steps > MAX_TABLE_STEPS {
        problems.add(
            &place.member("automata"),
            format_args!("{steps} steps, {MAX_TABLE_STEPS} are possible"),
        );
    }
    let mut automaton = |place: &Place<'_>, number: u32, names: usize| {
        let known = known.get(number as usize);
        if known.is_none_or(|&known| known > names) {
            problems.add(
                &place.member("automaton"),
                format_args!("there is no automaton {number} of {names} patterns"),
            );
        }
    };
    for (p, paths) in patterns.paths.iter().enumerate() {
        let place = place.element("paths", p);
        automaton(&place, paths.automaton, paths.patterns.len());
    }
    for (v, value) in patterns.values.iter().enumerate() {
        automaton(&place.element("values", v), value.automaton, 1);
    }
    for (p, paths) in patterns.paths.iter().enumerate() {
        prefix(paths, &place.element("paths", p), problems);
    }
}

fn prefix(
    PathPatterns { prefix, .. }: &PathPatterns,
    place: &Place<'_>,
    problems: &mut ProblemList,
) {
    let place = place.member("prefix");
    if prefix.ends_with('/') {
        problems.add(&place, format_args!("must not end with `/`"));
    } else if !prefix.is_empty() {
        wire_text::path(&place, prefix, false, problems);
    }
}

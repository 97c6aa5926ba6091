//! Validation checks that every compiled pattern has an automaton, and one that knows it.

use super::{problems::ProblemList, wire_text};
use crate::{
    patterns::{PathPatterns, Patterns},
    place::Place,
};

/// `place` is that of the table.
#[inline(never)]
pub(super) fn patterns(patterns: &Patterns, place: &Place<'_>, problems: &mut ProblemList) {
    let place = place.member("patterns");
    let mut automaton = |place: &Place<'_>, number: u32, known: usize| {
        let automaton = patterns.automata.get(number as usize);
        if automaton.is_none_or(|automaton| automaton.patterns() > known) {
            problems.add(
                &place.member("automaton"),
                format_args!("there is no automaton {number} of {known} patterns"),
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

//! Matches of headers and query parameters that count: of several with equivalent names the first.

use gamma_manifest::ValueMatch;

/// The header matches that count. "If multiple entries specify equivalent header names, only the first
/// entry with an equivalent name MUST be considered for a match. Subsequent entries … MUST be ignored",
/// whatever their patterns. Names of headers have no case.
pub(crate) fn effective_headers(matches: &[ValueMatch]) -> impl Iterator<Item = &ValueMatch> {
    first_of_each(matches, str::eq_ignore_ascii_case)
}

/// The query parameter matches that count: "only the first entry with an equivalent name MUST be
/// considered for a match". Names of query parameters have a case.
pub(crate) fn effective_query_params(matches: &[ValueMatch]) -> impl Iterator<Item = &ValueMatch> {
    first_of_each(matches, |one, other| one == other)
}

fn first_of_each(
    matches: &[ValueMatch],
    is_same: fn(&str, &str) -> bool,
) -> impl Iterator<Item = &ValueMatch> {
    let is_first = move |i: usize, name: &str| {
        let mut earlier = matches.iter().take(i);
        !earlier.any(|other| is_same(&other.name.value, name))
    };
    let numbered = matches.iter().enumerate();
    numbered
        .filter(move |(i, m)| is_first(*i, &m.name.value))
        .map(|(_, m)| m)
}

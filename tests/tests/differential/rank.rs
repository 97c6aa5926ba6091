//! The order in which matches are tried, read off the Gateway API's sentences once more: a second opinion, which
//! shares nothing with the compiler's.

use std::cmp::{Ordering, Reverse};

use serde_json::Value;

use crate::matching;

/// A match of a rule of a route.
#[derive(Debug, Clone)]
pub(crate) struct RankedMatch<'r> {
    pub(crate) route: &'r Value,
    pub(crate) rule: &'r Value,
    pub(crate) r#match: Value,
    /// The rule's place in its route.
    pub(crate) number: usize,
}

/// Every match of every rule of `routes`, the first to be tried first.
pub(crate) fn ranked<'r>(routes: &[&'r Value]) -> Vec<RankedMatch<'r>> {
    let mut all = Vec::new();
    for &route in routes {
        let rules = route["spec"]["rules"].as_array().into_iter().flatten();
        for (number, rule) in rules.enumerate() {
            let matches = rule["matches"].as_array().filter(|list| !list.is_empty());
            // "If no matches are specified, the default is a prefix path match on "/"".
            let matches = matches.cloned().unwrap_or_else(|| vec![Value::Null]);
            all.extend(matches.into_iter().map(|r#match| RankedMatch {
                route,
                rule,
                r#match,
                number,
            }));
        }
    }
    // Stable: within a rule it makes no difference which match holds.
    all.sort_by(order);
    all
}

fn order(one: &RankedMatch<'_>, two: &RankedMatch<'_>) -> Ordering {
    let (a, b) = (&one.r#match, &two.r#match);
    let more_first = |of: fn(&Value) -> usize| Reverse(of(a)).cmp(&Reverse(of(b)));
    // "Across all rules specified on applicable Routes, precedence must be given to the match having:
    // - "Exact" path match."
    more_first(|of| usize::from(matching::path(of).0 == "Exact"))
        // "Note: The precedence of RegularExpression path matches are implementation-specific":
        // "between Exact and PathPrefix, the longer pattern first" (semantics.md)
        .then_with(|| more_first(pattern_length))
        // "- "Prefix" path match with largest number of characters."
        .then_with(|| more_first(prefix_length))
        // "- Method match."
        .then_with(|| more_first(|of| usize::from(of["method"].is_string())))
        // "- Largest number of header matches."
        .then_with(|| more_first(|of| matching::headers(of).len()))
        // "- Largest number of query param matches."
        .then_with(|| more_first(|of| matching::query_params(of).len()))
        // "If ties still exist across multiple Routes … - The oldest Route based on creation timestamp."
        .then_with(|| created(one.route).cmp(&created(two.route)))
        // "- The Route appearing first in alphabetical order by "{namespace}/{name}"."
        .then_with(|| full_name(one.route).cmp(&full_name(two.route)))
        // "If ties still exist within an HTTPRoute … the FIRST matching rule (in list order)".
        .then_with(|| one.number.cmp(&two.number))
}

/// 0 for what is no pattern; an empty pattern is one.
fn pattern_length(r#match: &Value) -> usize {
    match matching::path(r#match) {
        ("RegularExpression", pattern) => 1 + pattern.chars().count(),
        _ => 0,
    }
}

/// "Does a trailing `/` count in a prefix's length? no" (semantics.md)
fn prefix_length(r#match: &Value) -> usize {
    match matching::path(r#match) {
        ("PathPrefix", prefix) => prefix.trim_end_matches('/').chars().count(),
        _ => 0,
    }
}

/// "Absent creation timestamps: newest" (semantics.md). The others are of one format, so that they are in the order
/// of their texts.
fn created(route: &Value) -> (bool, &str) {
    let created = route["metadata"]["creationTimestamp"].as_str();
    (created.is_none(), created.unwrap_or_default())
}

fn full_name(route: &Value) -> String {
    let part = |name: &str| route["metadata"][name].as_str().unwrap_or_default();
    format!("{}/{}", part("namespace"), part("name"))
}

//! Requests that tell the matches of a list apart.

use std::collections::BTreeMap;

use crate::source::{RuleMatches, SentRequest};

/// One of `requests` for each set of matches that hold, at most `most` of them.
#[must_use]
pub fn telling<'r>(
    rules: &RuleMatches,
    requests: &'r [SentRequest],
    most: usize,
) -> Vec<&'r SentRequest> {
    let matches: Vec<_> = rules.iter().flatten().collect();
    let mut kinds: BTreeMap<Vec<Option<bool>>, &SentRequest> = BTreeMap::new();
    for sent in requests {
        let kind = matches
            .iter()
            .map(|matched| matched.is_for(sent).then(|| matched.holds(sent)));
        kinds.entry(kind.collect()).or_insert(sent);
    }
    // Kinds that differ late in the list stand side by side: leaving some out evenly keeps all beginnings.
    let every = kinds.len().div_ceil(most).max(1);
    kinds.into_values().step_by(every).collect()
}

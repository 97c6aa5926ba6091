//! Leaves most matches out of an explanation that has thousands: a page shows as many as one looks at.

use std::{collections::BTreeSet, mem};

use gamma_explain::{Explanation, Predicate, TriedMatch};

use crate::limits;

/// Leaves those matches in `explanation` that say most, and gives the place of each in the order in which they were
/// tried.
pub(crate) fn shorten(explanation: &mut Explanation) -> Vec<usize> {
    let shown = telling(explanation);
    let all = mem::take(&mut explanation.candidates)
        .into_iter()
        .enumerate();
    let left = all.filter(|(position, _)| shown.contains(position));
    explanation.candidates = left.map(|(_, tried)| tried).collect();
    let shown: Vec<usize> = shown.into_iter().collect();
    let now_at = |position: usize| shown.binary_search(&position).ok();
    explanation.winner = explanation.winner.and_then(now_at);
    if let Some(runner_up) = &mut explanation.runner_up
        && let Some(at) = now_at(runner_up.candidate)
    {
        runner_up.candidate = at;
    }
    shown
}

/// The winner and the one after it, those that ask for this path, and those that were tried around the winner.
fn telling(explanation: &Explanation) -> BTreeSet<usize> {
    let all = &explanation.candidates;
    if all.len() <= limits::CANDIDATES {
        return (0..all.len()).collect();
    }
    let part = limits::CANDIDATES / 4;
    let near = all.iter().enumerate().filter(|(_, tried)| is_near(tried));
    let near = near
        .map(|(position, _)| position)
        .take(part.saturating_mul(2));
    let winner = explanation.winner.unwrap_or(all.len());
    let around = winner.saturating_sub(part)..winner.saturating_add(part);
    let runner_up = explanation.runner_up.as_ref();
    let runner_up = runner_up.map(|runner_up| runner_up.candidate);
    near.chain(around)
        .chain(runner_up)
        .filter(|position| *position < all.len())
        .collect()
}

/// Whether it asks for the request's path, and for something else that the request does not have.
fn is_near(tried: &TriedMatch) -> bool {
    let failed = tried.failed.as_ref().map(|failed| failed.predicate);
    !matches!(failed, Some(Predicate::Path | Predicate::Hostname))
}

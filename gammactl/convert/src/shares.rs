//! Weights that a backendRef can have.

use gamma_manifest::{diagnostic::codes, source::Span};

use crate::draft::ActionProblem;

/// "weight: maximum 1000000" of a backendRef.
pub(crate) const MOST: u128 = 1_000_000;

/// The same shares as whole numbers, as small as can be, and whether they had to be rounded for the Gateway API to take them.
pub(crate) fn smallest_shares(weights: &[u128]) -> (Vec<u64>, bool) {
    let all = weights.iter().copied();
    let unit = all.clone().fold(0, greatest_divisor).max(1);
    let most = all.clone().max().unwrap_or(0) / unit;
    let rounds = most > MOST;
    let share = |weight: u128| {
        let share = weight / unit;
        match share {
            0 => 0,
            // Nothing that had a share is left without.
            share if rounds => (share * MOST / most).max(1),
            share => share,
        }
    };
    let shares = all.map(|weight| u64::try_from(share(weight)).unwrap_or(u64::MAX));
    (shares.collect(), rounds)
}

/// Weights as they are where a backendRef takes them, else the [smallest](smallest_shares).
pub(crate) fn weights(weights: &[u128]) -> (Vec<u64>, bool) {
    let as_they_are = weights.iter().filter(|weight| **weight <= MOST);
    let as_they_are: Vec<u64> = as_they_are.filter_map(|w| u64::try_from(*w).ok()).collect();
    if as_they_are.len() == weights.len() {
        return (as_they_are, false);
    }
    smallest_shares(weights)
}

/// What is to be said of shares that had to be rounded, which stand at `span`.
pub(crate) fn rounded(span: Span) -> ActionProblem {
    ActionProblem {
        code: &codes::SHARES_ROUNDED,
        span,
        message: "the shares are finer than a backend's weight can be".into(),
        why: "weights go up to a million: they are rounded".into(),
        hint: "write smaller numbers",
    }
}

fn greatest_divisor(mut one: u128, mut other: u128) -> u128 {
    while other > 0 {
        (one, other) = (other, one % other);
    }
    one
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_has_a_share_is_left_without() {
        assert_eq!(
            smallest_shares(&[2_000_000, 4_000_000]),
            (vec![1, 2], false)
        );
        assert_eq!(
            smallest_shares(&[1, 2_000_001, 0]),
            (vec![1, 1_000_000, 0], true)
        );
    }
}

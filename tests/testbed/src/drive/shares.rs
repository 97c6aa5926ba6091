//! Whether things happen as often as they should.

use std::collections::BTreeMap;

/// How often each of some things should have happened, and how often they did.
#[derive(Debug, Default)]
pub(super) struct Shares(BTreeMap<String, Share>);

#[derive(Debug, Default)]
struct Share {
    expected: f64,
    variance: f64,
    seen: f64,
}

impl Shares {
    /// `what` is to happen once more with this probability.
    pub(super) fn expect(&mut self, what: &str, probability: f64) {
        let share = self.0.entry(what.into()).or_default();
        share.expected += probability;
        share.variance += probability * (1.0 - probability);
    }

    /// `what` happened.
    pub(super) fn see(&mut self, what: &str) {
        self.0.entry(what.into()).or_default().seen += 1.0;
    }

    /// What happened too often or too seldom: by five standard deviations, which a fair draw exceeds
    /// less than once in a million times.
    pub(super) fn wrong(&self) -> impl Iterator<Item = String> + '_ {
        self.0.iter().filter_map(|(what, share)| {
            let Share { expected, seen, .. } = share;
            let tolerance = 5.0 * share.variance.sqrt() + 1e-6;
            let wrong = (expected - seen).abs() > tolerance;
            wrong.then(|| format!("{what}: {seen} times, explained {expected:.1} ± {tolerance:.1}"))
        })
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_beyond_chance_is_wrong() {
        let mut shares = Shares::default();
        for i in 0..1_000 {
            shares.expect("a", 0.1);
            shares.expect("b", 1.0);
            if i % 10 == 0 {
                shares.see("a");
            }
            shares.see("b");
        }
        assert_eq!(shares.wrong().count(), 0);
        shares.see("b");
        (0..50).for_each(|_| shares.see("a"));
        shares.see("c");
        assert_eq!(shares.wrong().count(), 3);
    }
}

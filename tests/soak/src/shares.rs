//! Whether things that are drawn happen as often as they should.

/// Standard deviations that a draw may be off by. Fair draws are off by more less than once in a million times.
pub(crate) const DEVIATIONS: f64 = 5.0;

/// What was drawn some times out of many.
#[derive(Debug, Clone)]
pub(crate) struct DrawnShare {
    /// Of what, and to whom.
    pub(crate) what: String,
    /// The share that it has to have, from 0 to 1.
    pub(crate) expected: f64,
    /// How often it happened.
    pub(crate) hits: u64,
    /// How often it was drawn.
    pub(crate) draws: u64,
}

impl DrawnShare {
    pub(crate) fn actual(&self) -> f64 {
        self.hits as f64 / self.draws as f64
    }

    /// How far the share may be off: five standard deviations of so many independent draws,
    /// `5 · √(p · (1 − p) / n)`. Nothing for what is not left to chance.
    pub(crate) fn tolerance(&self) -> f64 {
        let variance = self.expected * (1.0 - self.expected);
        // Shares are written with eleven digits.
        1e-9 + DEVIATIONS * (variance / self.draws as f64).sqrt()
    }

    /// By how much it is off.
    pub(crate) fn error(&self) -> f64 {
        (self.actual() - self.expected).abs()
    }

    pub(crate) fn is_right(&self) -> bool {
        self.draws > 0 && self.error() <= self.tolerance()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share(expected: f64, hits: u64, draws: u64) -> DrawnShare {
        DrawnShare {
            what: "v1".into(),
            expected,
            hits,
            draws,
        }
    }

    #[test]
    fn chance_has_a_bound() {
        // 10,000 draws of one in ten: 30 are one standard deviation.
        assert!(share(0.1, 1_149, 10_000).is_right());
        assert!(!share(0.1, 1_151, 10_000).is_right());
        assert!(!share(0.1, 849, 10_000).is_right());
        // Of a million, half a percent is far too much.
        assert!(!share(0.1, 105_000, 1_000_000).is_right());
    }

    #[test]
    fn what_is_certain_is_exact() {
        assert!(share(1.0, 1_000_000, 1_000_000).is_right());
        assert!(!share(1.0, 999_999, 1_000_000).is_right());
        assert!(!share(0.0, 1, 1_000_000).is_right());
        assert!(!share(0.5, 0, 0).is_right(), "nothing was drawn");
    }
}

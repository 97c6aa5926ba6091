//! Whether something is what was aimed at.

use crate::statistics::Spread;

/// Of a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Met,
    Missed,
    Undecided,
    /// Nothing was wanted.
    Bound,
}

impl Verdict {
    /// Whether a median lies under a limit. Too few observations decide nothing.
    pub(crate) fn under(limit: f64, measured: Spread) -> Self {
        match measured.interval {
            Some((_, high)) if high <= limit => Self::Met,
            Some((low, _)) if low > limit => Self::Missed,
            _ => Self::Undecided,
        }
    }

    /// Whether it lies above.
    pub(crate) fn over(limit: f64, measured: Spread) -> Self {
        match measured.interval {
            Some((low, _)) if low >= limit => Self::Met,
            Some((_, high)) if high < limit => Self::Missed,
            _ => Self::Undecided,
        }
    }

    /// Of a number without a spread worth speaking of.
    pub(crate) fn of(met: bool) -> Self {
        if met { Self::Met } else { Self::Missed }
    }

    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::Missed => "**missed**",
            Self::Undecided => "undecided",
            Self::Bound => "",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_within_the_interval_is_undecided() {
        let spread = |interval| Spread {
            median: 1.0,
            low: 1.0,
            high: 1.0,
            interval,
        };
        for (interval, under, over) in [
            (Some((0.9, 0.99)), Verdict::Met, Verdict::Missed),
            (Some((0.9, 1.0)), Verdict::Met, Verdict::Undecided),
            (Some((0.9, 1.1)), Verdict::Undecided, Verdict::Undecided),
            (Some((1.0, 1.1)), Verdict::Undecided, Verdict::Met),
            (Some((1.01, 1.1)), Verdict::Missed, Verdict::Met),
            (None, Verdict::Undecided, Verdict::Undecided),
        ] {
            let spread = spread(interval);
            assert_eq!(Verdict::under(1.0, spread), under, "{interval:?}");
            assert_eq!(Verdict::over(1.0, spread), over, "{interval:?}");
        }
    }
}

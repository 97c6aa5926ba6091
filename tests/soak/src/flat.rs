//! Whether something that is looked at now and then grows.

/// The part of the looks that is warm-up: caches fill, connections are opened, counters get their names.
pub(crate) const WARM_UP: f64 = 0.2;

/// How much something may grow while it is watched, as a share of what it is on average.
pub(crate) const ALLOWED: f64 = 0.02;

/// How many bytes it may grow at least: as much as requests that happen to be under way at a look.
pub(crate) const NOISE: f64 = 1_048_576.0;

/// A straight line through what was seen after warm-up, by least squares.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Trend {
    /// The average.
    pub(crate) mean: f64,
    /// What the line gains from the first of these looks to the last. Below 0 if it falls.
    pub(crate) growth: f64,
    /// What it gains for one more of whatever is counted.
    pub(crate) slope: f64,
}

impl Trend {
    /// Of pairs of a count that grows, and what was seen then. `None` if there are fewer than three after warm-up.
    pub(crate) fn after_warm_up(looks: &[(f64, f64)]) -> Option<Self> {
        let first = looks.first()?.0;
        let span = looks.last()?.0 - first;
        let warm: Vec<_> = looks
            .iter()
            .filter(|(at, _)| *at >= first + WARM_UP * span)
            .collect();
        if warm.len() < 3 {
            return None;
        }
        let count = warm.len() as f64;
        let mean_at = warm.iter().map(|(at, _)| at).sum::<f64>() / count;
        let mean = warm.iter().map(|(_, seen)| seen).sum::<f64>() / count;
        let spread: f64 = warm.iter().map(|(at, _)| (at - mean_at).powi(2)).sum();
        let together = warm.iter().map(|(at, seen)| (at - mean_at) * (seen - mean));
        let slope = together.sum::<f64>() / spread;
        let (from, to) = (warm[0].0, warm[warm.len() - 1].0);
        Some(Self {
            mean,
            growth: slope * (to - from),
            slope,
        })
    }

    /// Whether that is no growth to speak of.
    pub(crate) fn is_flat(&self) -> bool {
        self.growth <= (ALLOWED * self.mean).max(NOISE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: f64 = 1_048_576.0;
    const REQUESTS: f64 = 10_000_000.0;

    /// A hundred looks at a process that takes 120 MiB, give or take what a look may be off by.
    fn trend(more: impl Fn(f64) -> f64) -> Trend {
        let mut rng = fastrand::Rng::with_seed(7);
        let looks: Vec<_> = (0..=100)
            .map(|look| {
                let at = REQUESTS * f64::from(look) / 100.0;
                (at, 120.0 * MIB + rng.f64() * MIB + more(at))
            })
            .collect();
        Trend::after_warm_up(&looks).unwrap()
    }

    #[test]
    fn what_only_varies_is_flat() {
        assert!(trend(|_| 0.0).is_flat());
        // The allocator gives back what it had kept, every now and then.
        assert!(trend(|at| (at / 700_000.0).fract() * 2.0 * MIB).is_flat());
        assert!(trend(|at| -0.5 * at).is_flat());
    }

    #[test]
    fn what_is_taken_while_it_warms_up_is_no_growth() {
        assert!(trend(|at| at.min(0.19 * REQUESTS) * 10.0).is_flat());
    }

    #[test]
    fn a_leak_of_a_byte_for_each_request_is_seen() {
        for bytes in [1.0, 16.0] {
            let leaking = trend(|at| at * bytes);
            assert!(!leaking.is_flat(), "{leaking:?}");
            assert!((leaking.slope - bytes).abs() < 0.1, "{leaking:?}");
        }
    }

    #[test]
    fn a_leak_that_begins_late_is_seen() {
        assert!(!trend(|at| (at - 0.6 * REQUESTS).max(0.0) * 2.0).is_flat());
    }

    #[test]
    fn a_leak_in_steps_is_seen() {
        assert!(!trend(|at| (at / 1_000_000.0).floor() * MIB).is_flat());
    }

    #[test]
    fn lines_are_those_of_least_squares() {
        let looks: Vec<_> = (0..11)
            .map(|at| (f64::from(at), 3.0 + 2.0 * f64::from(at)))
            .collect();
        let trend = Trend::after_warm_up(&looks).unwrap();
        assert!((trend.slope - 2.0).abs() < 1e-9);
        // From 2 to 10.
        assert!((trend.growth - 16.0).abs() < 1e-9);
        assert!((trend.mean - 15.0).abs() < 1e-9);
        assert_eq!(Trend::after_warm_up(&looks[..2]), None);
    }
}

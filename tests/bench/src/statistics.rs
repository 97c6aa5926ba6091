//! Medians and spreads: a shared machine has outliers, and a mean would be made of them.

/// What some observations came to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Spread {
    pub(crate) median: f64,
    /// A quarter of the observations is below.
    pub(crate) low: f64,
    /// A quarter is above.
    pub(crate) high: f64,
    /// Where the median of ever more observations would lie, with 95 % confidence. `None` of too few.
    pub(crate) interval: Option<(f64, f64)>,
}

impl Spread {
    /// Of at least one number. The interval is right if they do not depend on each other.
    pub(crate) fn of(numbers: impl IntoIterator<Item = f64>) -> Self {
        let mut sorted: Vec<f64> = numbers.into_iter().collect();
        sorted.sort_by(f64::total_cmp);
        Self {
            median: quantile(&sorted, 0.5),
            low: quantile(&sorted, 0.25),
            high: quantile(&sorted, 0.75),
            interval: interval(&sorted),
        }
    }
}

/// Of sorted numbers, between the two nearest; NaN of none.
pub(crate) fn quantile(sorted: &[f64], share: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else {
        return f64::NAN;
    };
    let at = share * last as f64;
    let (below, above) = (sorted[at.floor() as usize], sorted[at.ceil() as usize]);
    // Without these two cases an infinite neighbour would make it NaN.
    if below == above || at.fract() == 0.0 {
        return below;
    }
    below + (above - below) * at.fract()
}

/// By the sign test, which asks nothing of how the numbers are distributed: each lies below the true
/// median with a chance of one half, so the lowest or highest few that all lie on one side of it
/// with a chance of at most 2.5 % are left out.
fn interval(sorted: &[f64]) -> Option<(f64, f64)> {
    const TAIL: f64 = 0.025;
    let count = sorted.len() as f64;
    // The chance that exactly `below` numbers are below the true median, and that at most so many are.
    let mut chance = 0.5_f64.powf(count);
    let mut at_most = chance;
    let mut below = 0;
    while at_most <= TAIL {
        chance *= (count - f64::from(below)) / f64::from(below + 1);
        at_most += chance;
        below += 1;
    }
    let first = usize::try_from(below).ok()?.checked_sub(1)?;
    Some((sorted[first], sorted[sorted.len() - 1 - first]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_lie_between_neighbours() {
        let sorted = [1.0, 2.0, 3.0, 10.0];
        assert_eq!(quantile(&sorted, 0.0), 1.0);
        assert_eq!(quantile(&sorted, 0.5), 2.5);
        assert_eq!(quantile(&sorted, 1.0), 10.0);
        assert_eq!(
            Spread::of([5.0, 1.0, 3.0]),
            Spread {
                median: 3.0,
                low: 2.0,
                high: 4.0,
                interval: None,
            }
        );
    }

    #[test]
    fn quantiles_bear_infinite_numbers() {
        let sorted = [1.0, 2.0, f64::INFINITY, f64::INFINITY];
        assert_eq!(quantile(&sorted, 1.0 / 3.0), 2.0);
        assert_eq!(quantile(&sorted, 0.5), f64::INFINITY);
        assert_eq!(quantile(&sorted, 1.0), f64::INFINITY);
    }

    #[test]
    fn intervals_are_those_of_the_sign_test() {
        // From a table of the binomial distribution: how many are left out on either side.
        for (count, left_out) in [(6, 0), (8, 0), (9, 1), (11, 1), (12, 2), (20, 5), (25, 7)] {
            let numbers = (1..=count).map(f64::from);
            let expected = (f64::from(1 + left_out), f64::from(count - left_out));
            assert_eq!(Spread::of(numbers).interval, Some(expected), "{count}");
        }
        for count in 0..6 {
            let interval = Spread::of((0..count).map(f64::from)).interval;
            assert_eq!(interval, None, "{count}");
        }
    }
}

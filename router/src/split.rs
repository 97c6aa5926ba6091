//! Draws one of a rule's backends by weight.

use fastrand::Rng;

/// Draws an index with probability weight ÷ sum of weights.
///
/// "Weight specifies the proportion of requests forwarded to the referenced backend. This is
/// computed as weight/(sum of all weights in this BackendRefs list)." (BackendRef.weight)
#[derive(Debug)]
pub(crate) enum Split {
    /// A single backend of that weight, as most rules have.
    One(u32),
    /// Running sums: entry `i` owns the numbers from the sum before it up to its own.
    Sums(Box<[u64]>),
}

impl Split {
    pub(crate) fn new(weights: impl ExactSizeIterator<Item = u32> + Clone) -> Self {
        if let (1, Some(weight)) = (weights.len(), weights.clone().next()) {
            return Self::One(weight);
        }
        let mut sum = 0_u64;
        let sums = weights.map(|weight| {
            sum = sum.saturating_add(weight.into());
            sum
        });
        Self::Sums(sums.collect())
    }

    /// Whether the index can be drawn: whether its weight is above 0.
    pub(crate) fn can_draw(&self, index: usize) -> bool {
        match self {
            Self::One(weight) => *weight > 0,
            Self::Sums(sums) => {
                let before = index.checked_sub(1).and_then(|before| sums.get(before));
                sums.get(index) > Some(before.unwrap_or(&0))
            }
        }
    }

    /// `None` if all weights are 0 or there is no backend. Draws no number when there is no choice.
    #[inline]
    pub(crate) fn draw(&self, rng: &mut Rng) -> Option<usize> {
        match self {
            Self::One(weight) => (*weight > 0).then_some(0),
            Self::Sums(sums) => {
                let total = sums.last().copied().filter(|&total| total > 0)?;
                let ticket = rng.u64(..total);
                Some(sums.partition_point(|&sum| sum <= ticket))
            }
        }
    }
}

#[cfg(feature = "trace")]
impl Split {
    /// The weights, in order.
    pub(crate) fn weights(&self) -> Vec<u64> {
        match self {
            Self::One(weight) => vec![u64::from(*weight)],
            Self::Sums(sums) => {
                let before = std::iter::once(&0).chain(sums);
                let pairs = sums.iter().zip(before);
                let weights = pairs.map(|(sum, before)| sum.saturating_sub(*before));
                weights.collect()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(weights: &[u32], draws: usize) -> Vec<usize> {
        let split = Split::new(weights.iter().copied());
        let mut rng = Rng::with_seed(1);
        let mut counts = vec![0; weights.len()];
        for _ in 0..draws {
            counts[split.draw(&mut rng).unwrap()] += 1;
        }
        counts
    }

    #[test]
    fn shares_are_weights_over_their_sum() {
        let table: [&[u32]; 5] = [
            &[90, 10],
            &[1, 1, 1],
            &[1_000_000, 1_000_000],
            &[0, 7, 0, 3, 0],
            &[1, 999_999],
        ];
        for weights in table {
            let total: u32 = weights.iter().sum();
            for (i, count) in counts(weights, 100_000).into_iter().enumerate() {
                let share = f64::from(weights[i]) / f64::from(total);
                let got = count as f64 / 100_000.0;
                assert!((share - got).abs() < 0.01, "{weights:?}[{i}]: {got}");
                assert!(weights[i] > 0 || count == 0, "{weights:?}[{i}]");
            }
        }
    }

    #[test]
    fn no_weight_no_backend() {
        let mut rng = Rng::with_seed(1);
        assert_eq!(Split::new([].into_iter()).draw(&mut rng), None);
        assert_eq!(Split::new([0].into_iter()).draw(&mut rng), None);
        assert_eq!(Split::new([0, 0].into_iter()).draw(&mut rng), None);
        assert_eq!(Split::new([5].into_iter()).draw(&mut rng), Some(0));
    }
}

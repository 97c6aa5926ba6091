//! What was measured of several processes of one configuration.
//!
//! Two processes with the very same configuration differ by some percent for as long as they live:
//! by where their memory lies, and the code that V8 made. So a process counts once, however many
//! rounds it had: more rounds of it say more about itself and nothing about its fellows.

use crate::statistics::Spread;

/// Numbers by process, and those of a process by round.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Samples {
    rounds: Vec<Vec<f64>>,
}

/// Standard deviations, as shares of the mean.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Scatter {
    /// Of the processes, without what the rounds add to it.
    pub(crate) processes: f64,
    /// Of the rounds of one process.
    pub(crate) rounds: f64,
}

impl Samples {
    pub(crate) fn push(&mut self, process: usize, number: f64) {
        if self.rounds.len() <= process {
            self.rounds.resize_with(process + 1, Vec::new);
        }
        self.rounds[process].push(number);
    }

    /// One number for each process: the median of its rounds.
    pub(crate) fn by_process(&self) -> Vec<f64> {
        let median = |rounds: &Vec<f64>| Spread::of(rounds.iter().copied()).median;
        self.rounds.iter().map(median).collect()
    }

    pub(crate) fn spread(&self) -> Spread {
        Spread::of(self.by_process())
    }

    /// Each number with the one of the same process and round, so that what disturbs the machine for
    /// a while disturbs both.
    pub(crate) fn with(&self, other: &Self, compare: impl Fn(f64, f64) -> f64) -> Self {
        let pairs = |(a, b): (&Vec<f64>, &Vec<f64>)| {
            a.iter().zip(b).map(|(&a, &b)| compare(a, b)).collect()
        };
        let rounds = self.rounds.iter().zip(&other.rounds).map(pairs).collect();
        Self { rounds }
    }

    /// `None` of less than two processes with two rounds each.
    pub(crate) fn scatter(&self) -> Option<Scatter> {
        let rounds = self.rounds.iter().map(Vec::len).min()?;
        if self.rounds.len() < 2 || rounds < 2 {
            return None;
        }
        let means: Vec<f64> = self.rounds.iter().map(|rounds| mean(rounds)).collect();
        let within: Vec<f64> = self.rounds.iter().map(|rounds| variance(rounds)).collect();
        let within = mean(&within);
        let between = variance(&means) - within / rounds as f64;
        let mean = mean(&means);
        Some(Scatter {
            processes: between.max(0.0).sqrt() / mean,
            rounds: within.sqrt() / mean,
        })
    }
}

fn mean(numbers: &[f64]) -> f64 {
    numbers.iter().sum::<f64>() / numbers.len() as f64
}

/// Of what the numbers are a sample of.
fn variance(numbers: &[f64]) -> f64 {
    let mean = mean(numbers);
    let squares = numbers.iter().map(|number| (number - mean).powi(2));
    squares.sum::<f64>() / (numbers.len() - 1) as f64
}

#[cfg(test)]
impl<const PROCESSES: usize, const ROUNDS: usize> From<[[f64; ROUNDS]; PROCESSES]> for Samples {
    fn from(numbers: [[f64; ROUNDS]; PROCESSES]) -> Self {
        let rounds = numbers.into_iter().map(Vec::from).collect();
        Self { rounds }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_counts_once() {
        let mut samples = Samples::default();
        for (process, number) in [(0, 1.0), (1, 5.0), (1, 7.0), (1, 6.0), (2, 2.0)] {
            samples.push(process, number);
        }
        assert_eq!(samples.by_process(), [1.0, 6.0, 2.0]);
        assert_eq!(samples.spread().median, 2.0);
    }

    #[test]
    fn pairs_are_of_the_same_process_and_round() {
        // Another machine in every round, the same ratio.
        let one = Samples::from([[40.0, 80.0], [60.0, 20.0]]);
        let other = Samples::from([[20.0, 40.0], [30.0, 10.0]]);
        let ratio = one.with(&other, |one, other| one / other);
        assert_eq!(ratio, Samples::from([[2.0, 2.0], [2.0, 2.0]]));
    }

    #[test]
    fn what_rounds_add_is_not_blamed_on_processes() {
        // Processes differ by exactly as much as two rounds of theirs.
        let noisy = Samples::from([[90.0, 110.0], [110.0, 90.0], [100.0, 100.0]]);
        let scatter = noisy.scatter().unwrap();
        assert_eq!(scatter.processes, 0.0);
        assert!((scatter.rounds - 0.1155).abs() < 1e-4, "{scatter:?}");

        let biased = Samples::from([[90.0, 90.0], [110.0, 110.0]]);
        let scatter = biased.scatter().unwrap();
        assert!((scatter.processes - 0.1414).abs() < 1e-4, "{scatter:?}");
        assert_eq!(scatter.rounds, 0.0);

        assert_eq!(Samples::from([[90.0, 90.0]]).scatter(), None);
        assert_eq!(Samples::from([[90.0], [91.0]]).scatter(), None);
    }
}

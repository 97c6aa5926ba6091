//! What becomes of a request, in words that can be compared.

use std::{collections::BTreeMap, fmt};

/// All that can become of one request, drawn by weight.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// Each different answer once, in a fixed order; the shares add up to 1.
    pub answers: Vec<(Share, Answer)>,
}

/// A part of the requests, as a fraction in lowest terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    /// Above the line.
    pub numerator: u64,
    /// Below the line.
    pub denominator: u64,
}

/// One of the things that can become of a request.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Answer {
    /// Who answers.
    pub target: Target,
    /// All else that can be told from outside: what is changed on the way, how long it may take. By
    /// the API's names.
    pub effects: BTreeMap<String, String>,
}

/// Who answers a request.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// The proxy's own routes: it is for no Service that the config knows.
    PassThrough,
    /// A cluster, by the proxy's name for it.
    Cluster(String),
    /// A redirect.
    Redirect {
        /// Status.
        status: u16,
        /// Value of `location`.
        location: String,
    },
    /// A CORS preflight, 204.
    Preflight,
    /// An error.
    Error {
        /// Status.
        status: u16,
        /// As in the header `x-gamma-reason`.
        reason: &'static str,
    },
}

impl Outcome {
    /// Adds equal answers up. `weighted` are weights and answers; the weights must not all be 0.
    pub(super) fn new(weighted: Vec<(u64, Answer)>) -> Self {
        let total: u64 = weighted.iter().map(|(weight, _)| weight).sum();
        let mut sums: BTreeMap<Answer, u64> = BTreeMap::new();
        for (weight, answer) in weighted {
            *sums.entry(answer).or_default() += weight;
        }
        let answers = sums
            .into_iter()
            .map(|(answer, weight)| (Share::new(weight, total), answer))
            .collect();
        Self { answers }
    }
}

impl Share {
    /// `part` of `total`, which is not 0.
    #[must_use]
    pub fn new(part: u64, total: u64) -> Self {
        let (mut a, mut b) = (part, total);
        while b > 0 {
            (a, b) = (b, a % b);
        }
        Self {
            numerator: part / a.max(1),
            denominator: total / a.max(1),
        }
    }

    /// Of 100.
    #[must_use]
    pub fn percent(self) -> f64 {
        self.numerator as f64 * 100.0 / self.denominator as f64
    }
}

impl fmt::Display for Share {
    /// In percent; with the fraction where percent would not say it all, so that two shares look
    /// the same only if they are.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let exact = (self.numerator * 1_000_000).is_multiple_of(self.denominator);
        let digits = if exact { 4 } else { 2 };
        let text = format!("{:.digits$}", self.percent());
        let text = match text.contains('.') {
            true => text.trim_end_matches('0').trim_end_matches('.'),
            false => &text,
        };
        match exact {
            true => write!(f, "{text} %"),
            false => write!(f, "{text} % ({}/{})", self.numerator, self.denominator),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PassThrough => f.write_str("the proxy's own routes"),
            Self::Cluster(name) => f.write_str(name),
            Self::Redirect { status, location } => write!(f, "{status} to {location}"),
            Self::Preflight => f.write_str("204 (preflight)"),
            Self::Error { status, reason } => write!(f, "{status} ({reason})"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_exact_and_short() {
        let table = [
            (1, 2, "50 %"),
            (90, 100, "90 %"),
            (1, 3, "33.33 % (1/3)"),
            (0, 7, "0 %"),
            (7, 7, "100 %"),
            (1, 1_000_000, "0.0001 %"),
            (999_999, 1_000_000, "99.9999 %"),
        ];
        for (part, total, text) in table {
            assert_eq!(Share::new(part, total).to_string(), text);
        }
        assert_eq!(Share::new(2, 4), Share::new(1, 2));
        assert_eq!(Share::new(333_333, 1_000_000).to_string(), "33.3333 %");
    }
}

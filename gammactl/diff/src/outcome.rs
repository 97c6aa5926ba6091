//! What becomes of a request, in words that can be compared.

use std::{collections::BTreeMap, fmt};

use gamma_compile::Share;

/// All that can become of one request, drawn by weight.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// Each different answer once, in a fixed order; the shares add up to 1.
    pub answers: Vec<(Share, Answer)>,
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

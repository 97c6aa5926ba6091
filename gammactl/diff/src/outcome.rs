//! The outcome of a request: who answers it and what is changed on the way, in words that can be
//! compared.

use std::{collections::BTreeMap, fmt};

use gamma_compile::Share;

/// All that can become of one request, drawn by weight.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestOutcome {
    /// Each different treatment once, in a fixed order; the shares add up to 1.
    pub treatments: Vec<(Share, Treatment)>,
}

/// One of the things that can become of a request.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Treatment {
    /// Who answers.
    pub answered_by: AnsweredBy,
    /// All else that can be told from outside: what is changed on the way, how long it may take. By
    /// the API's names.
    pub effects: BTreeMap<String, String>,
}

/// Who answers a request.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum AnsweredBy {
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
        /// As in the header [`REASON`](gamma_config::wire::REASON).
        reason: String,
    },
}

impl RequestOutcome {
    /// Adds equal treatments up. `weighted` are weights and treatments; the weights must not all be 0.
    pub(super) fn new(weighted: impl Iterator<Item = (u64, Treatment)>) -> Self {
        let mut sums: BTreeMap<Treatment, u64> = BTreeMap::new();
        for (weight, treatment) in weighted {
            *sums.entry(treatment).or_default() += weight;
        }
        let total: u64 = sums.values().sum();
        let treatments = sums
            .into_iter()
            .map(|(treatment, weight)| (Share::new(weight, total), treatment))
            .collect();
        Self { treatments }
    }
}

impl fmt::Display for AnsweredBy {
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

//! What became of the requests, counted where they were sent.

use std::collections::BTreeMap;

use gamma_testbed::{
    echo::Identity,
    fixture::{Observed, Outcome},
};

/// How a request ended.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Ending {
    /// Cluster of the backend that answered.
    pub(crate) cluster: Option<String>,
    /// HTTP status; 0 if the client went away.
    pub(crate) status: u16,
    /// gRPC status, if the answer is gRPC's.
    pub(crate) grpc: Option<u32>,
}

impl Ending {
    pub(crate) fn of(observed: &Observed) -> Self {
        Self {
            cluster: observed.seen.as_ref().map(|seen| cluster(&seen.backend)),
            status: observed.status,
            grpc: observed.grpc.as_ref().map(|(status, _)| *status),
        }
    }
}

/// Envoy's name for a backend, as `gammactl envoy` has it.
pub(crate) fn cluster(backend: &Identity) -> String {
    let Identity {
        namespace,
        service,
        port,
    } = backend;
    format!("{namespace}/{service}/{port}")
}

/// How often the requests of each entry ended in which way.
#[derive(Debug, Clone)]
pub(crate) struct SoakTally {
    /// By the entry's index.
    pub(crate) endings: Vec<BTreeMap<Ending, u64>>,
    /// By the entry's index, of those whose backend was drawn, by the names of their outcomes.
    pub(crate) drawn: Vec<BTreeMap<String, u64>>,
    /// Of what was no request, by status.
    pub(crate) broken: BTreeMap<u16, u64>,
}

impl SoakTally {
    pub(crate) fn new(entries: usize) -> Self {
        Self {
            endings: vec![BTreeMap::new(); entries],
            drawn: vec![BTreeMap::new(); entries],
            broken: BTreeMap::new(),
        }
    }

    /// Counts a request. `is_drawn` says whether its backend was, if the entry has `shares`.
    pub(crate) fn count(
        &mut self,
        entry: usize,
        shares: &BTreeMap<String, f64>,
        is_drawn: bool,
        observed: &Observed,
    ) {
        *self.endings[entry].entry(Ending::of(observed)).or_default() += 1;
        let outcome: Outcome<'_> = observed.outcome();
        let named = shares.keys().find(|name| outcome.is_named(name));
        if let Some(name) = named.filter(|_| is_drawn) {
            let drawn = &mut self.drawn[entry];
            match drawn.get_mut(name) {
                Some(count) => *count += 1,
                None => drop(drawn.insert(name.clone(), 1)),
            }
        }
    }

    /// Counts a request whose client went away.
    pub(crate) fn count_unanswered(&mut self, entry: usize) {
        let ending = Ending {
            cluster: None,
            status: 0,
            grpc: None,
        };
        *self.endings[entry].entry(ending).or_default() += 1;
    }

    /// Adds what somebody else has counted.
    pub(crate) fn add(&mut self, other: &Self) {
        for (mine, theirs) in self.endings.iter_mut().zip(&other.endings) {
            for (ending, count) in theirs {
                *mine.entry(ending.clone()).or_default() += count;
            }
        }
        for (mine, theirs) in self.drawn.iter_mut().zip(&other.drawn) {
            for (name, count) in theirs {
                *mine.entry(name.clone()).or_default() += count;
            }
        }
        for (status, count) in &other.broken {
            *self.broken.entry(*status).or_default() += count;
        }
    }

    /// All requests, but for those that are none.
    pub(crate) fn requests(&self) -> u64 {
        self.endings.iter().flat_map(BTreeMap::values).sum()
    }

    /// How many requests of an entry there were.
    pub(crate) fn of(&self, entry: usize) -> u64 {
        self.endings[entry].values().sum()
    }
}

//! What is said between a test and its client in a pod: a line of JSON each way.

use std::{collections::BTreeMap, fmt, net::SocketAddr, time::Duration};

use gamma_testbed::{
    client::Request,
    fixture::{Observed, Protocol},
};
use serde::{Deserialize, Serialize};

/// What a client is told.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum ClientCommand {
    /// Send one request.
    Send(Send),
    /// Send these over and over, from two connections each: one that is kept, one for each request.
    Load(Vec<Send>),
    /// Stop that.
    Stop,
}

/// A request, and where it goes.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Send {
    pub(crate) address: SocketAddr,
    pub(crate) protocol: Protocol,
    pub(crate) request: Request,
}

/// What it answers.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum ClientAnswer {
    /// To [`ClientCommand::Send`]. The body is that of answers that are no echo.
    Received {
        observed: Box<Observed>,
        body: String,
    },
    /// There was no answer.
    Failed(String),
    /// To [`ClientCommand::Load`].
    Started,
    /// To [`ClientCommand::Stop`].
    Stopped(Vec<Counted>),
}

/// What became of a request of a load.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Outcome {
    /// Which of the requests.
    pub(crate) request: usize,
    /// Status, or 0 where the connection ended without one.
    pub(crate) status: u16,
    /// Name of the Service whose backend answered.
    pub(crate) backend: String,
    /// Path, as the backend received it.
    pub(crate) path: String,
    /// Headers that no backend should see.
    pub(crate) leaked: Vec<String>,
    /// Body, or error, of what no backend answered.
    pub(crate) text: String,
}

/// How often an outcome was seen, and when.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Counted {
    pub(crate) outcome: Outcome,
    pub(crate) times: usize,
    /// The first and the last time, in milliseconds since the load began.
    pub(crate) between: (u128, u128),
}

impl fmt::Display for Counted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            outcome,
            times,
            between: (first, last),
        } = self;
        write!(f, "{times} times, from {first} to {last} ms: {outcome:?}")
    }
}

/// Outcomes, and for each how often and when it was seen.
#[derive(Debug, Default)]
pub(crate) struct Tally(BTreeMap<Outcome, (usize, (u128, u128))>);

impl Tally {
    pub(crate) fn add(&mut self, outcome: Outcome, now: Duration) {
        self.merge(outcome, 1, (now.as_millis(), now.as_millis()));
    }

    pub(crate) fn add_all(&mut self, others: Self) {
        for (outcome, (times, between)) in others.0 {
            self.merge(outcome, times, between);
        }
    }

    fn merge(&mut self, outcome: Outcome, more: usize, (from, to): (u128, u128)) {
        let (times, (first, last)) = self.0.entry(outcome).or_insert((0, (from, to)));
        *times += more;
        (*first, *last) = ((*first).min(from), (*last).max(to));
    }

    pub(crate) fn counted(self) -> Vec<Counted> {
        let counted = |(outcome, (times, between))| Counted {
            outcome,
            times,
            between,
        };
        self.0.into_iter().map(counted).collect()
    }
}

//! What is said between a test and its client in a pod: a line of JSON each way.

use std::{collections::BTreeMap, net::SocketAddr};

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

/// How often an outcome was seen.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Counted {
    pub(crate) outcome: Outcome,
    pub(crate) times: usize,
}

impl Counted {
    pub(crate) fn all(outcomes: BTreeMap<Outcome, usize>) -> Vec<Self> {
        let counted = |(outcome, times)| Self { outcome, times };
        outcomes.into_iter().map(counted).collect()
    }
}

//! Requests that go on while something is changed, and the account of them.

use std::{collections::BTreeSet, net::SocketAddr};

use anyhow::{Result, ensure};
use gamma_testbed::{client::Request, fixture::Protocol};

use crate::{
    client::MeshClient,
    pod::message::{Counted, Outcome, Send},
};

/// A request, and every answer to it that is right at some moment of the test.
#[derive(Debug, Clone)]
pub(crate) struct Loaded {
    pub(crate) address: SocketAddr,
    pub(crate) request: Request,
    /// Backends and the paths that they receive.
    pub(crate) right: BTreeSet<(&'static str, &'static str)>,
    /// Whether a connection may end without an answer.
    pub(crate) may_be_unanswered: bool,
}

impl Loaded {
    pub(crate) fn new(
        address: SocketAddr,
        host: &str,
        path: &str,
        right: &[(&'static str, &'static str)],
    ) -> Self {
        Self {
            address,
            request: Request::get(host, path),
            right: right.iter().copied().collect(),
            may_be_unanswered: false,
        }
    }

    fn is_right(&self, outcome: &Outcome) -> bool {
        if outcome.status == 0 {
            return self.may_be_unanswered;
        }
        outcome.status == 200
            && outcome.leaked.is_empty()
            && self.right.contains(&(&*outcome.backend, &*outcome.path))
    }
}

/// Sends `requests` while `change` runs, and fails if one of them was answered wrongly. Says how many
/// there were.
pub(crate) fn under(
    client: &mut MeshClient,
    requests: &[Loaded],
    change: impl FnOnce() -> Result<()>,
) -> Result<usize> {
    let sends = requests.iter().map(|loaded| Send {
        address: loaded.address,
        protocol: Protocol::Http,
        request: loaded.request.clone(),
    });
    client.load(sends.collect())?;
    let changed = change();
    let counts = client.stop()?;
    changed?;
    let wrong = |counted: &&Counted| !requests[counted.outcome.request].is_right(&counted.outcome);
    let wrong: Vec<String> = counts
        .iter()
        .filter(wrong)
        .map(Counted::to_string)
        .collect();
    let all: usize = counts.iter().map(|counted| counted.times).sum();
    ensure!(wrong.is_empty(), "of {all} requests:\n{}", wrong.join("\n"));
    ensure!(all > 0, "no request was sent");
    // Each right answer was given: else nothing has changed.
    for (index, loaded) in requests.iter().enumerate() {
        for (backend, path) in &loaded.right {
            let seen = counts.iter().any(|Counted { outcome, .. }| {
                outcome.request == index && outcome.backend == *backend && outcome.path == *path
            });
            ensure!(seen, "no request reached {backend} with the path {path}");
        }
    }
    Ok(all)
}

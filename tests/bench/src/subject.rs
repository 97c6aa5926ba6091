//! A running Envoy that is measured.

use std::{
    rc::Rc,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use gamma_testbed::envoy::{Bootstrap, Envoy, Options};
use serde_json::Value;

use crate::{
    http::Prepared,
    peer::{Clients, Peer},
    process,
};

/// Connections on which requests are sent, one at a time on each.
const CONNECTIONS: usize = 8;

/// What is started, and asked.
#[derive(Debug)]
pub(crate) struct Setup {
    pub(crate) name: String,
    pub(crate) bootstrap: Value,
    pub(crate) requests: Rc<[Prepared]>,
    /// How often each of them is asked before anything is timed: as often as it takes until every backend that may be
    /// drawn has been. The first use of a counter costs more than a request.
    pub(crate) asked_before: usize,
}

/// An Envoy, the requests for it and the connections to it.
pub(crate) struct Subject {
    envoy: Envoy,
    clients: Clients,
    requests: Rc<[Prepared]>,
    /// How many counters the filter had before anything was timed.
    counters: usize,
    /// From the start of the process until it was ready.
    pub(crate) started_in: Duration,
}

impl Subject {
    /// Starts Envoy, and asks everything: every answer has to be right before anything is timed.
    pub(crate) fn start(setup: &Setup, peer: &mut Peer) -> Result<Self> {
        let Setup {
            name,
            bootstrap,
            requests,
            asked_before,
        } = setup;
        process::anywhere()?;
        let text = bootstrap.to_string();
        let started = Instant::now();
        let envoy = Envoy::start(Bootstrap::Text(&text), &Options::default())
            .with_context(|| name.clone())?;
        let started_in = started.elapsed();
        let listener = bootstrap
            .pointer("/static_resources/listeners/0/name")
            .and_then(Value::as_str)
            .context("the bootstrap has no listener")?;
        let clients = peer.connect(envoy.listener(listener)?, CONNECTIONS)?;
        for _ in 0..*asked_before {
            peer.ask_all(&clients, requests)
                .with_context(|| format!("{name}: a wrong answer"))?;
        }
        let counters = counters(&envoy)?;
        process::part(envoy.pid())?;
        Ok(Self {
            envoy,
            clients,
            requests: Rc::clone(requests),
            counters,
            started_in,
        })
    }

    /// CPU of the Envoy process per request, in microseconds, while it is kept busy.
    pub(crate) fn cpu_per_request(&self, peer: &mut Peer, time: Duration) -> Result<f64> {
        // Caches and branch predictors are full of somebody else's.
        peer.closed_loop(&self.clients, &self.requests, time / 4)?;
        let before = process::cpu_time(self.envoy.pid())?;
        let answered = peer.closed_loop(&self.clients, &self.requests, time)?;
        let used = process::cpu_time(self.envoy.pid())? - before;
        Ok(used.as_secs_f64() * 1e6 / answered as f64)
    }

    /// Latencies at a fixed rate, sorted.
    pub(crate) fn latencies(
        &self,
        peer: &mut Peer,
        per_second: u32,
        time: Duration,
    ) -> Result<Vec<Duration>> {
        let mut took = peer.fixed_rate(&self.clients, &self.requests, per_second, time)?;
        took.sort_unstable();
        Ok(took)
    }

    /// Resident memory of Envoy in bytes.
    pub(crate) fn resident(&self) -> Result<u64> {
        process::resident(self.envoy.pid())
    }

    /// Ends Envoy.
    ///
    /// # Errors
    ///
    /// A counter was used first while something was timed.
    pub(crate) fn stop(self, peer: &mut Peer) -> Result<()> {
        peer.disconnect(self.clients);
        let counters = counters(&self.envoy)?;
        ensure!(
            counters == self.counters,
            "{} counters were used first while requests were timed, which makes these dearer: ask for more before",
            counters.saturating_sub(self.counters)
        );
        Ok(())
    }
}

/// How many counters the filter has. Each is made when it is first used.
fn counters(envoy: &Envoy) -> Result<usize> {
    let stats = envoy.admin_get("/stats?filter=^wasmcustom")?;
    Ok(stats.lines().count())
}

//! A real Envoy with the filter, and an echo backend behind every Service port.

use std::{
    net::SocketAddr,
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};
use gamma_compile as compile;
use gamma_manifest::Manifests;

use super::{driver::Driver, sender::Sender};
use crate::{
    envoy::Options,
    fixture::{Exchange, Observed, to_request},
    stage::{Backends, Stage},
};

/// Sends through Envoy.
#[derive(Debug)]
pub struct Real {
    sender: Sender,
    stage: Stage,
    backends: Backends,
    /// How many requests each backend had received at the mark.
    marked: Vec<usize>,
}

impl Real {
    /// Starts Envoy on `listen`, and backends for every Service port.
    ///
    /// # Errors
    ///
    /// As [`Stage::start_at`].
    pub fn start(
        manifests: &Manifests,
        options: &compile::Options,
        listen: &[SocketAddr],
        wasm: &Path,
    ) -> Result<Self> {
        let backends = Backends::start(manifests)?;
        let envoy = Options::default();
        let stage = Stage::start_at(listen, &backends.manifests, options, wasm, &envoy)?;
        Ok(Self {
            sender: Sender::default(),
            stage,
            marked: Vec::new(),
            backends,
        })
    }

    /// Where an exchange is sent.
    #[must_use]
    pub fn address(&self, exchange: &Exchange) -> SocketAddr {
        let mut address = self.stage.address();
        if let Some(dial) = exchange.dial {
            address.set_ip(dial);
        }
        address
    }

    /// The rules of the first `count` requests, `-` for none, as the access log has them.
    ///
    /// # Errors
    ///
    /// The log does not get that long.
    pub fn logged_rules(&self, count: usize) -> Result<Vec<String>> {
        self.stage.logged_rules(count)
    }

    /// Waits until no request is under way, copies included.
    fn settle(&self) -> Result<()> {
        let deadline = Instant::now() + Duration::from_secs(30);
        loop {
            let stats = self
                .stage
                .envoy()
                .admin_get("/stats?filter=upstream_rq_active")?;
            let values = stats.lines().filter_map(|line| line.rsplit_once(": "));
            if values.into_iter().all(|(_, value)| value == "0") {
                return Ok(());
            }
            ensure!(Instant::now() < deadline, "requests never end:\n{stats}");
        }
    }
}

impl Driver for Real {
    fn send(&mut self, exchange: &Exchange) -> Result<Observed> {
        let mut request = to_request(&exchange.request, &exchange.headers);
        request.body = exchange.body.clone().into_bytes();
        let address = self.address(exchange);
        self.sender.send(address, request, exchange.protocol)
    }

    fn mark(&mut self) -> Result<()> {
        self.settle()?;
        let echoes = self.backends.echoes.iter();
        self.marked = echoes.map(|echo| echo.received().len()).collect();
        Ok(())
    }

    /// What a backend has received beyond what it has answered.
    fn mirrored(&mut self, observed: &mut [Observed]) -> Result<()> {
        self.settle()?;
        for (echo, marked) in self.backends.echoes.iter().zip(&self.marked) {
            let received = echo.received().len();
            let identity = echo.identity();
            let answered = observed.iter().filter(|o| {
                let seen = o.seen.as_ref();
                seen.is_some_and(|seen| seen.backend == *identity)
            });
            let copies = (received - marked).saturating_sub(answered.count());
            // Which of the requests a copy is of can't be told, and does not matter.
            if let Some(first) = observed.first_mut() {
                first.mirrored.extend(vec![identity.clone(); copies]);
            }
        }
        Ok(())
    }
}

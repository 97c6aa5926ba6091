//! A driver whose every answer has to be the one that `gammactl explain` gives.

use std::{
    net::SocketAddr,
    time::{SystemTime, UNIX_EPOCH},
};

use anyhow::Result;
use gammactl::{
    compile::{self, compile},
    diagnostic::Diagnostics,
    explain::Explainer,
    manifest::Manifests,
    request::{HeaderLine, Simulated},
    source::Sources,
};

use super::{Driver, Real};
use crate::{
    agreement::disagreements,
    fixture::{Exchange, Observed, Protocol},
};

/// Sends through Envoy, and asks what should have come of it.
#[derive(Debug)]
pub struct Explained {
    real: Real,
    explainer: Explainer,
    /// The rule that was explained, of every request in order.
    rules: Vec<String>,
    /// Clusters that may have got copies since the mark.
    mirrors: Vec<String>,
    findings: Vec<String>,
}

impl Explained {
    /// Explains what `real`, which serves `manifests`, does.
    pub fn new(
        real: Real,
        sources: &Sources,
        manifests: &Manifests,
        options: &compile::Options,
    ) -> Self {
        let config = compile(manifests, options, &mut Diagnostics::default());
        Self {
            real,
            explainer: Explainer::of_manifests(config, sources, manifests, options),
            rules: Vec::new(),
            mirrors: Vec::new(),
            findings: Vec::new(),
        }
    }
}

impl Driver for Explained {
    fn send(&mut self, exchange: &Exchange) -> Result<Observed> {
        let observed = self.real.send(exchange)?;
        let request = simulated(exchange, self.real.address(exchange));
        let explanation = self.explainer.explain(&request)?;
        self.rules.push(match explanation.rule() {
            Some(rule) => rule.to_string(),
            None => "-".into(),
        });
        let copies = explanation.outcomes.iter().flat_map(|o| &o.mirrors);
        self.mirrors
            .extend(copies.map(|mirror| mirror.cluster.clone()));
        let findings = disagreements(&explanation, &observed);
        if !findings.is_empty() {
            self.findings.push(format!(
                "{} is not what explain says:\n  {}",
                exchange.request,
                findings.join("\n  ")
            ));
        }
        Ok(observed)
    }

    fn mark(&mut self) -> Result<()> {
        self.mirrors.clear();
        self.real.mark()
    }

    fn mirrored(&mut self, observed: &mut [Observed]) -> Result<()> {
        self.real.mirrored(observed)?;
        for copy in observed.iter().flat_map(|observed| &observed.mirrored) {
            let cluster = format!("{}/{}/{}", copy.namespace, copy.service, copy.port);
            if !self.mirrors.contains(&cluster) {
                let finding = format!("a copy went to {cluster}, which explain does not say");
                self.findings.push(finding);
            }
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<Vec<String>> {
        let logged = self.real.logged_rules(self.rules.len())?;
        let pairs = self.rules.iter().zip(&logged);
        let wrong = pairs.filter(|(explained, logged)| explained != logged);
        let wrong = wrong.map(|(explained, logged)| {
            format!("rule {logged} won, but explain says that it is {explained}")
        });
        let mut findings = std::mem::take(&mut self.findings);
        findings.extend(wrong);
        findings.dedup();
        Ok(findings)
    }
}

/// The request of an exchange, as the filter gets it.
fn simulated(exchange: &Exchange, address: SocketAddr) -> Simulated {
    let mut request = Simulated::new(exchange.request.clone());
    request.headers.clone_from(&exchange.headers);
    if exchange.protocol == Protocol::Grpc {
        request.line.method = "POST".into();
        request.headers.push(HeaderLine {
            name: "content-type".into(),
            value: b"application/grpc".into(),
        });
    }
    request.destination = Some(address);
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    request.now = now.map_or(0, |since| since.as_secs());
    request
}

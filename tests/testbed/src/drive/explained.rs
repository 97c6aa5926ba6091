//! A driver whose every answer has to be the one that `gammactl explain` gives.

use std::{
    net::SocketAddr,
    time::{SystemTime, UNIX_EPOCH},
};

use anyhow::Result;
use gamma_compile::{self as compile, compilation};
use gamma_explain::{
    ExplainedAction, Explainer, Explanation,
    request::{HeaderLine, Simulated},
};
use gamma_manifest::{Manifests, diagnostic::Diagnostics, source::Sources};

use super::{driver::Driver, real::Real, shares::Shares};
use crate::{
    agreement::disagreements,
    echo::Identity,
    fixture::{Exchange, Observed, Protocol},
};

/// Sends through Envoy, and asks what should have come of it.
#[derive(Debug)]
pub struct Explained {
    real: Real,
    explainer: Explainer,
    /// The rule that was explained, of every request in order.
    rules: Vec<String>,
    /// Where copies went since the mark.
    mirrors: Shares,
    /// What came of all requests: a cluster, or the status of another answer.
    outcomes: Shares,
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
        let compiled = compilation(manifests, options, &mut Diagnostics::default());
        Self {
            real,
            explainer: Explainer::of_manifests(compiled.config, sources, compiled.provenance),
            rules: Vec::new(),
            mirrors: Shares::default(),
            outcomes: Shares::default(),
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
        self.count(&explanation, &observed);
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
            self.mirrors.see(&cluster(copy));
        }
        let wrong = self.mirrors.wrong();
        self.findings
            .extend(wrong.map(|wrong| format!("copies to {wrong}")));
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
        findings.extend(self.outcomes.wrong());
        findings.dedup();
        Ok(findings)
    }
}

impl Explained {
    /// Counts what happened, and how often it should: shares that are a little off show in many
    /// requests only.
    fn count(&mut self, explanation: &Explanation, observed: &Observed) {
        for outcome in &explanation.outcomes {
            for mirror in &outcome.mirrors {
                let probability = outcome.share * mirror.share;
                self.mirrors.expect(&mirror.cluster, probability);
            }
        }
        // Where there is no choice, it has been compared.
        if explanation.outcomes.len() < 2 {
            return;
        }
        let request = &explanation.request;
        let name = |what: String| format!("{} {}: {what}", request.authority, request.path);
        for outcome in &explanation.outcomes {
            let what = match &outcome.action {
                ExplainedAction::Forward { cluster, .. } => cluster.clone(),
                action => format!("{:?}", status(action)),
            };
            self.outcomes.expect(&name(what), outcome.share);
        }
        self.outcomes.see(&name(match &observed.seen {
            Some(seen) => cluster(&seen.backend),
            None => format!("{:?}", Some(observed.status)),
        }));
    }
}

fn status(action: &ExplainedAction) -> Option<u16> {
    match action {
        ExplainedAction::Redirect { status, .. }
        | ExplainedAction::Preflight { status }
        | ExplainedAction::Reply { status, .. }
        | ExplainedAction::ProxyReply { status, .. } => Some(*status),
        ExplainedAction::PassThrough | ExplainedAction::Forward { .. } => None,
    }
}

/// As clusters are named.
fn cluster(backend: &Identity) -> String {
    let Identity {
        namespace,
        service,
        port,
    } = backend;
    format!("{namespace}/{service}/{port}")
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

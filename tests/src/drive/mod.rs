//! Two ways to run a fixture: against the router alone, and against a real Envoy with the filter.
//! Both give what was observed, in the same terms.

mod native;
mod real;
mod time;

pub use native::Native;
pub use real::Real;

use std::{collections::BTreeMap, path::Path};

use anyhow::{Result, ensure};
use gammactl::{
    compile::{self, compile},
    diagnostic::{Diagnostics, Format, Severity, render},
    manifest::{Manifests, decode},
    source::Sources,
};

use crate::fixture::{Exchange, Fixture, Observed, check, check_diagnostics, check_shares};

/// What was not as the fixture expects: the requests were sent and answered.
#[derive(Debug)]
pub struct Unexpected(Vec<String>);

impl std::error::Error for Unexpected {}

impl std::fmt::Display for Unexpected {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.join("\n"))
    }
}

/// Sends requests of clients of one namespace.
pub trait Driver {
    /// Sends one request, however often the exchange says.
    ///
    /// # Errors
    ///
    /// There is no answer.
    fn send(&mut self, exchange: &Exchange) -> Result<Observed>;
}

/// Runs a fixture against the router, and checks the diagnostics of its manifests.
///
/// # Errors
///
/// Something is not as expected; the message says what.
pub fn native(fixture: &Fixture) -> Result<()> {
    let read = Read::from(fixture)?;
    let mut diagnostics = read.diagnostics.clone();
    compile(&read.manifests, &options("x"), &mut diagnostics);
    let codes = diagnostics
        .iter()
        .filter(|d| d.code.severity < Severity::Note)
        .map(|d| d.code.id);
    let findings = check_diagnostics(&fixture.case.diagnostics, codes);
    ensure!(
        findings.is_empty(),
        "{}\n{}",
        findings.join("\n"),
        render(&diagnostics, &read.sources, Format::Text)
    );
    run(fixture, |namespace| {
        Ok(Box::new(Native::new(&read.manifests, namespace)?))
    })
}

/// Runs a fixture through a real Envoy with the filter `wasm`.
///
/// # Errors
///
/// Something is not as expected; the message says what.
pub fn envoy(fixture: &Fixture, wasm: &Path) -> Result<()> {
    let read = Read::from(fixture)?;
    run(fixture, |namespace| {
        Ok(Box::new(Real::start(&read.manifests, namespace, wasm)?))
    })
}

/// Manifests from text, for tests that are no fixtures.
///
/// # Errors
///
/// An object is refused.
pub fn manifests(text: &str) -> Result<Manifests> {
    let mut sources = Sources::default();
    sources.add("-", text);
    let mut diagnostics = Diagnostics::default();
    let manifests = decode(&sources, "default", &mut diagnostics);
    let said = render(&diagnostics, &sources, Format::Text);
    ensure!(!diagnostics.any(Severity::Error), "{said}");
    Ok(manifests)
}

/// A fixture's manifests, decoded.
struct Read {
    sources: Sources,
    manifests: Manifests,
    diagnostics: Diagnostics,
}

impl Read {
    fn from(fixture: &Fixture) -> Result<Self> {
        let mut sources = Sources::default();
        sources.add(
            fixture.path.display().to_string(),
            fixture.manifests.as_str(),
        );
        let mut diagnostics = Diagnostics::default();
        let manifests = decode(&sources, &fixture.case.client_namespace, &mut diagnostics);
        Ok(Self {
            sources,
            manifests,
            diagnostics,
        })
    }
}

fn options(namespace: &str) -> compile::Options {
    compile::Options {
        client_namespace: Some(namespace.into()),
        ..compile::Options::default()
    }
}

/// Sends everything that the fixture says; collects everything that is not as expected.
fn run<'a>(
    fixture: &Fixture,
    mut start: impl FnMut(&str) -> Result<Box<dyn Driver + 'a>>,
) -> Result<()> {
    let mut drivers: BTreeMap<&str, Box<dyn Driver + 'a>> = BTreeMap::new();
    let mut findings = Vec::new();
    for exchange in &fixture.case.requests {
        let namespace = exchange
            .from
            .as_deref()
            .unwrap_or(&fixture.case.client_namespace);
        let driver = match drivers.entry(namespace) {
            std::collections::btree_map::Entry::Occupied(entry) => entry.into_mut(),
            std::collections::btree_map::Entry::Vacant(entry) => entry.insert(start(namespace)?),
        };
        let observed = (0..exchange.repeat)
            .map(|_| driver.send(exchange))
            .collect::<Result<Vec<_>>>()?;
        let mut of_exchange: Vec<String> = observed
            .iter()
            .flat_map(|o| check(&exchange.expect, exchange.protocol, o))
            .collect();
        // A thousand times the same is once too often to read.
        of_exchange.dedup();
        of_exchange.extend(check_shares(&exchange.expect, &observed));
        if !of_exchange.is_empty() {
            findings.push(format!(
                "{} from {namespace}:\n  {}",
                exchange.request,
                of_exchange.join("\n  ")
            ));
        }
    }
    if findings.is_empty() {
        return Ok(());
    }
    Err(Unexpected(findings).into())
}

//! Two ways to run a fixture: against the router alone, and against a real Envoy with the filter.
//! Both give what was observed, in the same terms.

mod auth;
mod driver;
mod explained;
mod jar;
mod native;
mod real;
mod sender;
mod shares;
mod time;

use std::{
    collections::{BTreeMap, BTreeSet},
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::Path,
};

use anyhow::{Result, ensure};
pub use driver::Driver;
pub use explained::Explained;
use gamma_compile::{self as compile, compile};
use gamma_manifest::{
    Manifests, decode,
    diagnostic::{Diagnostics, Format, Severity, render},
    source::Sources,
};
use jar::Jar;
pub use native::Native;
pub use real::Real;
pub use sender::Sender;

use crate::{
    fixture::{self, Exchange, Fixture, Observed, check, check_diagnostics, check_repeated},
    ports::Port,
};

/// What was not as the fixture expects: the requests were sent and answered.
#[derive(Debug)]
pub struct Unexpected(Vec<String>);

impl std::error::Error for Unexpected {}

impl std::fmt::Display for Unexpected {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.join("\n"))
    }
}

/// Runs a fixture against the router, and checks the diagnostics of its manifests.
///
/// # Errors
///
/// Something is not as expected; the message says what.
pub fn native(fixture: &Fixture) -> Result<()> {
    let read = Read::from(fixture)?;
    let mut diagnostics = read.diagnostics.clone();
    let options = |namespace: &str| options(namespace, &fixture.case.options);
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
        let options = options(namespace);
        Ok(Box::new(Native::new(&read.manifests, &options)?))
    })
}

/// Runs a fixture by a driver of the caller's for each namespace of a client.
///
/// # Errors
///
/// Something is not as expected, which is [`Unexpected`], or a driver can't start.
pub fn with<'a>(
    fixture: &Fixture,
    mut start: impl FnMut(&Manifests, &compile::Options) -> Result<Box<dyn Driver + 'a>>,
) -> Result<()> {
    let read = Read::from(fixture)?;
    run(fixture, |namespace| {
        start(&read.manifests, &options(namespace, &fixture.case.options))
    })
}

/// Runs a fixture through a real Envoy with the filter `wasm`. Every answer has to be what
/// `gammactl explain` says, too.
///
/// # Errors
///
/// Something is not as expected; the message says what.
pub fn envoy(fixture: &Fixture, wasm: &Path) -> Result<()> {
    through_envoy(fixture, wasm, true)
}

/// The same with a filter that does something else than `explain` says.
///
/// # Errors
///
/// As [`envoy`].
pub fn unexplained_envoy(fixture: &Fixture, wasm: &Path) -> Result<()> {
    through_envoy(fixture, wasm, false)
}

fn through_envoy(fixture: &Fixture, wasm: &Path, explained: bool) -> Result<()> {
    let port = match fixture.needs_port() {
        true => Some(Port::reserve()?),
        false => None,
    };
    let fixture = &fixture.at_port(port.as_ref().map_or(0, Port::number))?;
    let read = Read::from(fixture)?;
    let dialled = fixture.case.requests.iter().filter_map(|e| e.dial);
    let addresses: BTreeSet<IpAddr> = dialled.collect();
    let local = [IpAddr::V4(Ipv4Addr::LOCALHOST)];
    let number = port.as_ref().map_or(0, Port::number);
    let listen: Vec<SocketAddr> = local
        .into_iter()
        .chain(addresses)
        .map(|address| (address, number).into())
        .collect();
    run(fixture, |namespace| {
        let options = options(namespace, &fixture.case.options);
        let real = Real::start(&read.manifests, &options, &listen, wasm)?;
        if !explained {
            return Ok(Box::new(real));
        }
        let explained = Explained::new(real, &read.sources, &read.manifests, &options);
        Ok(Box::new(explained))
    })
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

fn options(namespace: &str, options: &fixture::CompileOptions) -> compile::Options {
    compile::Options {
        client_namespace: Some(namespace.into()),
        honor_hostnames: options.honor_hostnames,
        require_reference_grants: options.require_reference_grants,
        ..compile::Options::default()
    }
}

/// An exchange of a fixture, and what about its answers is not as the fixture expects.
#[derive(Debug)]
pub struct Judged<'f> {
    /// What was sent, and what is expected.
    pub exchange: &'f Exchange,
    /// Namespace of the client.
    pub namespace: &'f str,
    /// Nothing, if all is as expected.
    pub findings: Vec<String>,
}

/// Sends everything that the fixture says, by a driver for each namespace of a client.
///
/// # Errors
///
/// A driver can't start, or gives up.
pub fn judge<'f, 'd>(
    fixture: &'f Fixture,
    drivers: &mut BTreeMap<&'f str, Box<dyn Driver + 'd>>,
    mut start: impl FnMut(&str) -> Result<Box<dyn Driver + 'd>>,
) -> Result<Vec<Judged<'f>>> {
    let mut jars: BTreeMap<&str, Jar> = BTreeMap::new();
    let mut judged = Vec::new();
    for exchange in &fixture.case.requests {
        let namespace = exchange
            .from
            .as_deref()
            .unwrap_or(&fixture.case.client_namespace);
        let driver = match drivers.entry(namespace) {
            std::collections::btree_map::Entry::Occupied(entry) => entry.into_mut(),
            std::collections::btree_map::Entry::Vacant(entry) => entry.insert(start(namespace)?),
        };
        let mut send = || send(exchange, &mut **driver, &mut jars);
        let mut observed = send()?;
        // A tolerance that is written is upstream's, which correct splits exceed now and then.
        // Upstream tries ten times.
        for _ in 1..if exchange.expect.tolerance.is_some() {
            10
        } else {
            1
        } {
            if check_repeated(&exchange.expect, &observed).is_empty() {
                break;
            }
            observed = send()?;
        }
        let mut findings: Vec<String> = observed
            .iter()
            .flat_map(|o| check(&exchange.expect, exchange.protocol, o))
            .collect();
        // A thousand times the same is once too often to read.
        findings.dedup();
        findings.extend(check_repeated(&exchange.expect, &observed));
        judged.push(Judged {
            exchange,
            namespace,
            findings,
        });
    }
    Ok(judged)
}

/// Sends everything that the fixture says; collects everything that is not as expected.
fn run<'a>(
    fixture: &Fixture,
    start: impl FnMut(&str) -> Result<Box<dyn Driver + 'a>>,
) -> Result<()> {
    let mut drivers = BTreeMap::new();
    let judged = judge(fixture, &mut drivers, start)?;
    let wrong = judged.iter().filter(|judged| !judged.findings.is_empty());
    let mut findings: Vec<String> = wrong
        .map(|judged| {
            format!(
                "{} from {}:\n  {}",
                judged.exchange.request,
                judged.namespace,
                judged.findings.join("\n  ")
            )
        })
        .collect();
    for driver in drivers.values_mut() {
        findings.extend(driver.finish()?);
    }
    if findings.is_empty() {
        return Ok(());
    }
    Err(Unexpected(findings).into())
}

/// Sends an exchange, as often as it says.
fn send<'f>(
    exchange: &'f Exchange,
    driver: &mut dyn Driver,
    jars: &mut BTreeMap<&'f str, Jar>,
) -> Result<Vec<Observed>> {
    let mirrors = !exchange.expect.mirrors.is_empty();
    if mirrors {
        driver.mark()?;
    }
    let mut observed = (0..exchange.repeat)
        .map(|_| match &exchange.jar {
            Some(jar) => jars.entry(jar).or_default().send(exchange, driver),
            None => driver.send(exchange),
        })
        .collect::<Result<Vec<_>>>()?;
    if mirrors {
        driver.mirrored(&mut observed)?;
    }
    Ok(observed)
}

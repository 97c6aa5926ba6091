//! The requests of scenarios, sent by clients in the mesh.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::{IpAddr, SocketAddr},
};

use anyhow::{Context as _, Result, bail};
use gamma_testbed::fixture::{Exchange, Expect, Observed, check, check_repeated, to_request};
use gamma_virtual_services::{
    answer::{answer, several},
    scenario::{CLIENTS, OWN, Scenario},
};

use super::place::Place;
use crate::{
    client::MeshClient,
    kubectl::{apply, list, rolled_out},
    objects::{client, namespace},
    pod::message::{ClientAnswer, Send},
};

/// A client in each namespace that has some, with connections that are new.
#[derive(Debug)]
pub(super) struct MeshClients(pub(super) BTreeMap<String, MeshClient>);

/// What came of the requests of a scenario.
#[derive(Debug)]
pub(super) struct ScenarioAnswers {
    /// In one line each.
    pub(super) words: Vec<String>,
    /// What the scenario says otherwise.
    pub(super) unexpected: Vec<String>,
}

/// Where a scenario is, and the address of each Service, by namespace and name.
pub(super) struct Addressed<'s> {
    pub(super) scenario: &'s Scenario,
    pub(super) place: Place,
    pub(super) addresses: &'s BTreeMap<[String; 2], IpAddr>,
}

impl MeshClients {
    pub(super) fn connect() -> Result<Self> {
        let namespaces = CLIENTS.into_iter().chain([OWN]);
        let clients = namespaces.map(|of| Ok((of.to_owned(), MeshClient::connect(of)?)));
        Ok(Self(clients.collect::<Result<_>>()?))
    }

    /// Makes sure that their pods are there.
    pub(super) fn start() -> Result<()> {
        let namespaces = || CLIENTS.into_iter().chain([OWN]);
        let objects: Vec<_> = namespaces()
            .flat_map(|of| [namespace(of), client(of)])
            .collect();
        apply(&list(&objects))?;
        namespaces().try_for_each(|of| rolled_out(of, "client"))
    }

    pub(super) fn ask(&mut self, scenarios: &[Addressed<'_>]) -> Result<Vec<ScenarioAnswers>> {
        let mut all: Vec<Vec<Vec<Observed>>> = scenarios
            .iter()
            .map(|of| vec![Vec::new(); of.scenario.exchanges.len()])
            .collect();
        for (namespace, client) in &mut self.0 {
            let mut whose = Vec::new();
            let mut sends = Vec::new();
            for (number, of) in scenarios.iter().enumerate() {
                for (index, exchange) in of.scenario.exchanges.iter().enumerate() {
                    if of.scenario.client(exchange) != namespace {
                        continue;
                    }
                    for _ in 0..exchange.repeat {
                        sends.push(of.send(exchange)?);
                        whose.push((number, index));
                    }
                }
            }
            let answers = client.send_all(&sends)?;
            for ((number, index), answer) in whose.into_iter().zip(answers) {
                let observed = match answer {
                    ClientAnswer::Received { observed, .. } => *observed,
                    ClientAnswer::Failed(_) => Observed::default(),
                    other => bail!("{other:?}"),
                };
                all[number][index].push(scenarios[number].seen(&observed)?);
            }
        }
        Ok(scenarios
            .iter()
            .zip(all)
            .map(|(of, observed)| ScenarioAnswers::new(of.scenario, &observed))
            .collect())
    }
}

impl Addressed<'_> {
    fn send(&self, exchange: &Exchange) -> Result<Send> {
        let mut request = to_request(&exchange.request, &exchange.headers);
        let (host, port) = match request.authority.split_once(':') {
            Some((host, port)) => (host, port.parse()?),
            None => (&*request.authority, 80),
        };
        let mut labels = host.splitn(3, '.');
        let (service, namespace) = (labels.next(), labels.next().unwrap_or(OWN));
        let namespace = self.place.put(namespace);
        let named = self
            .addresses
            .iter()
            .find(|([of, name], _)| *of == namespace && Some(&**name) == service);
        // A name that is no Service's leads nowhere: what matters is what the sidecar makes of it.
        let any = || {
            self.addresses
                .iter()
                .find(|([of, _], _)| *of == self.place.0)
        };
        let (_, ip) = named.or_else(any).context("a Service with an address")?;
        request.authority = self.place.put(&request.authority);
        Ok(Send {
            address: SocketAddr::new(*ip, port),
            protocol: exchange.protocol,
            request,
        })
    }

    fn seen(&self, observed: &Observed) -> Result<Observed> {
        let text = self.place.take(&serde_json::to_string(observed)?);
        Ok(serde_json::from_str(&text)?)
    }
}

impl ScenarioAnswers {
    fn new(scenario: &Scenario, observed: &[Vec<Observed>]) -> Self {
        let mut asked = Self {
            words: Vec::new(),
            unexpected: Vec::new(),
        };
        for (exchange, observed) in scenario.exchanges.iter().zip(observed) {
            let words = observed.iter().map(|observed| {
                let seen = observed.seen.as_ref();
                let backend = seen.map_or("", |seen| &*seen.backend.service);
                answer(exchange, observed, backend)
            });
            asked.words.push(several(words.collect()));
            // Nothing is said of it.
            if exchange.expect == Expect::default() {
                continue;
            }
            let of_each = observed
                .iter()
                .flat_map(|observed| check(&exchange.expect, exchange.protocol, observed));
            let mut findings: BTreeSet<String> = of_each.collect();
            findings.extend(check_repeated(&exchange.expect, observed));
            let named = findings
                .into_iter()
                .map(|what| format!("{}: {}: {what}", scenario.name, exchange.request));
            asked.unexpected.extend(named);
        }
        asked
    }
}

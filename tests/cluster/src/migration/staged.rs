//! Scenarios in the cluster: first obeyed by Istio, then by Gamma.

use std::{
    collections::BTreeMap,
    net::IpAddr,
    sync::atomic::{AtomicU32, Ordering},
};

use anyhow::{Context as _, Result, ensure};
use gamma_testbed::echo::Identity;
use gamma_virtual_services::scenario::{OWN, Scenario, backends_of_lists, pods};
use serde_json::Value;

use super::{
    asked::{Addressed, MeshClients, ScenarioAnswers},
    converted::{Converted, SourceFile},
    objects::{SourceObjects, marker, workload_entries},
    place::{COMMON, Place},
};
use crate::{
    kubectl::{apply, delete, get_of, kubectl, list, until},
    mesh::Mesh,
    objects::{name, namespace},
    pair::Pair,
    sidecar,
};

/// What is in the cluster.
pub(super) struct StagedScenarios<'s> {
    mesh: &'s Mesh,
    scenarios: &'s [Scenario],
    sources: Vec<SourceFile>,
    services: Vec<Value>,
    addresses: BTreeMap<[String; 2], IpAddr>,
    virtual_services: Vec<Value>,
    /// Everything else that is to be taken away.
    others: Vec<Value>,
    pair: Pair,
    turn: String,
}

impl<'s> StagedScenarios<'s> {
    /// Applies what the scenarios have for Istio.
    pub(super) fn apply(mesh: &'s Mesh, scenarios: &'s [Scenario]) -> Result<Self> {
        MeshClients::start()?;
        let mut sources = vec![SourceFile {
            name: "backends.yaml".into(),
            text: backends_of_lists(),
        }];
        sources.extend(scenarios.iter().map(|scenario| SourceFile {
            name: scenario.path.clone(),
            text: Place::of(scenario).put(&scenario.manifests),
        }));
        let mut all = SourceObjects::default();
        for source in &sources {
            let objects = SourceObjects::read(&source.text)?;
            all.services.extend(objects.services);
            all.rules.extend(objects.rules);
            all.virtual_services.extend(objects.virtual_services);
        }
        let mut namespaces: Vec<&str> = all.services.iter().map(|s| name(s)[0]).collect();
        namespaces.push(COMMON);
        namespaces.sort_unstable();
        namespaces.dedup();
        apply(&list(
            &namespaces.into_iter().map(namespace).collect::<Vec<_>>(),
        ))?;
        let mut staged = Self {
            mesh,
            scenarios,
            sources,
            services: Vec::new(),
            addresses: BTreeMap::new(),
            virtual_services: all.virtual_services,
            others: Vec::new(),
            pair: Pair::default(),
            turn: String::new(),
        };
        staged.add_services(&all.services)?;
        if !all.rules.is_empty() {
            apply(&list(&all.rules))?;
        }
        staged.others.extend(all.rules);
        apply(&list(&staged.virtual_services))?;
        staged.mark()?;
        Ok(staged)
    }

    /// The files that are to be converted.
    pub(super) fn sources(&self) -> &[SourceFile] {
        &self.sources
    }

    fn add_services(&mut self, services: &[Value]) -> Result<()> {
        let port = |pod: &str| self.mesh.port(&Identity::new(COMMON, pod, 80));
        let entries = workload_entries(services, self.mesh.backends, port);
        apply(&list(&[services, &entries].concat()))?;
        for service in get_of(&list(services))? {
            let ip = service["spec"]["clusterIP"].as_str();
            if let Some(Ok(ip)) = ip.map(str::parse) {
                let named = name(&service).map(str::to_owned);
                self.addresses.insert(named, ip);
            }
            self.services.push(service);
        }
        self.others.extend(entries);
        self.others.extend(services.iter().cloned());
        Ok(())
    }

    /// Puts the routes in the place of the VirtualServices that they are made of.
    pub(super) fn replace(&mut self, converted: &Converted) -> Result<()> {
        if !converted.services.is_empty() {
            self.add_services(&converted.services)?;
        }
        // The API server has its own idea of what a route may be.
        for some in converted.routes.chunks(200) {
            apply(&list(some))?;
        }
        self.others.extend(converted.routes.iter().cloned());
        let routes = list(&[&*converted.routes, &*converted.grants].concat());
        self.pair = Pair::compile(&[&list(&self.services), &routes], &[])?;
        self.pair.apply()?;
        let (replaced, kept): (Vec<Value>, Vec<Value>) = self
            .virtual_services
            .drain(..)
            .partition(|object| converted.replaces(object));
        self.virtual_services = kept;
        delete(&list(&replaced))?;
        self.mark()
    }

    /// A turn of what is applied is over.
    fn mark(&mut self) -> Result<()> {
        static TURN: AtomicU32 = AtomicU32::new(0);
        self.turn = format!("turn-{}", TURN.fetch_add(1, Ordering::Relaxed));
        apply(&list(&marker(&self.turn)))?;
        Ok(())
    }

    /// Sends the requests, when the sidecars of the clients have all of it.
    pub(super) fn ask(&self) -> Result<Vec<ScenarioAnswers>> {
        let mut clients = MeshClients::connect()?;
        for (namespace, client) in &mut clients.0 {
            until(&format!("the sidecar in {namespace}"), || {
                sidecar::has(client, &self.pair)?;
                ensure!(
                    sidecar::has_route(client, &self.turn)?,
                    "no route {}",
                    self.turn
                );
                self.have_endpoints(&sidecar::clusters(client)?)
            })?;
            sidecar::settle(client)?;
        }
        let scenarios: Vec<Addressed<'_>> = self
            .scenarios
            .iter()
            .map(|scenario| Addressed {
                scenario,
                place: Place::of(scenario),
                addresses: &self.addresses,
            })
            .collect();
        clients.ask(&scenarios)
    }

    fn have_endpoints(&self, clusters: &str) -> Result<()> {
        for service in &self.services {
            if pods(service).is_empty() {
                continue;
            }
            let [namespace, name] = name(service);
            let port = &service["spec"]["ports"][0]["port"];
            let endpoint = format!(
                "outbound|{port}||{name}.{namespace}.svc.cluster.local::{}:",
                self.mesh.backends
            );
            ensure!(clusters.contains(&endpoint), "no endpoint {endpoint}");
        }
        Ok(())
    }

    /// Takes everything away.
    pub(super) fn remove(self) -> Result<()> {
        Pair::remove_all()?;
        let marker = marker(&self.turn).to_vec();
        let all = [self.virtual_services, self.others, marker].concat();
        delete(&list(&all)).context("what the scenarios had")?;
        let mut places: Vec<String> = self
            .scenarios
            .iter()
            .map(|scenario| Place::of(scenario).0)
            .filter(|namespace| namespace != OWN)
            .collect();
        if places.is_empty() {
            return Ok(());
        }
        places.splice(0..0, ["delete".into(), "namespace".into()]);
        kubectl(&places)?;
        Ok(())
    }
}

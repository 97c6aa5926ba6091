//! What single features cost: each as a config with it beside the same config without.

mod configs;

use anyhow::Result;
use gamma_tests::ports::Port;
use serde_json::Value;

use configs::{ANSWERS, Asked, Change, Config, EXTRAS, FEATURES, PLAIN, REASON, requests};

use crate::{
    bootstrap::{connection_manager, written_by_gammactl},
    comparison::in_turn,
    peer::Peer,
    plan::Plan,
    routes::Shape,
    statistics::Spread,
    subject::Subject,
};

/// A row of the table.
#[derive(Debug, Clone)]
pub(crate) struct Cost {
    pub(crate) name: &'static str,
    /// Microseconds of CPU per request, all of it.
    pub(crate) with: Spread,
    /// How much of that is the feature's; `None` for an answer of Gamma's own.
    pub(crate) more: Option<Spread>,
}

/// Measures all of them.
pub(crate) fn run(plan: &Plan, peer: &mut Peer) -> Result<Vec<Cost>> {
    // Pairs with and without.
    let mut pairs: Vec<(Config, Option<Config>)> = vec![(PLAIN, None)];
    pairs.extend(EXTRAS.map(|without| {
        let with = Config {
            name: without.name,
            ..PLAIN
        };
        (with, Some(without))
    }));
    pairs.push((REASON.0, Some(REASON.1)));
    pairs.extend(FEATURES.map(|with| (with, Some(PLAIN))));
    pairs.extend(ANSWERS.map(|with| (with, None)));

    let mut running = Running::default();
    let mut indices = Vec::new();
    for (with, without) in &pairs {
        let with = running.index(with, plan, peer)?;
        let without = without.map(|w| running.index(&w, plan, peer)).transpose()?;
        indices.push((with, without));
    }
    for round in 0..plan.rounds {
        eprintln!("features, round {} of {}", round + 1, plan.rounds);
        for i in in_turn(running.subjects.len(), round) {
            let cpu = running.subjects[i].cpu_per_request(peer, plan.turn)?;
            running.cpu[i].push(cpu);
        }
    }
    let costs = pairs
        .iter()
        .zip(indices)
        .map(|((config, _), (with, without))| {
            let with = &running.cpu[with];
            let more = without.map(|without| {
                let pairs = with.iter().zip(&running.cpu[without]);
                Spread::of(pairs.map(|(with, without)| with - without))
            });
            Cost {
                name: config.name,
                with: Spread::of(with.iter().copied()),
                more,
            }
        });
    let costs = costs.collect();
    for subject in running.subjects {
        subject.stop(peer);
    }
    Ok(costs)
}

/// Envoys, none twice with the same bootstrap.
#[derive(Default)]
struct Running {
    bootstraps: Vec<(Value, Asked)>,
    subjects: Vec<Subject>,
    cpu: Vec<Vec<f64>>,
    /// Of listeners that must have a known port: kept from others as long as they are used.
    ports: Vec<Port>,
}

impl Running {
    fn index(&mut self, config: &Config, plan: &Plan, peer: &mut Peer) -> Result<usize> {
        let bootstrap = self.bootstrap(config, plan, peer)?;
        let key = (bootstrap, config.asked);
        if let Some(known) = self.bootstraps.iter().position(|known| *known == key) {
            return Ok(known);
        }
        eprintln!("starting Gamma: {}", config.name);
        let requests = requests(config.asked, plan.feature_routes);
        let subject = Subject::start(config.name, &key.0, requests, peer)?;
        self.subjects.push(subject);
        self.bootstraps.push(key);
        self.cpu.push(Vec::new());
        Ok(self.subjects.len() - 1)
    }

    fn bootstrap(&mut self, config: &Config, plan: &Plan, peer: &Peer) -> Result<Value> {
        let mut shape = (config.shape)(Shape::plain(plan.feature_routes));
        // A rule with backends of its own has no others.
        if shape.rule.contains("backendRefs") {
            shape.backends = false;
        }
        let mut listen = "127.0.0.1:0".to_owned();
        if config.change == Change::ClusterIp {
            let port = Port::reserve()?;
            shape.port = Some(port.number());
            shape.service = ", clusterIP: 127.0.0.1";
            listen = port.address().to_string();
            self.ports.push(port);
        }
        let manifests = shape.manifests(&peer.backends()?);
        let mut bootstrap = written_by_gammactl(&manifests, &listen, config.flags)?;
        let manager = connection_manager(&mut bootstrap)?;
        if config.change != Change::KeepAccessLog {
            manager["access_log"] = Value::Array(Vec::new());
        }
        Ok(bootstrap)
    }
}

//! What single features cost: each as a config with it beside the same config without.

mod configs;

use std::rc::Rc;

use anyhow::Result;
use configs::{ANSWERS, Asked, Change, Config, EXTRAS, FEATURES, PLAIN, REASON, requests};
use gamma_testbed::ports::Port;
use serde_json::Value;

use crate::{
    bootstrap::{connection_manager, written_by_gammactl},
    peer::Peer,
    plan::Plan,
    routes::Shape,
    series,
    statistics::Spread,
    subject::Setup,
};

/// A row of the table.
#[derive(Debug, Clone)]
pub(crate) struct FeatureCost {
    pub(crate) name: &'static str,
    /// Microseconds of CPU per request, all of it.
    pub(crate) with: Spread,
    /// How much of that is the feature's; `None` for an answer of Gamma's own.
    pub(crate) more: Option<Spread>,
}

/// Measures all of them.
pub(crate) fn run(plan: &Plan, peer: &mut Peer) -> Result<Vec<FeatureCost>> {
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

    let mut distinct = Distinct::default();
    let mut indices = Vec::new();
    for (with, without) in &pairs {
        let with = distinct.index(with, plan, peer)?;
        let without = without
            .map(|without| distinct.index(&without, plan, peer))
            .transpose()?;
        indices.push((with, without));
    }
    eprintln!("features, {} setups", distinct.setups.len());
    let processes = plan.feature_processes;
    let cpu = series::run(&distinct.setups, processes, plan, peer, |_, _, _| Ok(()))?;
    let costs = pairs
        .iter()
        .zip(indices)
        .map(|((config, _), (with, without))| FeatureCost {
            name: config.name,
            with: cpu[with].spread(),
            more: without.map(|without| {
                let more = cpu[with].with(&cpu[without], |with, without| with - without);
                more.spread()
            }),
        });
    Ok(costs.collect())
}

/// Setups, none twice with the same bootstrap.
#[derive(Default)]
struct Distinct {
    setups: Vec<Setup>,
    /// Of each setup.
    asked: Vec<Asked>,
    /// Of listeners that must have a known port: kept from others as long as they are used.
    ports: Vec<Port>,
}

impl Distinct {
    fn index(&mut self, config: &Config, plan: &Plan, peer: &Peer) -> Result<usize> {
        let bootstrap = self.bootstrap(config, plan, peer)?;
        let mut known = self.setups.iter().zip(&self.asked);
        let same = |(setup, asked): (&Setup, &Asked)| {
            setup.bootstrap == bootstrap && *asked == config.asked
        };
        if let Some(known) = known.position(same) {
            return Ok(known);
        }
        self.setups.push(Setup {
            name: config.name.to_owned(),
            bootstrap,
            requests: Rc::from(requests(config.asked, plan.feature_routes)),
            asked_before: match config.asked {
                // One of two is drawn: of a hundred routes, none is left out but once in five million times.
                Asked::AnyBackend => 30,
                Asked::TheRoutesBackend | Asked::Status(_) | Asked::Nowhere => 1,
            },
        });
        self.asked.push(config.asked);
        Ok(self.setups.len() - 1)
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

//! Whatever is written wrongly, the proof notices: mistakes of each kind are planted in what a conversion writes, one at a time. The
//! filter's own router says whether a request is decided otherwise for it. `PLACES=100 cargo test --release -p gamma-convert --lib
//! planted` plants each of them wherever it can be made, and not only at two places of each list.

mod corpus;
mod mistakes;

use std::{collections::BTreeMap, env};

use gamma_compile::compile;
use gamma_config::Config;
use gamma_manifest::{decode, diagnostic::Diagnostics, source::Sources};
use gamma_router::{Action, Request, Router};

use super::{Proof, prove};
use crate::{ConversionOptions, Converted, WrittenObjects, converted, object, route::RouteRule};

/// Places of each list at which a mistake is made.
const PLACES: usize = 2;

/// A conversion in which mistakes are planted.
struct Planted {
    manifests: String,
    input: Sources,
    options: ConversionOptions,
    found: Diagnostics,
    written: WrittenObjects,
}

impl Planted {
    fn new(manifests: &str) -> Self {
        let mut input = Sources::default();
        input.add("source.yaml", manifests);
        let options = ConversionOptions::default();
        let mut found = Diagnostics::default();
        let objects = object::objects(&input, &mut found);
        let Converted { written, .. } = converted(&objects, &options, &mut found);
        Self {
            manifests: manifests.into(),
            input,
            options,
            found,
            written,
        }
    }

    /// What is proven of what is written now, and the config that is compiled of it.
    fn outcome(&mut self) -> (Proof, Config) {
        let files = self.written.files(&self.input, self.options.data_plane);
        let proof = prove(
            &self.input,
            &files,
            &self.written,
            &self.found,
            &self.options,
        );
        let mut sources = Sources::default();
        sources.add("source.yaml", &*self.manifests);
        for file in &files {
            sources.add(&*file.path, &*file.text);
        }
        let mut diagnostics = Diagnostics::default();
        let manifests = decode(&sources, "default", &mut diagnostics);
        let options = gamma_compile::Options::default();
        let config = compile(&manifests, &options, &mut diagnostics);
        (proof.expect("it can be compared"), config)
    }

    /// Ways to plant one mistake: its name, the number of the route, and that route's rules. A rule that answers with 500 is left as
    /// it is: what it takes is what its finding says.
    fn ways(&self) -> Vec<(&'static str, usize, Vec<RouteRule>)> {
        let mut ways = Vec::new();
        for (number, route) in self.written.routes.iter().enumerate() {
            for (name, mistake) in mistakes::IN_RULES.iter().chain(&mistakes::IN_ACTIONS) {
                let rules = route.rules.iter().enumerate();
                for (at, rule) in rules.filter(|(_, rule)| !rule.members.is_empty()) {
                    for wrong in mistake(rule) {
                        let mut rules = route.rules.clone();
                        rules[at] = wrong;
                        rules.retain(|rule| !rule.matches.is_empty());
                        ways.push((*name, number, rules));
                    }
                }
            }
            for (name, mistake) in mistakes::BETWEEN_RULES {
                let wrong = mistake(route).into_iter();
                ways.extend(wrong.map(|mut rules| {
                    rules.retain(|rule| !rule.matches.is_empty());
                    (name, number, rules)
                }));
            }
        }
        let places = env::var("PLACES").map_or(PLACES, |places| places.parse().unwrap());
        let mut planted: BTreeMap<&str, usize> = BTreeMap::new();
        ways.retain(|(name, _, rules)| {
            let known = planted.entry(name).or_default();
            *known += 1;
            *known <= places && !rules.is_empty()
        });
        ways
    }
}

/// What becomes of each request, in words.
fn decided(config: &Config) -> Vec<String> {
    let mut all = Vec::new();
    for namespace in ["near", "shop"] {
        let router = Router::new(config, namespace).unwrap();
        for request in corpus::requests() {
            let headers: Vec<(&str, &[u8])> = request
                .headers
                .iter()
                .map(|(name, value)| (*name, value.as_bytes()))
                .collect();
            let asked = Request {
                method: request.method.as_bytes(),
                scheme: b"http",
                authority: request.authority.as_bytes(),
                path: request.path.as_bytes(),
                destination: None,
                now: 0,
                headers: &*headers,
            };
            let mut shares = BTreeMap::new();
            for outcome in router.outcomes(&asked).all {
                let action = match outcome.decision.action {
                    Action::Forward { cluster, path } => {
                        format!("{:?} {path:?}", router.cluster(cluster))
                    }
                    other => format!("{other:?}"),
                };
                *shares.entry(action).or_insert(0.0) +=
                    outcome.weight as f64 / outcome.total as f64;
            }
            all.push(format!("{shares:?}"));
        }
    }
    all
}

#[test]
fn the_proof_notices_every_mistake() {
    let mut noticed: BTreeMap<&str, usize> = BTreeMap::new();
    for manifests in corpus::lists() {
        let mut planted = Planted::new(&manifests);
        let (right, config) = planted.outcome();
        assert!(right.holds(), "{manifests}\n{}", right.unsaid.text(false));
        let before = decided(&config);
        for (name, number, rules) in planted.ways() {
            let rules = std::mem::replace(&mut planted.written.routes[number].rules, rules);
            let (proof, config) = planted.outcome();
            planted.written.routes[number].rules = rules;
            if before == decided(&config) {
                continue;
            }
            assert!(!proof.holds(), "{name}: {manifests}");
            *noticed.entry(name).or_default() += 1;
        }
    }
    let all: usize = noticed.values().sum();
    println!("{all} mistakes: {noticed:#?}");
    let names = (mistakes::IN_RULES.iter().chain(&mistakes::IN_ACTIONS)).map(|(name, _)| *name);
    let between = mistakes::BETWEEN_RULES.iter().map(|(name, _)| *name);
    for name in names.chain(between) {
        assert!(noticed.contains_key(name), "{name}: made nowhere");
    }
}

//! The explainer asks the router about a request and collects what becomes of the request and why.

use std::{
    collections::{BTreeMap, HashSet},
    sync::{Arc, Mutex, PoisonError},
};

use gamma_compile::{Provenance, RouteTableKey};
use gamma_config::{Config, Port, RouteTable, Rule, Service};
use gamma_manifest::source::Sources;
use gamma_router::{BuildError, Router, trace::Frontend};

use crate::{
    admission::{Refusal, admit},
    candidates,
    explanation::{
        AppliedRoutes, AppliedRoutesKind, Asked, ExplainedAction, ExplainedOutcome, Explanation,
        HeaderField, RulePolicy,
    },
    notes,
    outcome::OutcomeList,
    policy,
    request::Simulated,
    service, sources,
    text::{self, latin1},
};

/// Explains what a config does with requests.
#[derive(Debug)]
pub struct Explainer {
    config: Config,
    from: sources::ConfigSource,
    client_namespace: String,
    /// By the namespace of the clients; made when it is first asked for.
    routers: Mutex<BTreeMap<String, Arc<Router>>>,
}

/// A port of the config, with the routes on it for one client.
struct Found<'a> {
    service: &'a Service,
    port: &'a Port,
    table: Option<(&'a RouteTable, AppliedRoutesKind)>,
    /// Path of the table from the root of the config.
    place: String,
}

impl Explainer {
    /// An explainer of the requests to a config that was read from `file`.
    #[must_use]
    pub fn of_config(config: Config, file: impl Into<String>) -> Self {
        Self::new(config, sources::ConfigSource::Config(file.into()))
    }

    /// Of `config`, which [`compilation`](gamma_compile::compilation) made of manifests in `sources`.
    #[must_use]
    pub fn of_manifests(config: Config, sources: &Sources, provenance: Provenance) -> Self {
        let from = sources::ConfigSource::manifests(sources, provenance);
        Self::new(config, from)
    }

    fn new(mut config: Config, from: sources::ConfigSource) -> Self {
        let ports = config.services.iter_mut().flat_map(|s| &mut s.ports);
        for table in
            ports.flat_map(|port| port.producer.iter_mut().chain(port.consumers.values_mut()))
        {
            table.patterns = gamma_pattern::apart(&table.patterns);
        }
        let client = config.settings.client_namespace.clone();
        Self {
            client_namespace: client.unwrap_or_else(|| "default".into()),
            config,
            from,
            routers: Mutex::default(),
        }
    }

    /// The namespace of clients whose requests do not say another one.
    #[must_use]
    pub fn with_client_namespace(mut self, namespace: impl Into<String>) -> Self {
        self.client_namespace = namespace.into();
        self
    }

    /// The router for clients of `namespace`.
    ///
    /// # Errors
    ///
    /// The config has a pattern that the engine refuses.
    pub fn router(&self, namespace: &str) -> Result<Arc<Router>, BuildError> {
        let mut routers = self.routers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(router) = routers.get(namespace) {
            return Ok(router.clone());
        }
        let router = Arc::new(Router::new(&self.config, namespace)?);
        routers.insert(namespace.into(), router.clone());
        Ok(router)
    }

    /// Says what becomes of `request`.
    ///
    /// # Errors
    ///
    /// As [`Explainer::router`]; never, if the config was compiled from manifests.
    pub fn explain(&self, request: &Simulated) -> Result<Explanation, BuildError> {
        let client = request.from.as_deref().unwrap_or(&self.client_namespace);
        let router = self.router(client)?;
        let asked = request;
        let admitted = match admit(asked) {
            Ok(admitted) => admitted,
            Err(refusal) => return Ok(refused(asked, client, refusal)),
        };
        let request = &admitted.request;
        let trace = request.with(|asked| router.trace(asked));
        let mut explanation = empty(asked, client);
        explanation.request.normalized_path = admitted.normalized_path.clone();

        let mut rule = None;
        if let Frontend::Port { index, via } = trace.frontend
            && let Some(found) = self.port(index, client)
        {
            let service = found.service;
            explanation.service = Some(service::service_port(service, found.port.port));
            explanation.service_reason = service::found(service, via, client, request);
            if let Some((table, kind)) = found.table {
                let key = table_key(service, found.port, kind, client);
                let source = self.from.table(&key, &found.place);
                let candidates = candidates::candidates(table, &trace, &source, &request.line);
                explanation.routes = AppliedRoutes {
                    kind,
                    names: names(table),
                    ignored: source.ignored().to_vec(),
                };
                explanation.runner_up = candidates::runner_up(&trace, &source);
                rule = trace.winner.and_then(|winner| winning_rule(table, winner));
                explanation.candidates = candidates;
            }
        } else {
            let said = service::not_found(&self.config, trace.frontend, client, request);
            explanation.service_reason = said.reason;
            explanation.did_you_mean = said.did_you_mean;
        }
        explanation.winner = trace.winner;
        explanation.preflight_for = trace.announced.as_deref().map(text::utf8);

        let outcomes = OutcomeList::new(&router, &trace.outcomes, rule, &admitted);
        explanation.outcomes = outcomes.all;
        explanation.policy = policy::policy(&router, rule, &trace, request);
        explanation.notes.clone_from(&admitted.notes);
        let notes = notes::notes(&explanation, trace.frontend, rule);
        explanation.notes.extend(notes);
        explanation.notes.extend(outcomes.of_envoy);
        Ok(explanation)
    }

    /// Number `index` among the ports of all Services, for clients of `client`.
    fn port(&self, index: usize, client: &str) -> Option<Found<'_>> {
        let services = self.config.services.iter().enumerate();
        let mut ports = services.flat_map(|(s, service)| {
            let ports = service.ports.iter().enumerate();
            ports.map(move |(p, port)| (s, service, p, port))
        });
        let (s, service, p, port) = ports.nth(index)?;
        let place = format!("services[{s}].ports[{p}]");
        let consumers = port.consumers.get(client).map(|table| {
            let place = format!("{place}.consumers.{client}");
            (table, AppliedRoutesKind::Consumer, place)
        });
        let producer = port.producer.as_ref().map(|table| {
            let place = format!("{place}.producer");
            (table, AppliedRoutesKind::Producer, place)
        });
        let (table, place) = match consumers.or(producer) {
            Some((table, kind, place)) => (Some((table, kind)), place),
            None => (None, place),
        };
        Some(Found {
            service,
            port,
            table,
            place,
        })
    }
}

fn empty(request: &Simulated, client: &str) -> Explanation {
    let line = &request.line;
    Explanation {
        request: Asked {
            method: line.method.clone(),
            scheme: line.scheme.clone(),
            authority: line.authority.clone(),
            path: line.path.clone(),
            normalized_path: None,
            headers: request
                .headers
                .iter()
                .map(|header| HeaderField {
                    name: header.name.clone(),
                    value: latin1(&header.value),
                })
                .collect(),
            from: client.into(),
            destination: request.destination,
        },
        service: None,
        service_reason: String::new(),
        did_you_mean: None,
        routes: AppliedRoutes {
            kind: AppliedRoutesKind::None,
            names: Vec::new(),
            ignored: Vec::new(),
        },
        preflight_for: None,
        candidates: Vec::new(),
        winner: None,
        runner_up: None,
        policy: RulePolicy::default(),
        outcomes: Vec::new(),
        notes: Vec::new(),
    }
}

/// What is to be said of a request that Envoy answers before the filter sees it.
fn refused(request: &Simulated, client: &str, refusal: Refusal) -> Explanation {
    let mut explanation = empty(request, client);
    explanation.service_reason = "Envoy answers before the filter is asked".into();
    explanation.outcomes.push(ExplainedOutcome {
        share: 1.0,
        backend: None,
        action: ExplainedAction::ProxyReply {
            status: refusal.status,
            details: refusal.details.into(),
            message: refusal.message,
        },
        request_changes: Vec::new(),
        mirrors: Vec::new(),
        response_changes: Vec::new(),
    });
    explanation
}

fn table_key(
    service: &Service,
    port: &Port,
    kind: AppliedRoutesKind,
    client: &str,
) -> RouteTableKey {
    RouteTableKey {
        kind: service.kind,
        namespace: service.namespace.clone(),
        name: service.name.clone(),
        port: port.port,
        routes: match kind {
            AppliedRoutesKind::Consumer => client.into(),
            _ => service.namespace.clone(),
        },
    }
}

fn names(table: &RouteTable) -> Vec<String> {
    let mut known = HashSet::new();
    let rules = table.rules.iter();
    let first_of_route = rules.filter(|rule| known.insert(&rule.route));
    first_of_route.map(|rule| rule.route.clone()).collect()
}

fn winning_rule(table: &RouteTable, winner: usize) -> Option<&Rule> {
    let (rule, _) = gamma_router::trace::match_order(table).nth(winner)?;
    table.rules.get(rule as usize)
}

//! What a change of routes changes for requests.
//!
//! Two route configs are compared Service port by Service port, for the clients of each namespace
//! that has routes of its own and for all others. Only what can be told from outside counts: a rule
//! may get another name or place, as long as every request is decided as before.
//!
//! # How it is made sure that nothing is missed
//!
//! Each table is a list of matches of which the first that holds decides ([`table`]). A *class* of
//! requests is a pair of matches, one of each table, and contains the requests that these two
//! decide. [`diff`] looks at every class whose two rules do not say the same:
//!
//! 1. [`language`] finds, for each part of a request (path, method, each header, each query
//!    parameter; [`target`] for the host), values that stand for all others: one for every set of
//!    predicates of both tables that can hold together. Patterns are followed as automata, so
//!    that a pattern below a prefix, or what two patterns have in common, is found.
//! 2. With these, a match is a set of requests: some values for some parts ([`space`], [`region`]).
//!    A class is the common part of two such sets without the sets of all earlier matches, which
//!    [`search`] either finds a request in or proves to be empty.
//! 3. The request is decided by the filter's own router on both sides ([`decide`]), and all that
//!    becomes of it is compared ([`outcome`]), with shares as exact fractions.
//!
//! Whatever had to be cut short is said in [`Diff::limits`] or [`TableDiff::limits`].

mod align;
mod classes;
mod decide;
mod differences;
mod edits;
mod frontend;
mod json;
mod language;
mod outcome;
mod pattern;
mod place;
mod region;
mod search;
mod space;
mod table;
mod target;
mod text;
mod trie;
mod witness;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use gamma_config::{Config, Port, RouteTable, Service, ServiceKind};
use gamma_router::BuildError;

pub use differences::Difference;
pub use frontend::Presence;
pub use outcome::{Answer, Outcome, Share, Target};
pub use place::{Place, Places};

use crate::request::Simulated;
use classes::{Compared, Tabled};

/// One side of the comparison.
#[derive(Debug, Clone, Copy)]
pub struct Side<'a> {
    /// What is obeyed.
    pub config: &'a Config,
    /// Where its rules are written, if that is known.
    pub places: &'a Places,
}

/// All that changes.
#[derive(Debug, Default)]
pub struct Diff {
    /// Of the settings that are the same for all Services.
    pub settings: Vec<Difference>,
    /// Services, in the order of their names.
    pub services: Vec<ServiceDiff>,
}

/// What changes for one Service.
#[derive(Debug)]
pub struct ServiceDiff {
    /// What it is in Kubernetes.
    pub kind: ServiceKind,
    /// Namespace.
    pub namespace: String,
    /// Name.
    pub name: String,
    /// Itself, its ports, hosts and addresses, where they are on one side only.
    pub presence: Vec<Presence>,
    /// Its ports, and for which clients.
    pub tables: Vec<TableDiff>,
}

/// What changes on one port for some clients.
#[derive(Debug)]
pub struct TableDiff {
    /// Number of the port.
    pub port: u16,
    /// Whose requests.
    pub clients: Clients,
    /// Requests and what becomes of them.
    pub changes: Vec<Change>,
    /// What could not be compared, in words.
    pub limits: Vec<String>,
}

/// Clients that get the same routes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Clients {
    /// Those of one namespace.
    Of(String),
    /// Those of all namespaces but these.
    AllBut(BTreeSet<String>),
}

/// Classes of requests for which the same changes.
#[derive(Debug)]
pub struct Change {
    /// One of each class, the simplest first.
    pub requests: Vec<Simulated>,
    /// What became of the first.
    pub before: Decision,
    /// What becomes of it.
    pub after: Decision,
    /// In what they differ; at least one.
    pub differences: Vec<Difference>,
}

/// What becomes of a request, and why.
#[derive(Debug)]
pub struct Decision {
    /// The rule that decides, if one does.
    pub rule: Option<RuleName>,
    /// What becomes of the request.
    pub outcome: Outcome,
}

/// A rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleName {
    /// As in `HTTPRoute/shop/cart`.
    pub route: String,
    /// Within its route.
    pub name: String,
    /// Where it is written.
    pub place: Option<Place>,
}

impl Diff {
    /// Whether nothing changes and everything was compared.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.settings.is_empty() && self.services.is_empty()
    }

    /// Whether anything changes.
    #[must_use]
    pub fn is_change(&self) -> bool {
        let changes = |service: &ServiceDiff| {
            !service.presence.is_empty() || service.tables.iter().any(|t| !t.changes.is_empty())
        };
        !self.settings.is_empty() || self.services.iter().any(changes)
    }

    /// For people; `color` for terminals.
    #[must_use]
    pub fn text(&self, color: bool) -> String {
        text::render(self, color)
    }

    /// For tools.
    #[must_use]
    pub fn json(&self) -> serde_json::Value {
        json::render(self)
    }
}

impl fmt::Display for Clients {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Of(namespace) => write!(f, "clients in namespace {namespace}"),
            Self::AllBut(others) if others.is_empty() => f.write_str("all clients"),
            Self::AllBut(others) => {
                let others: Vec<&str> = others.iter().map(String::as_str).collect();
                write!(f, "clients in all namespaces but {}", others.join(", "))
            }
        }
    }
}

/// Compares two configs for clients of the namespaces `from`; if there are none, for clients of the
/// namespace that both configs name, else of all namespaces.
///
/// # Errors
///
/// A pattern that the router refuses.
pub fn diff(old: Side<'_>, new: Side<'_>, from: &[String]) -> Result<Diff, BuildError> {
    let (olds, news) = (by_name(old.config), by_name(new.config));
    let keys: BTreeSet<_> = olds.keys().chain(news.keys()).copied().collect();
    let mut diff = Diff {
        settings: frontend::settings(&old.config.settings, &new.config.settings),
        services: Vec::new(),
    };
    for key in keys {
        let (before, after) = (olds.get(&key).copied(), news.get(&key).copied());
        let (namespace, name, is_import) = key;
        let mut found = ServiceDiff {
            kind: match is_import {
                true => ServiceKind::ServiceImport,
                false => ServiceKind::Service,
            },
            namespace: namespace.into(),
            name: name.into(),
            presence: frontend::presence(before, after),
            tables: Vec::new(),
        };
        if let (Some(before), Some(after)) = (before, after) {
            for port in &after.ports {
                let Some(old_port) = before.ports.iter().find(|p| p.port == port.port) else {
                    continue;
                };
                let pair = PortPair {
                    sides: [old, new],
                    services: [before, after],
                    ports: [old_port, port],
                };
                found.tables.extend(pair.compare(from)?);
            }
        }
        if !found.presence.is_empty() || !found.tables.is_empty() {
            diff.services.push(found);
        }
    }
    Ok(diff)
}

/// By namespace, name and whether it is a ServiceImport.
fn by_name(config: &Config) -> BTreeMap<(&str, &str, bool), &Service> {
    let key = |service: &Service| service.kind == ServiceKind::ServiceImport;
    let services = config.services.iter();
    services
        .map(|service| ((&*service.namespace, &*service.name, key(service)), service))
        .collect()
}

/// A port on both sides.
struct PortPair<'c> {
    sides: [Side<'c>; 2],
    services: [&'c Service; 2],
    ports: [&'c Port; 2],
}

impl PortPair<'_> {
    fn compare(&self, from: &[String]) -> Result<Vec<TableDiff>, BuildError> {
        let mut tables = Vec::new();
        for (clients, namespaces) in self.clients(from) {
            let side = |n: usize| Tabled {
                frontend: target::Frontend {
                    config: self.sides[n].config,
                    service: self.services[n],
                    port: self.ports[n],
                    client: &namespaces[n],
                },
                table: routes(self.ports[n], &namespaces[n]),
            };
            let Some(compared) = classes::compare(side(0), side(1))? else {
                continue;
            };
            let changes = self.changes(&compared, &clients);
            if !changes.is_empty() || !compared.limits.is_empty() {
                tables.push(TableDiff {
                    port: self.ports[1].port,
                    clients,
                    changes,
                    limits: compared.limits,
                });
            }
        }
        Ok(tables)
    }

    /// Clients that may get other routes than the rest, and the namespace they are in on each side.
    fn clients(&self, from: &[String]) -> Vec<(Clients, [String; 2])> {
        let of = |namespace: &String| {
            let namespaces = [namespace.clone(), namespace.clone()];
            (Clients::Of(namespace.clone()), namespaces)
        };
        if !from.is_empty() {
            return from.iter().map(of).collect();
        }
        let named = self
            .sides
            .map(|side| side.config.settings.client_namespace.clone());
        if let [Some(old), Some(new)] = named {
            return vec![(Clients::Of(new.clone()), [old, new])];
        }
        let consumers = self.ports.iter().flat_map(|port| port.consumers.keys());
        let mut special: BTreeSet<String> = consumers.cloned().collect();
        special.extend(named.iter().flatten().cloned());
        // Short names are completed with the namespace of the Service, if it is like others.
        let mut other = self.services[1].namespace.clone();
        while special.contains(&other) {
            other.push_str("-other");
        }
        let mut clients = vec![(Clients::AllBut(special.clone()), [other.clone(), other])];
        clients.extend(special.iter().map(of));
        // A config that names its clients' namespace is for nobody else.
        for (_, namespaces) in &mut clients {
            for (namespace, named) in namespaces.iter_mut().zip(&named) {
                namespace.clone_from(named.as_ref().unwrap_or(&namespace.clone()));
            }
        }
        clients
    }

    fn is_short(&self, request: &Simulated) -> bool {
        let authority = &request.line.authority;
        let host = authority.split(':').next().unwrap_or_default();
        request.destination.is_none() && host.eq_ignore_ascii_case(&self.services[1].name)
    }

    /// Puts classes together for which the same changes.
    fn changes(&self, compared: &Compared<'_>, clients: &Clients) -> Vec<Change> {
        let mut changes: Vec<Change> = Vec::new();
        let mut classes: Vec<_> = compared.classes.iter().collect();
        classes.sort_by_key(|class| {
            let request = &class.request;
            let line = request.line.to_string();
            (
                request.headers.len(),
                line.len(),
                line,
                request.headers.clone(),
            )
        });
        for class in classes {
            let decision = |n: usize, entries: &[table::Entry<'_>], decided: &decide::Decided| {
                let rule = entries[decided.entry].rule;
                Decision {
                    rule: rule.map(|rule| RuleName {
                        route: rule.route.clone(),
                        name: rule.name.clone(),
                        place: self.sides[n].places.of(&rule.route, &rule.name).cloned(),
                    }),
                    outcome: decided.outcome.clone(),
                }
            };
            let before = decision(0, &compared.old, &class.old);
            let after = decision(1, &compared.new, &class.new);
            let differences = differences::between(&before.outcome, &after.outcome);
            let mut request = class.request.clone();
            request.from = match clients {
                Clients::Of(namespace) => Some(namespace.clone()),
                // Only from there a name without namespace leads to this Service.
                Clients::AllBut(_) => self.is_short(&request).then(|| {
                    let service = self.services[1];
                    service.namespace.clone()
                }),
            };
            let same = changes.iter_mut().find(|change| {
                change.differences == differences
                    && change.before.rule == before.rule
                    && change.after.rule == after.rule
            });
            match same {
                Some(change) => change.requests.push(request),
                None => changes.push(Change {
                    requests: vec![request],
                    before,
                    after,
                    differences,
                }),
            }
        }
        changes
    }
}

/// The routes that clients in `namespace` get.
fn routes<'c>(port: &'c Port, namespace: &str) -> Option<&'c RouteTable> {
    port.consumers.get(namespace).or(port.producer.as_ref())
}

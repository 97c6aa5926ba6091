//! The comparison of two configs: table by table, for the clients of each namespace.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use gamma_config::{Config, Port, RouteTable, Service, ServiceKind};
use gamma_explain::request::Simulated;
use gamma_router::{BuildError, split_port};

use super::{
    classes::{self, Compared},
    decide::Decided,
    differences,
    model::{
        Clients, DecidingRule, DecisionChange, Diff, RuleOutcome, ServiceDiff, Side, TableDiff,
    },
    ordered::{OrderedEntry, OrderedSide, TableName},
    place::Places,
    port_side::PortSide,
    presence, settings,
    table::MatchRow,
};

/// Compares lists with the routes that were made of them, for all clients.
///
/// # Errors
///
/// A pattern that the router refuses.
pub fn diff_lists(old: OrderedSide<'_>, new: Side<'_>) -> Result<Diff, BuildError> {
    let places = Places::default();
    let side = Side {
        config: old.config,
        places: &places,
    };
    compare(side, Some(old.lists), new, &[])
}

/// Compares two configs for clients of the namespaces `from`; if there are none, for clients of the
/// namespace that both configs name, else of all namespaces.
///
/// # Errors
///
/// A pattern that the router refuses.
pub fn diff(old: Side<'_>, new: Side<'_>, from: &[String]) -> Result<Diff, BuildError> {
    compare(old, None, new, from)
}

fn compare(
    old: Side<'_>,
    lists: Option<&HashMap<TableName, Vec<OrderedEntry>>>,
    new: Side<'_>,
    from: &[String],
) -> Result<Diff, BuildError> {
    let (olds, news) = (by_name(old.config), by_name(new.config));
    let keys: BTreeSet<_> = olds.keys().chain(news.keys()).copied().collect();
    let mut diff = Diff {
        settings: settings::changes(&old.config.settings, &new.config.settings),
        services: Vec::new(),
        classes: 0,
    };
    for key in keys {
        let (before, after) = (olds.get(&key).copied(), news.get(&key).copied());
        let (namespace, name, is_import) = key;
        let mut found = ServiceDiff {
            kind: if is_import {
                ServiceKind::ServiceImport
            } else {
                ServiceKind::Service
            },
            namespace: namespace.into(),
            name: name.into(),
            presence: presence::presence(before, after),
            tables: Vec::new(),
        };
        if let (Some(before), Some(after)) = (before, after) {
            for port in &after.ports {
                let Some(old_port) = before.ports.iter().find(|p| p.port == port.port) else {
                    continue;
                };
                let pair = PortPair {
                    sides: [old, new],
                    lists,
                    services: [before, after],
                    ports: [old_port, port],
                };
                let (tables, classes) = pair.compare(from)?;
                found.tables.extend(tables);
                diff.classes += classes;
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
    /// Of the first side.
    lists: Option<&'c HashMap<TableName, Vec<OrderedEntry>>>,
    services: [&'c Service; 2],
    ports: [&'c Port; 2],
}

impl PortPair<'_> {
    /// The tables that differ, and how many classes were compared.
    fn compare(&self, from: &[String]) -> Result<(Vec<TableDiff>, usize), BuildError> {
        let (mut tables, mut looked_at) = (Vec::new(), 0);
        for (clients, namespaces) in self.clients(from) {
            let side = |n: usize| PortSide {
                config: self.sides[n].config,
                service: self.services[n],
                port: self.ports[n],
                client: &namespaces[n],
                table: routes(self.ports[n], &namespaces[n]),
                list: self.lists.filter(|_| n == 0).and_then(|lists| {
                    let list = lists.get(&self.table_name(&namespaces[0]))?;
                    Some(&**list)
                }),
            };
            let Some(compared) = classes::compare(side(0), side(1))? else {
                continue;
            };
            looked_at += compared.looked_at;
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
        Ok((tables, looked_at))
    }

    /// The table of the first side that clients in `namespace` get.
    fn table_name(&self, namespace: &str) -> TableName {
        let own = self.ports[0].consumers.get(namespace);
        TableName {
            namespace: self.services[0].namespace.clone(),
            name: self.services[0].name.clone(),
            port: self.ports[0].port,
            consumer: own.map(|_| namespace.to_owned()),
        }
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

    /// Whether it names the Service without a namespace.
    fn is_short(&self, request: &Simulated) -> bool {
        let (host, _) = split_port(request.line.authority.as_bytes());
        let name = self.services[1].name.as_bytes();
        request.destination.is_none() && host.eq_ignore_ascii_case(name)
    }

    /// Puts classes together for which the same changes.
    fn changes(&self, compared: &Compared<'_>, clients: &Clients) -> Vec<DecisionChange> {
        let mut changes: Vec<DecisionChange> = Vec::new();
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
            let outcome = |n: usize, rows: &[MatchRow<'_>], decided: &Decided| {
                let row = &rows[decided.row];
                let of_entry = row.entry.map(|entry| DecidingRule {
                    route: String::new(),
                    name: entry.name.clone(),
                    place: entry.place.clone(),
                });
                let of_rule = row.rule.map(|rule| DecidingRule {
                    route: rule.route.clone(),
                    name: rule.name.clone(),
                    place: self.sides[n].places.of(&rule.route, &rule.name).cloned(),
                });
                RuleOutcome {
                    rule: of_entry.or(of_rule),
                    outcome: decided.outcome.clone(),
                }
            };
            let before = outcome(0, &compared.old, &class.old);
            let after = outcome(1, &compared.new, &class.new);
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
                None => changes.push(DecisionChange {
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

//! From VirtualServices to the routes of each Service, for each kind of clients.

use std::collections::{BTreeSet, HashSet};

use gamma_manifest::{
    diagnostic::{Diagnostic, Diagnostics, codes},
    source::Span,
};
use serde_json::{Value, json};

use super::{
    acting::Actors,
    destination_rule::DestinationRule,
    port_rules::{PortRules, Tables, with_defaults},
    requests::{Client, Requests},
    table::{Table, source_list, table},
    versions::{RouteBackends, Versions},
    virtual_service::VirtualService,
};
use crate::{
    options::ConversionOptions,
    route::{List, RouteRule, in_routes, tie},
    service::SourceService,
    written::{WrittenObjects, WrittenRoute},
};

/// What the sources of the input become.
pub(crate) fn plan(
    services: &[SourceService],
    virtual_services: &[VirtualService],
    destination_rules: &[DestinationRule],
    options: &ConversionOptions,
    diagnostics: &mut Diagnostics,
) -> WrittenObjects {
    let mut planner = Planner {
        virtual_services,
        options,
        versions: Versions::new(services, destination_rules, &options.cluster_domain),
        alive: HashSet::new(),
        dead: Vec::new(),
        names: BTreeSet::new(),
        actors: Actors::new(virtual_services, &options.cluster_domain),
        routes: Vec::new(),
        lists: Vec::new(),
        found: Vec::new(),
    };
    let unknown_hosts = planner.actors.hosts_without_service(services);
    for service in services {
        planner.service(service);
    }
    planner.about_clients();
    let idle: Vec<Diagnostic> = planner.actors.idle().collect();
    let (version_services, references, found) = planner.versions.finish();
    let dead = planner
        .dead
        .iter()
        .filter(|span| !planner.alive.contains(span));
    let dead = dead.map(|span| {
        Diagnostic::new(
            &codes::DEAD_MATCH,
            *span,
            "this match never decides a request",
        )
        .why("earlier ones take all of its requests, or it never holds: it is not written")
        .hint("nothing: it did nothing before")
    });
    let of_actors = unknown_hosts
        .into_iter()
        .chain(planner.actors.found)
        .chain(idle);
    let found = planner.found.into_iter().chain(of_actors).chain(found);
    for diagnostic in found.chain(dead) {
        diagnostics.push_once(diagnostic);
    }
    let grants = references.into_iter().map(|(from, namespace, name)| {
        json!({
            "apiVersion": "gateway.networking.k8s.io/v1beta1",
            "kind": "ReferenceGrant",
            "metadata": {"name": format!("{name}-from-{from}"), "namespace": namespace},
            "spec": {
                "from": [{"group": "gateway.networking.k8s.io", "kind": "HTTPRoute", "namespace": from}],
                "to": [{"group": "", "kind": "Service", "name": name}],
            },
        })
    });
    WrittenObjects {
        services: version_services.into_iter().chain(grants).collect(),
        routes: planner.routes,
        lists: planner.lists,
    }
}

struct Planner<'i> {
    virtual_services: &'i [VirtualService],
    options: &'i ConversionOptions,
    versions: Versions<'i>,
    /// Matches that decide something, and those that decide nothing, for some clients or at some port.
    alive: HashSet<Span>,
    dead: Vec<Span>,
    /// Namespaces and names of routes.
    names: BTreeSet<(String, String)>,
    actors: Actors<'i>,
    routes: Vec<WrittenRoute>,
    lists: Vec<List>,
    found: Vec<Diagnostic>,
}

impl<'i> Planner<'i> {
    fn service(&mut self, service: &SourceService) {
        let candidates = self.actors.candidates(service);
        if candidates.is_empty() {
            return;
        }
        if !service.is_frontend {
            self.found.push(
                Diagnostic::new(
                    &codes::HOST_WITHOUT_SERVICE,
                    service.span,
                    format!(
                        "Service `{}` can be no parent of a route",
                        service.full_name()
                    ),
                )
                .why("it has no cluster IP: nothing is written for it")
                .hint("give it a cluster IP, or keep the VirtualService"),
            );
            return;
        }
        let namespaces = self.actors.namespaces(service, &candidates);
        let mut producer = None;
        let mut consumers = Vec::new();
        for namespace in std::iter::once(None).chain(namespaces.iter().map(|n| Some(&**n))) {
            let winner = self.actors.winner(&candidates, namespace);
            let tables = match winner.map(|number| self.tables(service, number, namespace)) {
                None => None,
                Some(Ok(tables)) => Some(tables),
                Some(Err(())) => return,
            };
            match namespace {
                None => producer = winner.zip(tables),
                Some(namespace) => consumers.push((namespace, winner.zip(tables))),
            }
        }
        for (namespace, of) in consumers {
            let same = match (&producer, &of) {
                (Some((_, common)), Some((_, own))) => common == own,
                (None, None) => true,
                _ => false,
            };
            if same {
                continue;
            }
            let number = of.as_ref().or(producer.as_ref()).map(|(number, _)| *number);
            if *namespace == service.namespace {
                self.own_clients_differ(service, number);
                continue;
            }
            // Where nothing is visible, the others' routes would be.
            let own = of.map(|(_, tables)| tables).unwrap_or_default();
            let others = producer.as_ref().map(|(_, tables)| tables);
            let tables = with_defaults(own, others, service, namespace);
            if let Some(number) = number {
                self.write(service, number, namespace, &tables);
            }
        }
        if let Some((number, tables)) = producer {
            self.write(service, number, &service.namespace, &tables);
        }
    }

    /// What a VirtualService says of each port, to some clients.
    fn tables(
        &mut self,
        service: &SourceService,
        number: usize,
        namespace: Option<&str>,
    ) -> Result<Tables, ()> {
        let of = &self.virtual_services[number];
        let client = Client {
            namespace,
            labels: &self.options.client_labels,
        };
        let mut tables = Tables::new();
        for &port in &service.ports {
            let requests = match Requests::new(&of.http, port, client) {
                Ok(requests) => requests,
                Err(unspeakable) => {
                    self.found.push(
                        Diagnostic::new(&codes::UNSPEAKABLE_MATCH, unspeakable.span, unspeakable.message)
                            .why(format!(
                                "without it the match would take more: nothing is written for Service `{}`",
                                service.full_name()
                            ))
                            .hint("keep the VirtualService for this Service, or match by something else"),
                    );
                    return Err(());
                }
            };
            self.dead.extend(&requests.never);
            let backends = RouteBackends {
                versions: &self.versions,
                source_namespace: &of.metadata.namespace,
                route_namespace: match namespace {
                    Some(namespace) => namespace,
                    None => &service.namespace,
                },
            };
            if requests.entries.is_empty() {
                if let Some(span) = requests.never.first() {
                    let source = source_list(&of.http, &requests, port, &backends);
                    tables.insert(port, PortRules::nothing_holds(*span, source));
                    self.found.push(
                        Diagnostic::new(
                            &codes::ANSWERED_OTHERWISE,
                            *span,
                            "no request can meet any of the matches",
                        )
                        .why(
                            "Istio answers them all with 404, and a rule without backends with 500",
                        )
                        .hint("begin paths with `/`, or remove the VirtualService"),
                    );
                }
                continue;
            }
            let Table {
                rules,
                source,
                found,
                alive,
                dead,
            } = table(&of.http, &requests, port, &backends);
            self.found.extend(found);
            // Too long, which has been said: the Service keeps its VirtualService.
            if rules.is_empty() {
                return Err(());
            }
            self.alive.extend(alive);
            self.dead.extend(dead);
            tables.insert(port, PortRules { rules, source });
        }
        Ok(tables)
    }

    fn own_clients_differ(&mut self, service: &SourceService, number: Option<usize>) {
        let Some(of) = number.map(|number| &self.virtual_services[number]) else {
            return;
        };
        let asked = of.http.iter().flat_map(|rule| &rule.matches);
        let asked = asked
            .filter_map(|m| m.source_namespace.as_ref())
            .map(|name| name.span);
        let exported = of.export_to.iter().map(|to| to.span);
        let span = asked
            .chain(exported)
            .next()
            .unwrap_or(of.metadata.name.span);
        self.found.push(
            Diagnostic::new(
                &codes::CLIENTS_TOLD_APART,
                span,
                format!(
                    "clients in namespace `{}` are decided otherwise than others",
                    service.namespace
                ),
            )
            .why("a route in the namespace of its Service is for all clients: they get what all others get")
            .hint("move these clients to another namespace, or the Service, or do without the difference"),
        );
    }

    /// Adds the routes of `tables`: one for all ports where they are alike.
    fn write(&mut self, service: &SourceService, number: usize, namespace: &str, tables: &Tables) {
        let mut by_rules: Vec<(Vec<u16>, &Vec<RouteRule>)> = Vec::new();
        for (port, PortRules { rules, source }) in tables {
            self.lists.push(List {
                service: (service.namespace.clone(), service.name.clone()),
                namespace: namespace.into(),
                port: *port,
                source: source.clone(),
            });
            match by_rules.iter_mut().find(|(_, known)| *known == rules) {
                Some((ports, _)) => ports.push(*port),
                None => by_rules.push((vec![*port], rules)),
            }
        }
        let of = &self.virtual_services[number];
        let alike = by_rules.len() == 1
            && tables.len() == service.ports.len()
            && service.other_ports.is_empty();
        for (ports, rules) in by_rules {
            let parents: Vec<Value> = if alike {
                vec![parent(service, namespace, None)]
            } else {
                ports
                    .iter()
                    .map(|&port| parent(service, namespace, Some(port)))
                    .collect()
            };
            let routes = in_routes(rules);
            if let Some((one, other)) = tie(&routes) {
                self.found.push(
                    Diagnostic::new(
                        &codes::ORDER_LOST,
                        one,
                        "the rules do not fit into one HTTPRoute, and two of them rank alike",
                    )
                    .why("of two routes the older one decides: the order lasts until one of them is made anew")
                    .hint("make fewer rules of them")
                    .also(other, "the other one"),
                );
            }
            for rules in routes {
                let name = free_name(
                    &mut self.names,
                    namespace,
                    &of.metadata.name.value,
                    &service.name,
                );
                self.routes.push(WrittenRoute {
                    name,
                    namespace: namespace.into(),
                    source: format!(
                        "VirtualService {}/{}",
                        of.metadata.namespace, of.metadata.name.value
                    ),
                    parents: parents.clone(),
                    rules: rules.to_vec(),
                });
            }
        }
    }

    /// Says what of the acting ones is about some clients, and what the mesh does by itself.
    fn about_clients(&mut self) {
        for &number in &self.actors.acting {
            let of = &self.virtual_services[number];
            let matches = of.http.iter().flat_map(|rule| &rule.matches);
            let labels = matches.filter_map(|m| m.source_labels.as_ref());
            for labels in labels.filter(|_| self.options.client_labels.is_empty()) {
                self.found.push(
                    Diagnostic::new(
                        &codes::CLIENTS_TOLD_APART,
                        labels.span,
                        "the match is for clients with certain labels",
                    )
                    .why("routes can't tell clients apart: what is written is for clients without them")
                    .hint("convert once more for these clients, with --client-labels, and give their sidecars that config"),
                );
            }
            let sends = |rule: &&super::http_route::HttpRoute| {
                rule.retries.is_none() && rule.redirect.is_none() && !rule.is_unspeakable
            };
            if let Some(rule) = of.http.iter().find(sends) {
                self.found.push(
                    Diagnostic::new(
                        &codes::DEFAULT_RETRIES,
                        rule.span,
                        "Istio sends requests again where nothing is said of retries",
                    )
                    .why("twice, where the connection was refused or gRPC says UNAVAILABLE or CANCELLED; a route without `retry` sends none again")
                    .hint("write `retries` into the rule if you want them: attempts: 0 says that you don't"),
                );
            }
        }
    }
}

fn parent(service: &SourceService, namespace: &str, port: Option<u16>) -> Value {
    let mut parent = json!({"group": "", "kind": "Service", "name": service.name});
    if namespace != service.namespace {
        parent["namespace"] = service.namespace.as_str().into();
    }
    if let Some(port) = port {
        parent["port"] = port.into();
    }
    parent
}

/// A name that no other route of the namespace has.
fn free_name(
    names: &mut BTreeSet<(String, String)>,
    namespace: &str,
    source: &str,
    service: &str,
) -> String {
    let numbered = (2..).map(|number: u32| format!("{source}-{service}-{number:02}"));
    let wanted = [source.to_owned(), format!("{source}-{service}")]
        .into_iter()
        .chain(numbered);
    for name in wanted {
        if names.insert((namespace.into(), name.clone())) {
            return name;
        }
    }
    source.into()
}

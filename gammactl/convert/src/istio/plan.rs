//! From VirtualServices to the routes of each Service, for each kind of clients.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use gamma_manifest::{
    diagnostic::{Diagnostic, Diagnostics, codes},
    source::Span,
};
use serde_json::{Value, json};

use super::{
    destination_rule::DestinationRule,
    hosts::HostName,
    requests::{Client, Requests},
    table::{Table, table},
    versions::{RouteBackends, Versions},
    virtual_service::VirtualService,
};
use crate::{
    options::ConversionOptions,
    route::{List, RouteRule, in_routes, tie},
    service::SourceService,
    written::{WrittenObjects, WrittenRoute},
};

/// The rules of one kind of clients by port.
type Tables = BTreeMap<u16, PortRules>;

/// The rules at one port, and the list that they were made of.
#[derive(Debug, Clone)]
struct PortRules {
    rules: Vec<RouteRule>,
    ordered: Vec<RouteRule>,
}

impl PartialEq for PortRules {
    fn eq(&self, other: &Self) -> bool {
        self.rules == other.rules
    }
}

/// What the sources of the input become.
pub(crate) fn plan(
    services: &[SourceService],
    virtual_services: &[VirtualService],
    destination_rules: &[DestinationRule],
    options: &ConversionOptions,
    diagnostics: &mut Diagnostics,
) -> WrittenObjects {
    let mut planner = Planner {
        services,
        virtual_services,
        options,
        versions: Versions::new(services, destination_rules, &options.cluster_domain),
        alive: HashSet::new(),
        dead: Vec::new(),
        names: BTreeSet::new(),
        acting: BTreeSet::new(),
        routes: Vec::new(),
        lists: Vec::new(),
        found: Vec::new(),
    };
    planner.hosts_without_service();
    for service in services {
        planner.service(service);
    }
    planner.idle();
    planner.about_clients();
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
    for diagnostic in planner.found.into_iter().chain(found).chain(dead) {
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
    services: &'i [SourceService],
    virtual_services: &'i [VirtualService],
    options: &'i ConversionOptions,
    versions: Versions<'i>,
    /// Matches that decide something, and those that decide nothing, for some clients or at some port.
    alive: HashSet<Span>,
    dead: Vec<Span>,
    /// Namespaces and names of routes.
    names: BTreeSet<(String, String)>,
    /// Numbers of VirtualServices that act for somebody.
    acting: BTreeSet<usize>,
    routes: Vec<WrittenRoute>,
    lists: Vec<List>,
    found: Vec<Diagnostic>,
}

impl<'i> Planner<'i> {
    /// Says which hosts are no Services.
    fn hosts_without_service(&mut self) {
        for of in self.virtual_services {
            for host in &of.hosts {
                let name = self.host_name(of, &host.value);
                let is_known = self.services.iter().any(|s| {
                    name.names(&s.namespace, &s.name, &self.options.cluster_domain)
                        .is_some()
                });
                if is_known {
                    continue;
                }
                let hint = match name {
                    HostName::Other => {
                        "a Service is called by its name alone, or by name.namespace.svc and the cluster's domain"
                    }
                    _ => "add the Service to the input: kubectl get services -A -o yaml",
                };
                self.found.push(
                    Diagnostic::new(
                        &codes::HOST_WITHOUT_SERVICE,
                        host.span,
                        format!("host `{}` is no Service of the input", host.value),
                    )
                    .why("routes are attached to Services: nothing is written for it")
                    .hint(hint),
                );
            }
        }
    }

    fn host_name(&self, of: &VirtualService, host: &str) -> HostName {
        HostName::of(host, &of.metadata.namespace, &self.options.cluster_domain)
    }

    /// The VirtualServices that have something to say of a Service: how precisely, and their numbers.
    fn candidates(&self, service: &SourceService) -> Vec<(usize, usize)> {
        let all = self.virtual_services.iter().enumerate();
        all.filter_map(|(number, of)| {
            let names = of.hosts.iter().filter_map(|host| {
                self.host_name(of, &host.value).names(
                    &service.namespace,
                    &service.name,
                    &self.options.cluster_domain,
                )
            });
            Some((names.max()?, number))
        })
        .collect()
    }

    fn service(&mut self, service: &SourceService) {
        let candidates = self.candidates(service);
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
        let namespaces = self.namespaces(service, &candidates);
        let mut producer = None;
        let mut consumers = Vec::new();
        for namespace in std::iter::once(None).chain(namespaces.iter().map(|n| Some(&**n))) {
            let winner = self.winner(&candidates, namespace);
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
            if *namespace == service.namespace {
                let number = of.as_ref().or(producer.as_ref()).map(|(number, _)| *number);
                self.own_clients_differ(service, number);
                continue;
            }
            match of {
                Some((number, tables)) => {
                    let tables = with_defaults(tables, producer.as_ref(), service, namespace);
                    self.write(service, number, namespace, &tables);
                }
                // Nothing is visible there, and the others' routes would be.
                None => {
                    let tables =
                        with_defaults(Tables::new(), producer.as_ref(), service, namespace);
                    if let Some((number, _)) = &producer {
                        let number = *number;
                        self.write(service, number, namespace, &tables);
                    }
                }
            }
        }
        if let Some((number, tables)) = producer {
            self.write(service, number, &service.namespace, &tables);
        }
    }

    /// Namespaces whose clients may see something else than others.
    fn namespaces(&self, service: &SourceService, candidates: &[(usize, usize)]) -> Vec<String> {
        let mut namespaces = BTreeSet::from([service.namespace.clone()]);
        for &(_, number) in candidates {
            let of = &self.virtual_services[number];
            let matches = of.http.iter().flat_map(|rule| &rule.matches);
            namespaces
                .extend(matches.filter_map(|m| Some(m.source_namespace.as_ref()?.value.clone())));
            for to in &of.export_to {
                match &*to.value {
                    "*" | "~" => {}
                    "." => {
                        namespaces.insert(of.metadata.namespace.clone());
                    }
                    namespace => {
                        namespaces.insert(namespace.into());
                    }
                }
            }
        }
        namespaces.into_iter().collect()
    }

    /// The VirtualService that acts for clients there: the most precise host, "own namespace's private ones, then exported to
    /// it, then public; within each by creation time, then name, then namespace".
    fn winner(&mut self, candidates: &[(usize, usize)], namespace: Option<&str>) -> Option<usize> {
        let visible = candidates.iter().filter_map(|&(precise, number)| {
            let of = &self.virtual_services[number];
            let own = namespace.is_some_and(|namespace| namespace == of.metadata.namespace);
            let is = |to: &str| of.export_to.iter().any(|other| other.value == to);
            let tier = if of.export_to.is_empty() || is("*") {
                2
            } else if own && is(".") {
                0
            } else if namespace.is_some_and(is) {
                1
            } else {
                return None;
            };
            Some((std::cmp::Reverse(precise), tier, number))
        });
        let mut visible: Vec<_> = visible.collect();
        let created = |number: usize| self.virtual_services[number].metadata.created;
        visible.sort_by_key(|&(precise, tier, number)| {
            let metadata = &self.virtual_services[number].metadata;
            let created = created(number);
            let name = (metadata.name.value.clone(), metadata.namespace.clone());
            (precise, tier, created.is_none(), created, name)
        });
        let &(precise, tier, first) = visible.first()?;
        let rival = visible[1..]
            .iter()
            .find(|(p, t, _)| (*p, *t) == (precise, tier));
        if let Some(&(_, _, second)) = rival
            && (created(first).is_none() || created(second).is_none())
        {
            let name = |number: usize| &self.virtual_services[number].metadata.name;
            self.found.push(
                Diagnostic::new(
                    &codes::AGE_UNKNOWN,
                    name(first).span,
                    format!("`{}` and `{}` are for the same host", name(first).value, name(second).value),
                )
                .why("only the older one acts, and the input does not say which that is: the first by name is converted")
                .hint("take the objects from the cluster, which have a creationTimestamp, or remove the one that does nothing")
                .also(name(second).span, "the other one"),
            );
        }
        self.acting.insert(first);
        Some(first)
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
            self.dead
                .extend(requests.never.iter().map(|(span, _)| *span));
            if requests.entries.is_empty() {
                if let Some((span, _)) = requests.never.first() {
                    tables.insert(port, nothing_holds(*span));
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
            let backends = RouteBackends {
                versions: &self.versions,
                source_namespace: &of.metadata.namespace,
                route_namespace: match namespace {
                    Some(namespace) => namespace,
                    None => &service.namespace,
                },
            };
            let Table {
                rules,
                ordered,
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
            tables.insert(port, PortRules { rules, ordered });
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
        for (port, PortRules { rules, ordered }) in tables {
            self.lists.push(List {
                service: (service.namespace.clone(), service.name.clone()),
                namespace: namespace.into(),
                port: *port,
                rules: ordered.clone(),
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

    /// Says which VirtualServices do nothing.
    fn idle(&mut self) {
        for (number, of) in self.virtual_services.iter().enumerate() {
            let is_meant = self.services.iter().any(|service| {
                self.candidates(service)
                    .iter()
                    .any(|(_, other)| *other == number)
            });
            if is_meant && !self.acting.contains(&number) {
                let name = &of.metadata.name;
                self.found.push(
                    Diagnostic::new(
                        &codes::NEVER_ACTED,
                        name.span,
                        format!("VirtualService `{}` does nothing", name.value),
                    )
                    .why("an older one is for the same hosts, or nobody sees it: it is not converted")
                    .hint("nothing: it did nothing before"),
                );
            }
        }
    }

    /// Says what of the acting ones is about some clients, and what the mesh does by itself.
    fn about_clients(&mut self) {
        for &number in &self.acting {
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

/// One rule for all requests, without a backend.
fn nothing_holds(span: Span) -> PortRules {
    let rules = vec![RouteRule {
        name: None,
        matches: vec![crate::order::RequestCondition::default()],
        spans: vec![span],
        members: serde_json::Map::new(),
    }];
    PortRules {
        ordered: rules.clone(),
        rules,
    }
}

/// `tables`, with the Service's own backend at ports where only others have rules: consumer routes hide those.
fn with_defaults(
    mut tables: Tables,
    producer: Option<&(usize, Tables)>,
    service: &SourceService,
    namespace: &str,
) -> Tables {
    for (&port, others) in producer.into_iter().flat_map(|(_, tables)| tables) {
        tables.entry(port).or_insert_with(|| {
            let mut backend = json!({"name": service.name, "port": port});
            if namespace != service.namespace {
                backend["namespace"] = service.namespace.as_str().into();
            }
            let first = others.rules.first();
            let rules = vec![RouteRule {
                name: None,
                matches: vec![crate::order::RequestCondition::default()],
                spans: first.map(|rule| rule.spans[0]).into_iter().collect(),
                members: [("backendRefs".to_owned(), json!([backend]))]
                    .into_iter()
                    .collect(),
            }];
            PortRules {
                ordered: rules.clone(),
                rules,
            }
        });
    }
    tables
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

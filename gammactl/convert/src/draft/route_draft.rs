//! The routes that a conversion makes, whatever it makes them of.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet, HashSet},
};

use gamma_manifest::{
    diagnostic::{Diagnostic, Diagnostics, codes},
    source::Span,
};
use serde_json::{Value, json};

use super::{
    port_rules::{PortRules, Tables},
    table::Table,
};
use crate::{
    route::{List, RouteRule, in_routes, tie},
    service::SourceService,
    written::{WrittenObjects, WrittenRoute},
};

/// The object that a route is made of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RouteOrigin<'o> {
    pub(crate) kind: &'o str,
    pub(crate) namespace: &'o str,
    pub(crate) name: &'o str,
}

/// Routes, and what there is to say of them, until all is known.
#[derive(Debug, Default)]
pub(crate) struct RouteDraft {
    /// Services that are made for subsets.
    pub(crate) services: Vec<Value>,
    pub(crate) found: Vec<Diagnostic>,
    /// Matches that decide something, and those that decide nothing, for some clients or at some port.
    alive: HashSet<Span>,
    dead: Vec<Span>,
    /// What the routes of a Service are made of: by its namespace and name, a kind and the first object of it.
    claims: BTreeMap<(String, String), (String, Span)>,
    /// Namespaces and names of routes.
    names: BTreeSet<(String, String)>,
    routes: Vec<WrittenRoute>,
    lists: Vec<List>,
    /// Backends in another namespace than their route: namespaces of the route and of the backend, name of the backend.
    references: RefCell<BTreeSet<(String, String, String)>>,
}

impl RouteDraft {
    /// What `table` makes of a port; `None` if nothing can be written for it, which is said.
    pub(crate) fn port_rules(&mut self, table: Table) -> Option<PortRules> {
        self.found.extend(table.found);
        // Too long: the Service keeps what it has.
        if table.rules.is_empty() {
            return None;
        }
        self.alive.extend(table.alive);
        self.dead.extend(table.dead);
        Some(PortRules {
            rules: table.rules,
            ordered: table.ordered,
        })
    }

    /// Notes matches that decide nothing.
    pub(crate) fn dead(&mut self, matches: impl IntoIterator<Item = Span>) {
        self.dead.extend(matches);
    }

    /// Whether the routes of `service` are made of `of`, whose name is at `span`: not if those of another kind are there already, which
    /// is said.
    pub(crate) fn claim(
        &mut self,
        service: &SourceService,
        of: RouteOrigin<'_>,
        span: Span,
    ) -> bool {
        let key = (service.namespace.clone(), service.name.clone());
        let (kind, first) = self.claims.entry(key).or_insert((of.kind.into(), span));
        if *kind == of.kind {
            return true;
        }
        self.found.push(
            Diagnostic::new(
                &codes::TWO_SOURCES,
                span,
                format!(
                    "a {} and a {kind} are for Service `{}`",
                    of.kind,
                    service.full_name()
                ),
            )
            .why("no mesh obeys both: routes are written of the other one only")
            .hint("leave the one that is not in force out of the input")
            .also(*first, "the other one"),
        );
        false
    }

    /// A `backendRef` in a route of `from`, which needs a ReferenceGrant if it is elsewhere.
    pub(crate) fn backend(&self, from: &str, namespace: &str, name: &str, port: u16) -> Value {
        let mut backend = json!({"name": name, "port": port});
        if namespace != from {
            let reference = (from.to_owned(), namespace.to_owned(), name.to_owned());
            self.references.borrow_mut().insert(reference);
            backend["namespace"] = namespace.into();
        }
        backend
    }

    /// Adds the routes of `tables` in `namespace`: one for all ports where they are alike.
    pub(crate) fn write(
        &mut self,
        service: &SourceService,
        of: RouteOrigin<'_>,
        namespace: &str,
        tables: &Tables,
    ) {
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
        let alike = by_rules.len() == 1
            && tables.len() == service.ports.len()
            && service.other_ports.is_empty();
        for (ports, rules) in by_rules {
            let parents: Vec<Value> = if alike {
                vec![parent(service, namespace, None)]
            } else {
                let parents = ports.iter();
                parents
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
                let name = self.free_name(namespace, of.name, &service.name);
                self.routes.push(WrittenRoute {
                    name,
                    namespace: namespace.into(),
                    source: format!("{} {}/{}", of.kind, of.namespace, of.name),
                    parents: parents.clone(),
                    rules: rules.to_vec(),
                });
            }
        }
    }

    /// A name that no other route of the namespace has.
    fn free_name(&mut self, namespace: &str, source: &str, service: &str) -> String {
        // Some objects are called as the host that they are for.
        let source = source.split('.').next().unwrap_or(source);
        let numbered = (2..).map(|number: u32| format!("{source}-{service}-{number:02}"));
        let wanted = [source.to_owned(), format!("{source}-{service}")];
        let mut wanted = wanted.into_iter().chain(numbered);
        let free = wanted.find(|name| self.names.insert((namespace.into(), name.clone())));
        free.unwrap_or_else(|| source.into())
    }

    /// The objects, with grants for backends elsewhere. What there is to say goes to `diagnostics`.
    pub(crate) fn finish(self, diagnostics: &mut Diagnostics) -> WrittenObjects {
        for diagnostic in self.found {
            diagnostics.push_once(diagnostic);
        }
        for span in self.dead.iter().filter(|span| !self.alive.contains(span)) {
            diagnostics.push_once(
                Diagnostic::new(
                    &codes::DEAD_MATCH,
                    *span,
                    "this match never decides a request",
                )
                .why("earlier ones take all of its requests, or it never holds: it is not written")
                .hint("nothing: it did nothing before"),
            );
        }
        let references = self.references.into_inner().into_iter();
        let grants = references.map(|(from, namespace, name)| grant(&from, &namespace, &name));
        WrittenObjects {
            services: self.services.into_iter().chain(grants).collect(),
            routes: self.routes,
            lists: self.lists,
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

fn grant(from: &str, namespace: &str, name: &str) -> Value {
    json!({
        "apiVersion": "gateway.networking.k8s.io/v1beta1",
        "kind": "ReferenceGrant",
        "metadata": {"name": format!("{name}-from-{from}"), "namespace": namespace},
        "spec": {
            "from": [{"group": "gateway.networking.k8s.io", "kind": "HTTPRoute", "namespace": from}],
            "to": [{"group": "", "kind": "Service", "name": name}],
        },
    })
}

//! The picture: Services, the routes on them, their rules, and the backends, with the share that each gets.

use std::collections::{HashMap, HashSet, hash_map::Entry};

use gamma_compile::{Share, names_of_rules};
use gamma_manifest::{BackendRef, FilterKind, Route, Rule, Service, source::Span};
use serde::Serialize;

use crate::{
    compiled_files::{CompiledFiles, route_id, rule_id},
    offsets::PageRange,
    problems::{self, Problems},
};

/// The picture. It has no edge whose ends it does not have.
#[derive(Debug, Default, Serialize)]
pub(crate) struct RouteGraph {
    nodes: Vec<GraphNode>,
    edges: Vec<GraphEdge>,
}

#[derive(Debug, Serialize)]
struct GraphNode {
    id: String,
    kind: GraphNodeKind,
    name: String,
    namespace: String,
    /// What stands in the node.
    label: String,
    #[serde(flatten)]
    range: Option<PageRange>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
    /// Errors and warnings.
    problems: usize,
    /// Whether there is no such thing in the files.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    missing: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum GraphNodeKind {
    Service,
    Route,
    Rule,
    Backend,
}

#[derive(Debug, Serialize)]
struct GraphEdge {
    from: String,
    to: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    weight: Option<u32>,
    /// Part of the rule's requests, at most 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    share: Option<f64>,
    /// Whether only copies of requests go this way.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    mirror: bool,
}

/// What a Service is called in the picture.
pub(crate) fn service_id(kind: &str, namespace: &str, name: &str) -> String {
    format!("{kind}/{namespace}/{name}")
}

/// What a backend of `route` is called in the picture.
pub(crate) fn backend_id(route: &Route, backend: &BackendRef) -> String {
    let namespace = namespace(route, backend);
    let port = backend.port.as_ref().map(|port| port.value);
    let port = port.map(|port| format!("/{port}")).unwrap_or_default();
    let (kind, name) = (&backend.kind.value, &backend.name.value);
    format!("backend/{kind}/{namespace}/{name}{port}")
}

/// Where a backend of `route` is.
pub(crate) fn namespace<'r>(route: &'r Route, backend: &'r BackendRef) -> &'r str {
    let said = backend.namespace.as_ref();
    said.map_or(&route.metadata.namespace, |namespace| &namespace.value)
}

/// Draws `files`.
pub(crate) fn graph(files: &CompiledFiles) -> RouteGraph {
    let mut drawing = Drawing {
        files,
        problems: Problems::of(files),
        services: HashMap::new(),
        backends: HashSet::new(),
        graph: RouteGraph::default(),
    };
    for service in &files.manifests.services {
        drawing.service(service);
    }
    for route in &files.manifests.routes {
        drawing.route(route);
    }
    for attachment in &files.attachments {
        drawing.attachment(attachment.route, attachment.parent);
    }
    drawing.graph
}

struct Drawing<'f> {
    files: &'f CompiledFiles,
    problems: Problems,
    /// By id.
    services: HashMap<String, &'f Service>,
    backends: HashSet<String>,
    graph: RouteGraph,
}

impl<'f> Drawing<'f> {
    fn service(&mut self, service: &'f Service) {
        let metadata = &service.metadata;
        let (namespace, name) = (&metadata.namespace, &metadata.name.value);
        let id = service_id(&format!("{:?}", service.kind), namespace, name);
        let Entry::Vacant(entry) = self.services.entry(id.clone()) else {
            return;
        };
        entry.insert(service);
        let ports: Vec<String> = service.tcp_ports().map(|p| p.port.to_string()).collect();
        let span = metadata.name.span;
        let node = GraphNode {
            kind: GraphNodeKind::Service,
            name: name.clone(),
            namespace: namespace.clone(),
            label: format!("{name}:{}", ports.join(",")),
            problems: self.of_object(span),
            ..self.node(id, span)
        };
        self.graph.nodes.push(node);
    }

    fn route(&mut self, route: &'f Route) {
        let id = route_id(route);
        let metadata = &route.metadata;
        let span = metadata.name.span;
        let of_rules: usize = route
            .rules
            .iter()
            .map(|rule| self.problems.within(rule.span))
            .sum();
        let node = GraphNode {
            kind: GraphNodeKind::Route,
            name: metadata.name.value.clone(),
            namespace: metadata.namespace.clone(),
            label: metadata.name.value.clone(),
            problems: self.of_object(span).saturating_sub(of_rules),
            ..self.node(id.clone(), span)
        };
        self.graph.nodes.push(node);
        for (rule, name) in route.rules.iter().zip(names_of_rules(route)) {
            let rule_id = rule_id(route, &name);
            let node = GraphNode {
                kind: GraphNodeKind::Rule,
                label: name.clone(),
                name,
                namespace: metadata.namespace.clone(),
                problems: self.problems.within(rule.span),
                ..self.node(rule_id.clone(), rule.span)
            };
            self.graph.nodes.push(node);
            self.graph.edges.push(edge(id.clone(), rule_id.clone()));
            self.backends_of(route, rule, &rule_id);
        }
    }

    fn backends_of(&mut self, route: &Route, rule: &Rule, rule_id: &str) {
        let weights = rule.backend_refs.iter().map(|b| u64::from(b.weight));
        let total: u64 = weights.fold(0, u64::saturating_add);
        for backend in &rule.backend_refs {
            let id = self.backend(route, backend);
            self.graph.edges.push(GraphEdge {
                weight: Some(backend.weight),
                share: (total > 0).then(|| ratio(Share::new(backend.weight.into(), total))),
                ..edge(rule_id.to_owned(), id)
            });
        }
        for filter in &rule.filters {
            if let FilterKind::RequestMirror(mirror) = &filter.kind {
                let id = self.backend(route, &mirror.backend);
                self.graph.edges.push(GraphEdge {
                    mirror: true,
                    ..edge(rule_id.to_owned(), id)
                });
            }
        }
    }

    fn backend(&mut self, route: &Route, backend: &BackendRef) -> String {
        let id = backend_id(route, backend);
        if !self.backends.insert(id.clone()) {
            return id;
        }
        let namespace = namespace(route, backend);
        let (kind, name) = (&backend.kind.value, &backend.name.value);
        let service = self.services.get(&service_id(kind, namespace, name));
        let port = backend.port.as_ref().map(|port| port.value);
        let span = service.map_or(backend.span, |service| service.metadata.name.span);
        let node = GraphNode {
            kind: GraphNodeKind::Backend,
            name: name.clone(),
            namespace: namespace.to_owned(),
            label: match port {
                Some(port) => format!("{name}:{port}"),
                None => name.clone(),
            },
            missing: service.is_none(),
            ..self.node(id.clone(), span)
        };
        self.graph.nodes.push(node);
        id
    }

    fn attachment(&mut self, route: usize, parent: usize) {
        let Some(route) = self.files.manifests.routes.get(route) else {
            return;
        };
        let Some(parent) = route.parent_refs.get(parent) else {
            return;
        };
        let namespace = parent.namespace.as_ref();
        let namespace = namespace.map_or(&route.metadata.namespace, |of| &of.value);
        let id = service_id(&parent.kind.value, namespace, &parent.name.value);
        if self.services.contains_key(&id) {
            self.graph.edges.push(edge(id, route_id(route)));
        }
    }

    /// A node at `span`, with nothing else in it.
    fn node(&self, id: String, span: Span) -> GraphNode {
        GraphNode {
            id,
            kind: GraphNodeKind::Rule,
            name: String::new(),
            namespace: String::new(),
            label: String::new(),
            line: Some(self.files.sources.start(span).line),
            range: Some(self.files.sources.range(span)),
            problems: 0,
            missing: false,
        }
    }

    /// The problems of the object that is called what stands at `name`.
    fn of_object(&self, name: Span) -> usize {
        let document = problems::document(name, self.files.sources.sources());
        self.problems.within(document)
    }
}

fn edge(from: String, to: String) -> GraphEdge {
    GraphEdge {
        from,
        to,
        weight: None,
        share: None,
        mirror: false,
    }
}

fn ratio(share: Share) -> f64 {
    share.numerator as f64 / share.denominator as f64
}

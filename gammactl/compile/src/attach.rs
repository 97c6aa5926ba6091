//! Finds the Service ports that each route is attached to by its parentRefs.
//!
//! "`port` set: the route MUST apply only to that port; unset: to all ports of the Service"
//! (GEP-957, GEP-1294). `sectionName` of a Service is the name of a port. A route in the Service's
//! namespace is a producer route, one in another namespace a consumer route.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use gamma_manifest::{
    Manifests, ParentRef, Route, RouteKind, Service,
    diagnostic::{Diagnostic, Diagnostics, codes},
};

use super::{
    frontend::{ServiceKey, ServicePortKey},
    index,
    index::Index,
    kind,
    options::Options,
    other_parent,
    provenance::RouteTableKey,
};

/// Routes on one port that are all of one namespace, which decides whose requests they are for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RouteGroup<'a> {
    frontend: ServicePortKey<'a>,
    namespace: &'a str,
}

impl<'a> RouteGroup<'a> {
    /// The port that the routes are on.
    pub(crate) fn frontend(&self) -> ServicePortKey<'a> {
        self.frontend
    }

    /// Whether the routes are in the namespace of the Service.
    pub(crate) fn is_producer(&self) -> bool {
        self.frontend.service.namespace == self.namespace
    }
}

/// Routes by frontend and by the route's own namespace. Routes are indices into
/// [`Manifests::routes`].
#[derive(Debug, Default)]
pub(crate) struct Attachments<'m> {
    routes: HashMap<ServicePortKey<'m>, BTreeMap<String, Vec<usize>>>,
    /// The frontends of every parentRef that names a Service, by route and parentRef.
    parents: BTreeMap<(usize, usize), Vec<ServicePortKey<'m>>>,
}

/// A parentRef that names a Service or ServiceImport, found or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Index into [`Manifests::routes`].
    pub route: usize,
    /// Index into [`Route::parent_refs`].
    pub parent: usize,
    /// The ports that it names; none where the Service is not there or can't be a parent.
    pub ports: Vec<AttachedPort>,
}

/// A Service port that a route is attached to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AttachedPort {
    /// Number of the port.
    pub number: u16,
    /// The GRPCRoute that replaces this HTTPRoute there: an index into [`Manifests::routes`].
    pub replaced_by: Option<usize>,
}

impl Attachments<'_> {
    /// The routes on one port, by the namespace that they are in.
    pub(crate) fn on<'a>(
        &'a self,
        service: &'a Service,
        port: u16,
    ) -> impl Iterator<Item = (&'a str, &'a [usize])> {
        let groups = self.routes.get(&ServiceKey::of(service).port(port));
        let groups = groups.into_iter().flatten();
        groups.map(|(namespace, routes)| (&**namespace, &**routes))
    }

    /// The routes of one table.
    pub(crate) fn of_table<'a>(&'a self, key: &'a RouteTableKey) -> &'a [usize] {
        let service = ServiceKey {
            kind: key.kind,
            namespace: &key.namespace,
            name: &key.name,
        };
        let groups = self.routes.get(&service.port(key.port));
        let routes = groups.and_then(|groups| groups.get(&key.routes));
        routes.map_or(&[], Vec::as_slice)
    }

    /// Every parentRef to a Service, in the order of the manifests.
    pub(crate) fn parents(&self, manifests: &Manifests) -> Vec<Attachment> {
        let mut grpc = HashMap::new();
        for (frontend, groups) in &self.routes {
            for (namespace, routes) in groups {
                if let Some(route) = kind::grpc_route(routes, manifests) {
                    grpc.insert((*frontend, &**namespace), route);
                }
            }
        }
        let port = |route: &Route, frontend: &ServicePortKey<'_>| AttachedPort {
            number: frontend.port,
            replaced_by: match route.kind {
                RouteKind::GrpcRoute => None,
                RouteKind::HttpRoute => grpc.get(&(*frontend, &*route.metadata.namespace)).copied(),
            },
        };
        self.parents
            .iter()
            .map(|(&(route, parent), frontends)| Attachment {
                route,
                parent,
                ports: frontends
                    .iter()
                    .map(|frontend| port(&manifests.routes[route], frontend))
                    .collect(),
            })
            .collect()
    }

    /// Ports, and the routes on them that are of one namespace, in a fixed order.
    pub(crate) fn groups(&self) -> Vec<(u16, RouteGroup<'_>, &[usize])> {
        let mut frontends: Vec<_> = self.routes.iter().collect();
        frontends.sort_by_key(|(frontend, _)| (frontend.service.rank(), frontend.port));
        frontends
            .into_iter()
            .flat_map(|(&frontend, namespaces)| {
                namespaces.iter().map(move |(namespace, routes)| {
                    let group = RouteGroup {
                        frontend,
                        namespace,
                    };
                    (frontend.port, group, &**routes)
                })
            })
            .collect()
    }

    /// All routes that are attached to anything, in the order of the manifests.
    pub(crate) fn routes(&self) -> BTreeSet<usize> {
        let groups = self.routes.values().flat_map(BTreeMap::values);
        groups.flatten().copied().collect()
    }
}

pub(crate) fn attach<'m>(
    manifests: &'m Manifests,
    index: &Index<'m>,
    options: &Options,
    diagnostics: &mut Diagnostics,
) -> Attachments<'m> {
    let mut attachments = Attachments::default();
    for (r, route) in manifests.routes.iter().enumerate() {
        let mut service_parents = 0;
        for (p, parent) in route.parent_refs.iter().enumerate() {
            if index::service_kind(&parent.group, &parent.kind.value).is_some() {
                attachments.parents.insert((r, p), Vec::new());
            }
            let Some(service) = parent_service(route, parent, index, diagnostics) else {
                continue;
            };
            service_parents += 1;
            let left_out = index.is_left_out(
                service.kind,
                &service.metadata.namespace,
                &service.metadata.name.value,
            );
            let mut known = Diagnostics::default();
            // Of two Services of one name the other may have the port: that there are two has been said.
            let diagnostics = if left_out {
                &mut known
            } else {
                &mut *diagnostics
            };
            for port in ports(service, parent, diagnostics) {
                let frontend = ServiceKey::of(service).port(port);
                attachments
                    .parents
                    .entry((r, p))
                    .or_default()
                    .push(frontend);
                let routes = attachments
                    .routes
                    .entry(frontend)
                    .or_default()
                    .entry(route.metadata.namespace.clone())
                    .or_default();
                // Another parentRef of the same route may have put it there just now.
                if routes.last() != Some(&r) {
                    routes.push(r);
                }
            }
        }
        if service_parents > 0 && !options.honor_hostnames {
            hostnames(route, diagnostics);
        }
    }
    attachments
}

fn parent_service<'m>(
    route: &Route,
    parent: &ParentRef,
    index: &Index<'m>,
    diagnostics: &mut Diagnostics,
) -> Option<&'m Service> {
    let Some(kind) = index::service_kind(&parent.group, &parent.kind.value) else {
        diagnostics.push(other_parent::finding(route, parent, index));
        return None;
    };
    let namespace = parent
        .namespace
        .as_ref()
        .map_or(&*route.metadata.namespace, |n| &*n.value);
    let name = &*parent.name.value;
    let Some(service) = index.service(kind, namespace, name) else {
        if index.is_left_out(kind, namespace, name) {
            return None;
        }
        diagnostics.push(
            Diagnostic::new(
                &codes::UNKNOWN_PARENT,
                parent.name.span,
                format!(
                    "parentRef names {} `{namespace}/{name}`, which is not in the input",
                    parent.kind.value
                ),
            )
            .why(format!(
                "the route has no effect on that {}",
                parent.kind.value
            ))
            .hint(index.service_hint(
                kind,
                route,
                parent.namespace.as_ref().map(|n| &*n.value),
                name,
            )),
        );
        return None;
    };
    if !service.is_frontend() {
        let form = if service.headless {
            "headless"
        } else {
            "an ExternalName"
        };
        diagnostics.push(
            Diagnostic::new(
                &codes::HEADLESS_PARENT,
                parent.name.span,
                format!(
                    "{:?} `{namespace}/{name}` is {form} and can't be a parent",
                    service.kind
                ),
            )
            .why("clients reach its endpoints directly, so there is no frontend to route at")
            .hint("attach the route to a Service with a cluster IP"),
        );
        return None;
    }
    Some(service)
}

/// The ports that both `port` and `sectionName` allow.
fn ports(service: &Service, parent: &ParentRef, diagnostics: &mut Diagnostics) -> Vec<u16> {
    let ports: Vec<u16> = service
        .tcp_ports()
        .filter(|p| {
            parent
                .port
                .as_ref()
                .is_none_or(|wanted| wanted.value == p.port)
        })
        .filter(|p| {
            parent
                .section_name
                .as_ref()
                .is_none_or(|wanted| wanted.value == p.name)
        })
        .map(|p| p.port)
        .collect();
    if ports.is_empty() {
        let mut wanted = Vec::new();
        wanted.extend(
            parent
                .port
                .as_ref()
                .map(|port| format!("port {}", port.value)),
        );
        wanted.extend(
            parent
                .section_name
                .as_ref()
                .map(|name| format!("port `{}`", name.value)),
        );
        let hint = match (&parent.port, &parent.section_name) {
            (Some(port), None) => service.port_hint(port.value),
            (None, Some(name)) => service.port_name_hint(&name.value),
            _ => service.port_list().into(),
        };
        let span = parent
            .section_name
            .as_ref()
            .map(|name| name.span)
            .or(parent.port.as_ref().map(|port| port.span))
            .unwrap_or(parent.span);
        let Service { kind, metadata, .. } = service;
        diagnostics.push(
            Diagnostic::new(
                &codes::UNKNOWN_PARENT_PORT,
                span,
                format!(
                    "{kind:?} `{}/{}` has no {}",
                    metadata.namespace,
                    metadata.name.value,
                    if wanted.is_empty() {
                        "TCP port".into()
                    } else {
                        wanted.join(" that is ")
                    },
                ),
            )
            .why(format!("the route has no effect on that {kind:?}"))
            .hint(hint),
        );
    }
    ports
}

/// "GAMMA implementations SHOULD NOT infer any functionality" from hostnames (GEP-1294).
fn hostnames(route: &Route, diagnostics: &mut Diagnostics) {
    if let Some(first) = route.hostnames.first() {
        diagnostics.push(
            Diagnostic::new(
                &codes::HOSTNAMES_IGNORED,
                first.span,
                "`hostnames` has no effect where the parent is a Service",
            )
            .why("requests for every host name of the Service are routed by this route")
            .hint("match the header `Host` instead, or ask for them with --honor-hostnames"),
        );
    }
}

//! Which routes apply to a Service port.

use gamma_manifest::{Manifests, ParentRef, Route, RouteKind, Service};

/// The routes that a request of a client in the namespace `client` may be decided by.
pub(super) fn applicable<'m>(
    manifests: &'m Manifests,
    service: &Service,
    port: u16,
    client: &str,
) -> Vec<&'m Route> {
    let routes = manifests.routes.iter().map(|route| &**route);
    let attached = routes.filter(|route| {
        route
            .parent_refs
            .iter()
            .any(|parent| is_parent(parent, route, service, port))
    });
    let of_namespace = |namespace: &str| -> Vec<&'m Route> {
        attached
            .clone()
            .filter(|route| route.metadata.namespace == namespace)
            .collect()
    };
    // "consumer routes … requests from workloads in the *route's* namespace"; "Consumer routes have
    // priority over producer routes" (GEP-1686); "the consumer routes replace the producer routes …
    // never merged" (semantics.md). A client in the Service's namespace has no consumer routes.
    let consumer = of_namespace(client);
    let group = if consumer.is_empty() {
        of_namespace(&service.metadata.namespace)
    } else {
        consumer
    };
    most_specific_kind(group)
}

/// "`group: ""`, `kind: Service`" (GEP-1294); "`group: core` … read as the core group" (done by the
/// decoder).
///
/// "When unspecified, this refers to the local namespace of the Route." (ParentReference.namespace)
///
/// "When the parent resource is a Service, this targets a specific port in the Service spec. When
/// both Port … and SectionName are specified, the name and port of the selected port must match both
/// specified values." (ParentReference.port)
fn is_parent(parent: &ParentRef, route: &Route, service: &Service, port: u16) -> bool {
    let namespace = parent
        .namespace
        .as_ref()
        .map_or(&route.metadata.namespace, |namespace| &namespace.value);
    parent.group.is_empty()
        && parent.kind.value == "Service"
        && parent.name.value == service.metadata.name.value
        && *namespace == service.metadata.namespace
        && service.ports.iter().any(|p| {
            p.protocol == "TCP"
                && p.port == port
                && parent.port.as_ref().is_none_or(|n| n.value == p.port)
                && parent
                    .section_name
                    .as_ref()
                    .is_none_or(|n| n.value == p.name)
        })
}

/// "GRPCRoute > HTTPRoute": only the most specific kind is applied (GEP-1294).
fn most_specific_kind(routes: Vec<&Route>) -> Vec<&Route> {
    let grpc: Vec<&Route> = routes
        .iter()
        .copied()
        .filter(|route| route.kind == RouteKind::GrpcRoute)
        .collect();
    if grpc.is_empty() { routes } else { grpc }
}

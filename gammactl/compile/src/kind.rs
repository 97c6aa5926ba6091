//! The kind of route that is applied on a Service port: "GRPCRoute > HTTPRoute: only the most specific
//! type is applied, the others are ignored" (GEP-1294, Route types).

use gamma_manifest::{Manifests, RouteKind};

/// The GRPCRoute among `routes`, which are those on one port: HTTPRoutes are ignored there. Of
/// several the first by name, whatever the order of the files.
pub(super) fn grpc_route(routes: &[usize], manifests: &Manifests) -> Option<usize> {
    let route = |r: &usize| &manifests.routes[*r];
    routes
        .iter()
        .copied()
        .filter(|r| route(r).kind == RouteKind::GrpcRoute)
        .min_by_key(|r| &route(r).metadata.name.value)
}

/// The routes that are applied, and those that are ignored beside them.
pub(crate) fn by_kind(routes: &[usize], manifests: &Manifests) -> (Vec<usize>, Vec<usize>) {
    let is_grpc = |route: &&usize| manifests.routes[**route].kind == RouteKind::GrpcRoute;
    if !routes.iter().any(|route| is_grpc(&route)) {
        return (routes.to_vec(), Vec::new());
    }
    routes.iter().partition(is_grpc)
}

//! Says what nginx can't do, where it is written, beside the lint about features of a rule (G441).

use gamma_compile::Index;
use gamma_manifest::{
    BackendRef, Filter, FilterKind, Manifests, Route, RouteKind, Rule, Service,
    diagnostic::{Diagnostic, Diagnostics, codes},
};

use crate::{
    cluster::{ClusterTarget, NginxCluster},
    tls::Obstacle,
};

pub(crate) fn advise(
    manifests: &Manifests,
    index: &Index<'_>,
    clusters: &[NginxCluster],
    obstacles: &[(String, String, u16, Obstacle)],
    found: &mut Diagnostics,
) {
    for cluster in clusters {
        let metadata = &cluster.service.metadata;
        let place = (&metadata.namespace, &metadata.name.value, cluster.port.port);
        let here = obstacles
            .iter()
            .find(|(namespace, name, port, _)| (namespace, name, *port) == place);
        if let Some((.., obstacle)) = here {
            no_tls(cluster, *obstacle, found);
        }
    }
    for route in &manifests.routes {
        for rule in &route.rules {
            let named = |backend: &BackendRef| named(route, backend, index, clusters);
            match route.kind {
                RouteKind::HttpRoute => no_http2(rule, named, found),
                RouteKind::GrpcRoute => no_mirror(rule, found),
            }
            sessions(rule, named, found);
        }
    }
}

/// The cluster of a backendRef.
fn named<'c>(
    route: &Route,
    backend: &BackendRef,
    index: &Index<'_>,
    clusters: &'c [NginxCluster],
) -> Option<&'c NginxCluster> {
    let service = index.backend(route, backend)?;
    let port = backend.port.as_ref().map(|port| port.value)?;
    let key = |service: &Service| {
        let metadata = &service.metadata;
        (
            service.kind,
            metadata.namespace.clone(),
            metadata.name.value.clone(),
        )
    };
    let of_service = key(service);
    let mut clusters = clusters.iter();
    clusters.find(|cluster| cluster.port.port == port && key(&cluster.service) == of_service)
}

fn no_tls(cluster: &NginxCluster, obstacle: Obstacle, found: &mut Diagnostics) {
    let (why, hint) = match obstacle {
        Obstacle::OtherCertificates => (
            "nginx has one file of trusted certificates for all backends, and another BackendTLSPolicy trusts others: \
             requests are answered 503",
            "let all policies trust the same certificates",
        ),
        Obstacle::OtherNames => (
            "nginx asks for the name that it wants in the certificate, and for no URI and no choice of names: requests \
             are answered 503",
            "leave `subjectAltNames` out, with a certificate for the policy's `hostname`",
        ),
    };
    let metadata = &cluster.service.metadata;
    let (namespace, name) = (&metadata.namespace, &metadata.name.value);
    let message = format!(
        "port {} of Service `{namespace}/{name}` can't be reached by TLS as its BackendTLSPolicy says",
        cluster.port.port
    );
    found.push(
        Diagnostic::new(&codes::NO_TLS_IN_NGINX, cluster.port.span, message)
            .why(why)
            .hint(hint),
    );
}

fn no_http2<'c>(
    rule: &Rule,
    named: impl Fn(&BackendRef) -> Option<&'c NginxCluster>,
    found: &mut Diagnostics,
) {
    let mirrors = filters(rule).filter_map(|filter| match &filter.kind {
        FilterKind::RequestMirror(mirror) => Some(&mirror.backend),
        _ => None,
    });
    for backend in rule.backend_refs.iter().chain(mirrors) {
        if named(backend).is_some_and(|cluster| cluster.http2) {
            let name = &backend.name.value;
            let message = format!("an HTTPRoute sends to `{name}`, whose port speaks HTTP/2");
            found.push(
                Diagnostic::new(&codes::NO_HTTP2_IN_NGINX, backend.name.span, message)
                    .why("nginx sends what is no gRPC call in HTTP/1.1, which such a backend need not understand")
                    .hint("name a port that speaks HTTP/1.1, or one that speaks both"),
            );
        }
    }
}

fn no_mirror(rule: &Rule, found: &mut Diagnostics) {
    for filter in filters(rule) {
        if let FilterKind::RequestMirror(_) = &filter.kind {
            found.push(
                Diagnostic::new(
                    &codes::NO_MIRROR_IN_NGINX,
                    filter.span,
                    "a GRPCRoute asks for copies of calls",
                )
                .why("nginx copies requests under a path of its own, and grpc_pass sends no other: there are no copies")
                .hint("do without, or copy in a proxy that can"),
            );
        }
    }
}

fn sessions<'c>(
    rule: &Rule,
    named: impl Fn(&BackendRef) -> Option<&'c NginxCluster>,
    found: &mut Diagnostics,
) {
    let Some(session) = &rule.session_persistence else {
        return;
    };
    let is_in_dns = |cluster: &NginxCluster| matches!(cluster.target, ClusterTarget::InDns(_));
    let mut clusters = rule.backend_refs.iter().filter_map(named);
    if let Some(cluster) = clusters.find(|cluster| is_in_dns(cluster)) {
        let name = &cluster.service.metadata.name.value;
        let message = format!("a session keeps the backend `{name}`, and not an endpoint of it");
        found.push(
            Diagnostic::new(&codes::SESSIONS_IN_NGINX, session.span, message)
                .why("its endpoints are known to DNS only, and an endpoint that a client names must be known to be one")
                .hint("add the EndpointSlices of the Service to the input: `kubectl get endpointslices -o yaml`"),
        );
    }
}

fn filters(rule: &Rule) -> impl Iterator<Item = &Filter> {
    let of_backends = rule
        .backend_refs
        .iter()
        .flat_map(|backend| &backend.filters);
    rule.filters.iter().chain(of_backends)
}

//! Warns of ports that speak HTTP/2 by a name that the generated Envoy does not go by, and of connections
//! that another proxy is left to make.

use std::collections::HashSet;

use gamma_manifest::{
    BackendRef, Manifests, Route, RouteKind, ServicePort,
    diagnostic::{Diagnostic, Diagnostics, codes},
    source::Span,
};

use crate::{
    ClusterNaming, Options, TlsToBackends,
    attach::Attachments,
    backend_tls::asks_for_tls,
    frontend::{ServiceKey, ServicePortKey},
    index::Index,
};

/// HTTP/2 without TLS by other names than Kubernetes' own: Istio's, Linkerd's, GKE's, IANA's.
const HTTP2: [&str; 7] = [
    "grpc",
    "grpc-web",
    "h2",
    "h2c",
    "http/2",
    "http2",
    "http2-clear",
];
/// HTTP/2 without TLS, "as described in RFC 9113" (Service, `appProtocol`).
const H2C: &str = "kubernetes.io/h2c";

pub(super) fn lint(
    manifests: &Manifests,
    index: &Index<'_>,
    attachments: &Attachments<'_>,
    options: &Options,
    diagnostics: &mut Diagnostics,
) {
    let attached = attachments.routes();
    let routes: Vec<&Route> = attached.iter().map(|r| &*manifests.routes[*r]).collect();
    if options.tls_to_backends == TlsToBackends::Proxy {
        left_to_the_proxy(manifests, &routes, index, options, diagnostics);
        return;
    }
    let mut http2: HashSet<ServicePortKey<'_>> = attachments
        .groups()
        .into_iter()
        .filter(|(_, _, routes)| {
            let mut routes = routes.iter();
            routes.any(|r| manifests.routes[*r].kind == RouteKind::GrpcRoute)
        })
        .map(|(_, group, _)| group.frontend())
        .collect();
    let (grpc, http): (Vec<&Route>, Vec<&Route>) = routes
        .iter()
        .partition(|route| route.kind == RouteKind::GrpcRoute);
    for route in grpc {
        let ports = backends(route).filter_map(|backend| port(route, backend, index));
        http2.extend(ports.map(|(key, _)| key));
    }
    for route in http {
        for backend in backends(route) {
            if let Some((key, port)) = port(route, backend, index)
                && !http2.contains(&key)
                && let Some(protocol) = port.app_protocol.as_deref()
            {
                named_otherwise(protocol, key, port, backend.span, diagnostics);
                // Once for a port.
                http2.insert(key);
            }
        }
    }
}

fn backends(route: &Route) -> impl Iterator<Item = &BackendRef> {
    route.rules.iter().flat_map(|rule| &rule.backend_refs)
}

fn port<'m>(
    route: &Route,
    backend: &BackendRef,
    index: &Index<'m>,
) -> Option<(ServicePortKey<'m>, &'m ServicePort)> {
    let service = index.backend(route, backend)?;
    let port = service.tcp_port(backend.port.as_ref()?.value)?;
    Some((ServiceKey::of(service).port(port.port), port))
}

fn named_otherwise(
    protocol: &str,
    key: ServicePortKey<'_>,
    port: &ServicePort,
    backend: Span,
    diagnostics: &mut Diagnostics,
) {
    let lower = protocol.to_ascii_lowercase();
    // Or behind the prefix of Kubernetes' own names, of which this is none.
    let name = lower.strip_prefix("kubernetes.io/").unwrap_or(&lower);
    if protocol == H2C || !HTTP2.contains(&name) {
        return;
    }
    let hint = match name {
        "grpc" | "grpc-web" => {
            "write `appProtocol: kubernetes.io/h2c`, or send to it by a GRPCRoute"
        }
        "h2" => {
            "write `appProtocol: kubernetes.io/h2c`; for HTTP/2 by TLS add a BackendTLSPolicy besides"
        }
        _ => "write `appProtocol: kubernetes.io/h2c`",
    };
    let ServiceKey {
        kind,
        namespace,
        name,
    } = key.service;
    diagnostics.push(
        Diagnostic::new(
            &codes::HTTP2_BY_ANOTHER_NAME,
            port.span,
            format!(
                "port {} of {kind:?} `{namespace}/{name}` has `appProtocol: {protocol}`",
                port.port
            ),
        )
        .why("HTTP/1.1 is sent to it: nothing here goes by that name")
        .hint(hint)
        .also(backend, "an HTTPRoute sends to it"),
    );
}

/// The clusters are of a proxy that others configure: what it does is not known here.
fn left_to_the_proxy(
    manifests: &Manifests,
    routes: &[&Route],
    index: &Index<'_>,
    options: &Options,
    diagnostics: &mut Diagnostics,
) {
    let is_istio = options.cluster_names == ClusterNaming::Istio;
    let hint = match is_istio {
        true => {
            "nothing to do where the mesh's own mTLS is meant; else a DestinationRule for the \
                 Service with `tls: {mode: SIMPLE}`"
        }
        false => "give the proxy's cluster a TLS transport socket",
    };
    for policy in &manifests.backend_tls_policies {
        let name = &policy.metadata.name;
        diagnostics.push(
            Diagnostic::new(
                &codes::TLS_LEFT_TO_PROXY,
                name.span,
                format!("BackendTLSPolicy `{}` is not obeyed by this proxy's filter", name.value),
            )
            .why("the filter names clusters; how their endpoints are reached is up to whoever makes them")
            .hint(hint),
        );
    }
    if !is_istio {
        return;
    }
    let mut said = HashSet::new();
    for (route, backend) in routes
        .iter()
        .flat_map(|r| backends(r).map(move |b| (*r, b)))
    {
        let Some((key, port)) = port(route, backend, index) else {
            continue;
        };
        let wants = port
            .app_protocol
            .as_deref()
            .filter(|name| asks_for_tls(name));
        if let Some(protocol) = wants
            && said.insert(key)
        {
            let metadata = key.service;
            diagnostics.push(
                Diagnostic::new(
                    &codes::TLS_LEFT_TO_PROXY,
                    port.span,
                    format!(
                        "port {} of {:?} `{}/{}` wants TLS (`appProtocol: {protocol}`)",
                        port.port, metadata.kind, metadata.namespace, metadata.name
                    ),
                )
                .why("the mesh encrypts between sidecars; to other endpoints a sidecar sends what it was given, in plain text")
                .hint(hint)
                .also(backend.span, "a route sends to it"),
            );
        }
    }
}

//! Ports that Istio takes for something that the routes on them are not.

use std::collections::{BTreeSet, HashMap};

use gamma_compile::{Attachment, Index};
use gamma_manifest::{
    Manifests, Route, RouteKind, Service, ServiceKind, ServicePort,
    diagnostic::{Code, Diagnostic, Diagnostics, codes},
};

/// What Istio takes a port for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum IstioProtocol {
    /// HTTP/1.1 to the endpoints, whatever the client speaks.
    Http(&'static str),
    /// HTTP/2 to the endpoints.
    Http2,
    /// Whatever comes: the first bytes of a connection tell.
    Sniffed,
    /// Bytes that no HTTP filter sees.
    Bytes(&'static str),
}

/// Where a protocol that is looked for in the first bytes would wait for a client that waits for its server.
const SERVER_SPEAKS_FIRST: [u16; 4] = [25, 53, 3306, 27017];

impl IstioProtocol {
    /// `appProtocol` says it, else the name of the port up to its first `-`.
    fn of(port: &ServicePort) -> Self {
        let said = match port.app_protocol.as_deref() {
            Some("kubernetes.io/h2c") => return Self::Http2,
            Some("kubernetes.io/ws") => return Self::Http("HTTP"),
            Some("kubernetes.io/wss") => return Self::Bytes("HTTPS"),
            Some(other) => other,
            None => &port.name,
        };
        let said = said.to_ascii_lowercase();
        if said.starts_with("grpc-web") {
            return Self::Http2;
        }
        let prefix = said.split('-').next().unwrap_or_default();
        match prefix {
            "http" => Self::Http("HTTP"),
            "http_proxy" => Self::Http("HTTP_PROXY"),
            "http2" | "grpc" => Self::Http2,
            "tcp" => Self::Bytes("TCP"),
            "https" => Self::Bytes("HTTPS"),
            "tls" => Self::Bytes("TLS"),
            "mongo" => Self::Bytes("Mongo"),
            "redis" => Self::Bytes("Redis"),
            "mysql" => Self::Bytes("MySQL"),
            "udp" => Self::Bytes("UDP"),
            _ if SERVER_SPEAKS_FIRST.contains(&port.port) => Self::Bytes("TCP"),
            _ => Self::Sniffed,
        }
    }
}

/// Says it of the ports that routes are attached to, and of those that GRPCRoutes among `routes`, which are
/// the attached ones, send to.
pub(super) fn advise(
    manifests: &Manifests,
    attachments: &[Attachment],
    routes: &[&Route],
    index: &Index<'_>,
    found: &mut Diagnostics,
) {
    let services = manifests.services.iter().map(|service| {
        let metadata = &service.metadata;
        let is_import = service.kind == ServiceKind::ServiceImport;
        let key = (is_import, &*metadata.namespace, &*metadata.name.value);
        (key, service)
    });
    let services: HashMap<(bool, &str, &str), &Service> = services.collect();
    let mut told = BTreeSet::new();
    for attachment in attachments {
        let Some(route) = manifests.routes.get(attachment.route) else {
            continue;
        };
        let Some(parent) = route.parent_refs.get(attachment.parent) else {
            continue;
        };
        let namespace = parent.namespace.as_ref();
        let namespace = namespace.map_or(&*route.metadata.namespace, |n| &*n.value);
        let is_import = parent.kind.value == "ServiceImport";
        let Some(service) = services.get(&(is_import, namespace, &*parent.name.value)) else {
            continue;
        };
        for attached in &attachment.ports {
            let Some(port) = service.tcp_port(attached.number) else {
                continue;
            };
            if let IstioProtocol::Bytes(protocol) = IstioProtocol::of(port)
                && told.insert((port.span, 0))
            {
                found.push(no_http(service, port, protocol));
            }
        }
    }
    let grpc_routes = routes
        .iter()
        .filter(|route| route.kind == RouteKind::GrpcRoute);
    for route in grpc_routes {
        for (service, port) in backends(route, index) {
            if let IstioProtocol::Http(protocol) | IstioProtocol::Bytes(protocol) =
                IstioProtocol::of(port)
                && told.insert((port.span, 1))
            {
                found.push(no_http2(service, port, protocol));
            }
        }
    }
}

fn backends<'m>(
    route: &'m Route,
    index: &Index<'m>,
) -> impl Iterator<Item = (&'m Service, &'m ServicePort)> {
    let backends = route.rules.iter().flat_map(|rule| &rule.backend_refs);
    backends.filter_map(move |backend| {
        let service = index.backend(route, backend)?;
        let port = backend.port.as_ref()?;
        Some((service, service.tcp_port(port.value)?))
    })
}

fn said(port: &ServicePort) -> String {
    match (&port.app_protocol, &*port.name) {
        (Some(said), _) => format!("`appProtocol` is `{said}`"),
        (None, "") => format!("it has no name, and servers at {} speak first", port.port),
        (None, name) => format!("its name is `{name}`"),
    }
}

fn no_http(service: &Service, port: &ServicePort, protocol: &str) -> Diagnostic {
    finding(
        &codes::NO_HTTP_IN_ISTIO,
        (service, port, protocol),
        "its routes have no effect",
        "sidecars forward the bytes of such a port, and no HTTP filter sees them",
        "`appProtocol: http`, or `kubernetes.io/h2c` for gRPC",
    )
}

fn no_http2(service: &Service, port: &ServicePort, protocol: &str) -> Diagnostic {
    finding(
        &codes::NO_HTTP2_IN_ISTIO,
        (service, port, protocol),
        "gRPC calls to it fail",
        "sidecars speak HTTP/1.1 to such a port, and gRPC needs HTTP/2",
        "`appProtocol: kubernetes.io/h2c`",
    )
}

/// That a port of a Service is taken for a protocol; `so` is what comes of it, `why` why, and `member` what
/// to write.
fn finding(
    code: &'static Code,
    (service, port, protocol): (&Service, &ServicePort, &str),
    so: &str,
    why: &str,
    member: &str,
) -> Diagnostic {
    let metadata = &service.metadata;
    let verb = match port.app_protocol {
        Some(_) => "write",
        None => "add",
    };
    Diagnostic::new(
        code,
        port.span,
        format!(
            "Istio takes port {} of `{}/{}` for {protocol}, so {so}",
            port.port, metadata.namespace, metadata.name.value
        ),
    )
    .why(format!("{}; {why}", said(port)))
    .hint(format!("{verb} {member}"))
}

#[cfg(test)]
mod tests;

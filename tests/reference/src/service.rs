//! Which Service, and which of its ports, a request is for.

use std::net::IpAddr;

use gamma_manifest::{Manifests, Service};

use crate::request::Request;

/// "the connection's destination if it is a cluster IP of a known Service, else the authority"
/// (semantics.md)
pub(super) fn dialled<'m>(
    manifests: &'m Manifests,
    client: &str,
    request: &Request,
) -> Option<(&'m Service, u16)> {
    let mut frontends = manifests.services.iter();
    let by_address = request.destination.and_then(|destination| {
        let service = frontends.clone().find(|s| has_ip(s, destination.ip()))?;
        Some((service, destination.port()))
    });
    let (service, port) = match by_address {
        Some(found) => found,
        None => {
            let service = frontends.find(|s| is_named(s, client, request.host_and_port().0))?;
            (service, port(request)?)
        }
    };
    is_called(service, port).then_some((service, port))
}

/// "A request to a headless or ExternalName Service: as without a mesh, to its own endpoints"
/// (semantics.md): at the ports that it names, and at that of HTTP where it names none.
fn is_called(service: &Service, port: u16) -> bool {
    let names_none = service.ports.is_empty() || service.service_type == "ExternalName";
    has_port(service, port) || (!is_frontend(service) && names_none && port == 80)
}

/// "Headless or ExternalName Service as parent: no effect" (semantics.md): it has no frontend.
pub(super) fn is_frontend(service: &Service) -> bool {
    !service.headless && service.service_type != "ExternalName"
}

/// HTTP runs over TCP.
pub(super) fn has_port(service: &Service, port: u16) -> bool {
    service
        .ports
        .iter()
        .any(|p| p.port == port && p.protocol == "TCP")
}

/// A dual-stack socket shows the address 10.0.0.1 as ::ffff:10.0.0.1.
fn has_ip(service: &Service, ip: IpAddr) -> bool {
    let ip = ip.to_canonical();
    service.cluster_ips.iter().any(|own| own.value == ip)
}

/// "`name` from its own namespace, `name.ns`, `name.ns.svc`, `name.ns.svc.<cluster domain>`; any
/// case, trailing dot, port" (semantics.md). Or the cluster IP itself.
fn is_named(service: &Service, client: &str, host: &str) -> bool {
    let host = host.to_ascii_lowercase();
    let host = host.strip_suffix('.').unwrap_or(&host);
    let address = host.strip_prefix('[').and_then(|h| h.strip_suffix(']'));
    if let Ok(ip) = address.unwrap_or(host).parse() {
        return has_ip(service, ip);
    }
    let (name, namespace) = (&service.metadata.name.value, &service.metadata.namespace);
    (host == name && namespace == client)
        || host == format!("{name}.{namespace}")
        || host == format!("{name}.{namespace}.svc")
        || host == format!("{name}.{namespace}.svc.cluster.local")
}

/// "port = *DIGIT" (RFC 3986); "If the port subcomponent is empty or not given, TCP port 80 … is the
/// default" (RFC 9110, http), 443 for https.
fn port(request: &Request) -> Option<u16> {
    match request.host_and_port().1 {
        None | Some("") => Some(if request.scheme() == "https" { 443 } else { 80 }),
        Some(digits) if digits.bytes().all(|b| b.is_ascii_digit()) => digits.parse().ok(),
        Some(_) => None,
    }
}

//! The endpoints of a cluster: the addresses in EndpointSlices, or what DNS has for a name.

use gamma_compile::{Index, PortEndpoint, host};
use gamma_manifest::{EndpointAddress, Service, ServicePort};
use serde_json::{Value, json};

use super::address::socket_address;

/// Sets what says where the endpoints of a cluster are. Envoy takes a name in a cluster that asks DNS
/// only, where an address stands for itself.
pub(super) fn set(
    cluster: &mut Value,
    service: &Service,
    port: &ServicePort,
    index: &Index<'_>,
    cluster_domain: &str,
) {
    // A cluster knows an ExternalName by that name alone.
    let known = match &service.external_name {
        Some(name) => Some(vec![outside(name, port)]),
        None => index.endpoints(service, port),
    };
    let external = |endpoint: &PortEndpoint| matches!(endpoint.address, EndpointAddress::Name(_));
    let outside = known.iter().flatten().any(external);
    cluster["type"] = match &known {
        Some(_) if !outside => "STATIC".into(),
        _ => "STRICT_DNS".into(),
    };
    if outside {
        // Envoy's own choice is IPv6 wherever a name has it, be there a way to it or not.
        cluster["dns_lookup_family"] = "V4_PREFERRED".into();
    }
    let endpoints = known.unwrap_or_else(|| vec![in_dns(service, port, cluster_domain)]);
    let endpoints: Vec<Value> = endpoints.iter().map(endpoint).collect();
    cluster["load_assignment"] = json!({
        "cluster_name": cluster["name"],
        "endpoints": [{ "lb_endpoints": endpoints }],
    });
}

/// What an ExternalName stands for: "treated as a name comprised of digits" by Kubernetes where it is an
/// address, and by nobody else.
fn outside(name: &str, port: &ServicePort) -> PortEndpoint {
    PortEndpoint {
        address: EndpointAddress::Name(name.into()),
        port: port.port,
    }
}

/// The name that a Service without slices has in DNS.
fn in_dns(service: &Service, port: &ServicePort, cluster_domain: &str) -> PortEndpoint {
    PortEndpoint {
        address: EndpointAddress::Name(host(service, cluster_domain)),
        // A headless Service resolves to its pods, which know nothing of the Service's port.
        port: if service.headless {
            port.target_port.unwrap_or(port.port)
        } else {
            port.port
        },
    }
}

fn endpoint(endpoint: &PortEndpoint) -> Value {
    let address = endpoint.address.to_string();
    json!({ "endpoint": { "address": socket_address(&address, endpoint.port) } })
}

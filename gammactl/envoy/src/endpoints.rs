//! The endpoints of a cluster: the addresses in EndpointSlices, or what DNS has for a name.

use gamma_compile::{Index, PortEndpoint, Whereabouts};
use gamma_manifest::{Service, ServicePort};
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
    let found = Whereabouts::of(service, port, index, cluster_domain);
    let has_names = found.has_names();
    cluster["type"] = if has_names { "STRICT_DNS" } else { "STATIC" }.into();
    let endpoints = match found {
        Whereabouts::Known(endpoints) => {
            if has_names {
                // Envoy's own choice is IPv6 wherever a name has it, be there a way to it or not.
                cluster["dns_lookup_family"] = "V4_PREFERRED".into();
            }
            endpoints
        }
        Whereabouts::InDns(endpoint) => vec![endpoint],
    };
    let endpoints: Vec<Value> = endpoints.iter().map(endpoint).collect();
    cluster["load_assignment"] = json!({
        "cluster_name": cluster["name"],
        "endpoints": [{ "lb_endpoints": endpoints }],
    });
}

fn endpoint(endpoint: &PortEndpoint) -> Value {
    let address = endpoint.address.to_string();
    json!({ "endpoint": { "address": socket_address(&address, endpoint.port) } })
}

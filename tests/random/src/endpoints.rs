//! Random EndpointSlices, of Services and of none.

use fastrand::Rng;
use serde_json::{Value, json};

use super::{
    NAMESPACES, once_in, pick,
    routes::{PORTS, SERVICES},
};

/// Slices for some of the Services that there may be.
pub(super) fn slices(rng: &mut Rng) -> Vec<Value> {
    let mut slices = Vec::new();
    for namespace in NAMESPACES {
        for service in SERVICES {
            for number in 0..pick(rng, &[0, 0, 1, 1, 2]) {
                slices.push(slice(rng, namespace, service, number));
            }
        }
    }
    slices
}

fn slice(rng: &mut Rng, namespace: &str, service: &str, number: u32) -> Value {
    let family = pick(rng, &["IPv4", "IPv4", "IPv4", "IPv6", "FQDN"]);
    let mut ports: Vec<Value> = PORTS
        .iter()
        .map(|(port, name)| json!({"name": name, "port": port + 8_000, "protocol": "TCP"}))
        .collect();
    if once_in(rng, 6) {
        ports.remove(rng.usize(..ports.len()));
    }
    if once_in(rng, 10) {
        ports = vec![json!({"port": 8_080})];
    }
    let endpoints: Vec<Value> = (0..rng.u32(..4))
        .map(|n| {
            let address = match family {
                "IPv4" => format!("10.1.{}.{}", rng.u8(..), n + 1),
                "IPv6" => format!("fd01::{:x}:{:x}", rng.u16(1..), n + 1),
                _ => format!("host-{n}.example.com"),
            };
            let mut endpoint = json!({"addresses": [address]});
            if !once_in(rng, 3) {
                let ready = !once_in(rng, 4);
                endpoint["conditions"] =
                    json!({"ready": ready, "serving": ready || once_in(rng, 2), "terminating": !ready});
            }
            endpoint
        })
        .collect();
    json!({
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {
            "name": format!("{service}-{number}"),
            "namespace": namespace,
            "labels": {"kubernetes.io/service-name": service},
        },
        "addressType": family,
        "ports": ports,
        "endpoints": endpoints,
    })
}

//! The objects of scenarios.

use std::net::IpAddr;

use anyhow::Result;
use gamma_virtual_services::scenario::{WORKLOADS, pods};
use serde_json::{Value, json};

use super::place::COMMON;
use crate::objects::{name, service};

/// The objects of a scenario, by when they are applied.
#[derive(Debug, Default)]
pub(super) struct SourceObjects {
    pub(super) services: Vec<Value>,
    /// DestinationRules.
    pub(super) rules: Vec<Value>,
    pub(super) virtual_services: Vec<Value>,
}

impl SourceObjects {
    pub(super) fn read(manifests: &str) -> Result<Self> {
        let mut objects = Self::default();
        for object in serde_saphyr::from_multiple::<Value>(manifests)? {
            match object["kind"].as_str() {
                Some("Service") => objects.services.push(object),
                Some("VirtualService") => objects.virtual_services.push(object),
                Some(_) => objects.rules.push(object),
                None => {}
            }
        }
        Ok(objects)
    }
}

/// Pods that are no pods: Istio takes them for the endpoints of `services` whose selectors they meet, in each of their namespaces.
pub(super) fn workload_entries(
    services: &[Value],
    address: IpAddr,
    port: impl Fn(&str) -> Option<u16>,
) -> Vec<Value> {
    let mut entries: Vec<Value> = Vec::new();
    for service in services {
        let [namespace, _] = name(service);
        for pod in pods(service) {
            let Some(port) = port(pod) else { continue };
            let known = |entry: &Value| name(entry) == [namespace, pod];
            if entries.iter().any(known) {
                continue;
            }
            let labels = WORKLOADS.iter().find(|(name, _)| *name == pod);
            let labels: serde_json::Map<String, Value> = labels
                .into_iter()
                .flat_map(|(_, labels)| *labels)
                .map(|(key, value)| ((*key).into(), (*value).into()))
                .collect();
            entries.push(json!({
                "apiVersion": "networking.istio.io/v1",
                "kind": "WorkloadEntry",
                "metadata": { "name": pod, "namespace": namespace },
                "spec": {
                    "address": address,
                    "ports": { "http": port, "http-two": port },
                    "labels": labels,
                },
            }));
        }
    }
    entries
}

/// A VirtualService that is applied behind others of which nothing is seen by itself: with its route a sidecar has theirs.
pub(super) fn marker(turn: &str) -> [Value; 2] {
    let host = "marker";
    [
        service(COMMON, host),
        json!({
            "apiVersion": "networking.istio.io/v1",
            "kind": "VirtualService",
            "metadata": { "name": host, "namespace": COMMON },
            "spec": {
                "hosts": [host],
                "http": [{ "name": turn, "route": [{ "destination": { "host": host } }] }],
            },
        }),
    ]
}

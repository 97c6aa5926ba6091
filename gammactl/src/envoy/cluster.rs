//! A cluster per Service port that the config names.

use std::collections::HashSet;

use gamma_config::{Config, Filter, RouteTable};
use serde_json::{Value, json};

use super::socket_address;
use crate::{
    compile::{Options, index::Index},
    manifest::{Manifests, Service, ServicePort},
};

/// How long a TCP connection to an endpoint may take.
const CONNECT_TIMEOUT: &str = "1s";

pub(super) fn clusters(manifests: &Manifests, config: &Config, options: &Options) -> Vec<Value> {
    let named = Named::of(config);
    let index = Index::new(manifests);
    let mut clusters: Vec<(String, Value)> = Vec::new();
    for service in &manifests.services {
        for port in service.tcp_ports() {
            let name = options.cluster_names.of(
                &service.metadata.namespace,
                &service.metadata.name.value,
                port.port,
                &options.cluster_domain,
            );
            if named.all.contains(name.as_str()) {
                let http2 = port.app_protocol.as_deref() == Some("kubernetes.io/h2c")
                    || named.grpc.contains(name.as_str());
                let cluster = cluster(&name, service, port, http2, &index, options);
                clusters.push((name, cluster));
            }
        }
    }
    clusters.sort_by(|(a, _), (b, _)| a.cmp(b));
    clusters.into_iter().map(|(_, cluster)| cluster).collect()
}

/// Cluster names in a config.
#[derive(Default)]
struct Named<'c> {
    all: HashSet<&'c str>,
    /// Those that a GRPCRoute sends to, and those of ports that have one: gRPC needs HTTP/2 even
    /// where no `appProtocol` says so.
    grpc: HashSet<&'c str>,
}

impl<'c> Named<'c> {
    fn of(config: &'c Config) -> Self {
        let mut named = Self::default();
        for port in config.services.iter().flat_map(|service| &service.ports) {
            named.all.insert(&port.cluster);
            for table in port.producer.iter().chain(port.consumers.values()) {
                named.table(table, &port.cluster);
            }
        }
        named
    }

    fn table(&mut self, table: &'c RouteTable, own: &'c str) {
        for rule in &table.rules {
            let grpc = rule.route.starts_with("GRPCRoute/");
            let backends = rule
                .backend_refs
                .iter()
                .filter_map(|b| b.cluster.as_deref());
            let of_backends = rule.backend_refs.iter().flat_map(|b| &b.filters);
            let mirrors = rule.filters.iter().chain(of_backends).filter_map(mirrored);
            let backends: Vec<&str> = backends.chain(mirrors).collect();
            self.all.extend(&backends);
            if grpc {
                self.grpc.extend(backends);
                self.grpc.insert(own);
            }
        }
    }
}

fn mirrored(filter: &Filter) -> Option<&str> {
    match filter {
        Filter::RequestMirror(mirror) => Some(&mirror.cluster),
        _ => None,
    }
}

fn cluster(
    name: &str,
    service: &Service,
    port: &ServicePort,
    http2: bool,
    index: &Index<'_>,
    options: &Options,
) -> Value {
    let (namespace, service_name) = (&*service.metadata.namespace, &*service.metadata.name.value);
    let slices = index.slices(namespace, service_name);
    let (kind, endpoints) = if !slices.is_empty() {
        let endpoints: Vec<Value> = slices
            .iter()
            .filter_map(|slice| {
                let (_, number) = slice.ports.iter().find(|(name, _)| *name == port.name)?;
                Some(
                    slice
                        .ready_addresses
                        .iter()
                        .map(|address| endpoint(address, *number)),
                )
            })
            .flatten()
            .collect();
        ("STATIC", endpoints)
    } else {
        let host = format!("{service_name}.{namespace}.svc.{}", options.cluster_domain);
        // A headless Service resolves to its pods, which know nothing of the Service's port.
        let number = match service.headless {
            true => port.target_port.unwrap_or(port.port),
            false => port.port,
        };
        ("STRICT_DNS", vec![endpoint(&host, number)])
    };
    let mut cluster = json!({
        "name": name,
        "type": kind,
        "connect_timeout": CONNECT_TIMEOUT,
        "load_assignment": {
            "cluster_name": name,
            "endpoints": [{ "lb_endpoints": endpoints }],
        },
    });
    if http2 {
        cluster["typed_extension_protocol_options"] = json!({
            "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
                "@type": "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
                "explicit_http_config": { "http2_protocol_options": {} },
            },
        });
    }
    cluster
}

fn endpoint(address: &str, port: u16) -> Value {
    json!({ "endpoint": { "address": socket_address(address, port) } })
}

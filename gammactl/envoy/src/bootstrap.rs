//! The bootstrap around the filter, put together from its parts.

use std::{
    collections::{BTreeSet, HashSet},
    net::{IpAddr, SocketAddr},
};

use gamma_compile::Options;
use gamma_config::{Config, Service};
use gamma_manifest::Manifests;
use serde_json::{Value, json};

use super::{
    address::socket_address, arrival, capture, cluster, forwarded_proto::with_marks, listener,
    observe, options::EnvoyOptions,
};

/// How many bytes the allocator gives back in a second, at most. More would take pages from an Envoy that is about to
/// need them again.
const RELEASED_A_SECOND: u64 = 5 << 20;

/// The bootstrap, in the JSON form of `envoy.config.bootstrap.v3.Bootstrap`.
///
/// `config` is what [`compile`](gamma_compile::compile()) made of `manifests` with `compile_options`.
pub fn bootstrap(
    manifests: &Manifests,
    config: &Config,
    compile_options: &Options,
    options: &EnvoyOptions,
) -> Value {
    let config = embedded(config, manifests, options);
    let listeners = options.listen.iter();
    let mut listeners: Vec<Value> = listeners
        .map(|address| listener::listener(*address, &config, options))
        .collect();
    let mut clusters = cluster::clusters(manifests, &config, compile_options, options);
    if !options.capture.is_empty() {
        let captured = options.capture.iter();
        listeners.extend(captured.map(|address| capture::listener(*address, &config, options)));
        clusters.push(capture::cluster());
    }
    let mut bootstrap = json!({
        "node": {
            "id": "gamma",
            "cluster": "gamma",
        },
        "static_resources": {
            "listeners": listeners,
            "clusters": clusters,
        },
    });
    if let Some(namespace) = &config.settings.client_namespace {
        bootstrap["node"]["metadata"] = json!({ "NAMESPACE": namespace });
    }
    if let Some(stats_config) = observe::stats_config(&config.settings) {
        bootstrap["stats_config"] = stats_config;
    }
    bootstrap["memory_allocator_manager"] = memory_allocator_manager();
    if let Some(admin) = options.admin {
        bootstrap["admin"] =
            json!({ "address": socket_address(&admin.ip().to_string(), admin.port()) });
    }
    bootstrap
}

/// Envoy's allocator gives memory back to the system.
///
/// V8 compiles the module in 200 MB, of which some 15 MiB stay behind as free pages that nobody needs any more; reading a
/// large config leaves more. Nothing is given back unless this says so.
fn memory_allocator_manager() -> Value {
    json!({ "bytes_to_release": RELEASED_A_SECOND.to_string(), "memory_release_interval": "1s" })
}

/// The names of the clusters in a bootstrap.
#[must_use]
pub fn cluster_names(bootstrap: &Value) -> BTreeSet<String> {
    let clusters = bootstrap["static_resources"]["clusters"].as_array();
    let names = clusters.into_iter().flatten();
    names
        .filter_map(|cluster| Some(cluster["name"].as_str()?.to_owned()))
        .collect()
}

/// The config as this Envoy needs it. A connection that nobody redirected can only have been made to
/// an address that a listener accepts, and asking the host for it costs every request: cluster IPs
/// that can't be the destination are left out.
fn embedded(config: &Config, manifests: &Manifests, options: &EnvoyOptions) -> Config {
    let mut config = with_marks(config).into_owned();
    let accepted = |ip: &IpAddr| {
        let mut listen = options.listen.iter().map(SocketAddr::ip);
        !options.capture.is_empty() || listen.any(|own| own.is_unspecified() || own == *ip)
    };
    for service in &mut config.services {
        service.cluster_ips.retain(accepted);
    }
    if !options.capture.is_empty() {
        let direct = manifests.services.iter().filter(|s| !s.is_frontend());
        let direct: HashSet<_> = direct
            .map(|s| (s.kind, &*s.metadata.namespace, &*s.metadata.name.value))
            .collect();
        let is_direct = |s: &&mut Service| direct.contains(&(s.kind, &*s.namespace, &*s.name));
        for service in config.services.iter_mut().filter(is_direct) {
            for port in &mut service.ports {
                port.cluster = arrival::direct(&port.cluster);
            }
        }
    }
    config
}

//! An Envoy that is set up as istiod sets up a sidecar: outbound clusters by Istio's names, a virtual
//! host for each Service and one for all else, the filter from a WasmPlugin, and behind it those that
//! every sidecar has, in istiod's order.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    time::{Duration, Instant},
};

use gamma_envoy::istio::IstioObject;
use gamma_testbed::{
    echo::{Echo, Identity},
    envoy::{Bootstrap, Envoy, Options},
    stage::{Backends, wasm},
};
use serde_json::{Value, json};

use crate::patch;

/// What is not the same in each mesh.
pub(crate) struct Special<'a> {
    /// What the sidecar says that it is of.
    pub(crate) version: &'a str,
    /// Endpoints of a cluster, instead of the one that each has.
    pub(crate) endpoints: Option<(&'a str, Vec<SocketAddr>)>,
    /// Whether a DestinationRule asks for a consistent hash in that cluster.
    pub(crate) consistent_hash: bool,
    /// A cluster that this sidecar does not have.
    pub(crate) hidden: Option<&'a str>,
    /// What istiod adds to the routes that it makes: `typed_per_filter_config`.
    pub(crate) route_filters: Value,
}

impl Default for Special<'_> {
    fn default() -> Self {
        Self {
            version: "1.32.0",
            endpoints: None,
            consistent_hash: false,
            hidden: None,
            route_filters: Value::Null,
        }
    }
}

/// A running sidecar.
pub(crate) struct Sidecar {
    envoy: Envoy,
    /// Where all goes that is for no Service.
    _passthrough: Echo,
}

const LISTENER: &str = "0.0.0.0_80";

impl Sidecar {
    /// Of a workload in `namespace` to which `objects` apply.
    pub(crate) fn start(backends: &Backends, namespace: &str, objects: &[IstioObject]) -> Self {
        Self::start_in(&Special::default(), backends, namespace, objects)
    }

    /// The same, in a mesh that is not as all others.
    pub(crate) fn start_in(
        special: &Special<'_>,
        backends: &Backends,
        namespace: &str,
        objects: &[IstioObject],
    ) -> Self {
        let identity = Identity::new("istio-system", "passthrough", 0);
        let passthrough = Echo::start(identity).unwrap();
        let mut virtual_hosts: Vec<Value> = backends
            .echoes
            .iter()
            .map(|echo| virtual_host(echo.identity(), namespace))
            .collect();
        virtual_hosts.push(json!({
            "name": "allow_any",
            "domains": ["*"],
            "routes": [route("PassthroughCluster")],
        }));
        if !special.route_filters.is_null() {
            for host in &mut virtual_hosts {
                host["routes"][0]["typed_per_filter_config"] = special.route_filters.clone();
            }
        }
        let mut filters = Vec::new();
        for object in objects.iter().map(|object| &object.0) {
            match object["kind"].as_str() {
                Some("EnvoyFilter") => {
                    patch::apply(object, special.version, &mut virtual_hosts);
                }
                Some("WasmPlugin") => filters.push(http_filter(object)),
                kind => panic!("{kind:?}"),
            }
        }
        for host in &mut virtual_hosts {
            host["response_headers_to_add"] = json!([
                { "header": { "key": "x-route", "value": "%ROUTE_NAME%" } },
            ]);
        }
        filters.extend(behind_plugins());
        let mut clusters: Vec<Value> = backends
            .echoes
            .iter()
            .map(|echo| cluster(&name(echo.identity()), &[echo.address()]))
            .chain([cluster("PassthroughCluster", &[passthrough.address()])])
            .filter(|cluster| {
                special
                    .hidden
                    .is_none_or(|hidden| cluster["name"] != hidden)
            })
            .collect();
        if let Some((name, endpoints)) = &special.endpoints {
            clusters.retain(|cluster| cluster["name"] != *name);
            let mut cluster = cluster(name, endpoints);
            if special.consistent_hash {
                cluster["lb_policy"] = "RING_HASH".into();
            }
            clusters.push(cluster);
        }
        let bootstrap = json!({
            "node": {
                "id": format!("sidecar~10.0.0.1~client.{namespace}~{namespace}.svc.cluster.local"),
                "cluster": format!("client.{namespace}"),
                "metadata": { "NAMESPACE": namespace, "CLUSTER_ID": "Kubernetes" },
            },
            "admin": { "address": address(&SocketAddr::from(([127, 0, 0, 1], 0))) },
            "static_resources": {
                "listeners": [listener(&virtual_hosts, &filters)],
                "clusters": clusters,
            },
        });
        let envoy = Envoy::start(Bootstrap::Text(&bootstrap.to_string()), &Options::default());
        Self {
            envoy: envoy.unwrap(),
            _passthrough: passthrough,
        }
    }

    /// Where the workload's requests go.
    pub(crate) fn address(&self) -> SocketAddr {
        self.envoy.listener(LISTENER).unwrap()
    }
}

fn host(identity: &Identity) -> String {
    let Identity {
        namespace, service, ..
    } = identity;
    format!("{service}.{namespace}.svc.cluster.local")
}

fn name(identity: &Identity) -> String {
    format!("outbound|{}||{}", identity.port, host(identity))
}

/// By its names as they are seen from `namespace`.
fn virtual_host(identity: &Identity, namespace: &str) -> Value {
    let full = host(identity);
    let mut domains = vec![full.clone()];
    for suffix in [".cluster.local", ".svc.cluster.local"] {
        domains.extend(full.strip_suffix(suffix).map(str::to_owned));
    }
    if identity.namespace == namespace {
        domains.push(identity.service.clone());
    }
    // With and without port, as istiod lists them for proxies that don't ignore ports.
    let with_port = |domain: &String| format!("{domain}:{}", identity.port);
    let ported: Vec<String> = domains.iter().map(with_port).collect();
    domains.extend(ported);
    json!({
        "name": format!("{full}:{}", identity.port),
        "domains": domains,
        "routes": [route(&name(identity))],
    })
}

/// As istiod makes them where there is no VirtualService.
fn route(cluster: &str) -> Value {
    json!({
        "name": "default",
        "match": { "prefix": "/" },
        "route": {
            "cluster": cluster,
            "timeout": "0s",
            "retry_policy": {
                "retry_on": "connect-failure,refused-stream,unavailable,cancelled",
                "num_retries": 2,
            },
        },
    })
}

/// The filters behind those of WasmPlugins without a phase, in the order of istiod's
/// `listener_builder.go`: those that the stock Envoy has.
fn behind_plugins() -> impl Iterator<Item = Value> {
    let filters = [
        ("grpc_stats", "grpc_stats.v3.FilterConfig"),
        ("fault", "fault.v3.HTTPFault"),
        ("cors", "cors.v3.Cors"),
        ("router", "router.v3.Router"),
    ];
    filters.into_iter().map(|(name, message)| {
        json!({
            "name": format!("envoy.filters.http.{name}"),
            "typed_config": {
                "@type": format!("type.googleapis.com/envoy.extensions.filters.http.{message}"),
            },
        })
    })
}

/// As istiod makes it of a WasmPlugin, with the module that the agent would have downloaded.
fn http_filter(plugin: &Value) -> Value {
    let spec = &plugin["spec"];
    assert_eq!(spec["match"], json!([{ "mode": "CLIENT" }]));
    let metadata = &plugin["metadata"];
    let name = ["namespace", "name"].map(|key| metadata[key].as_str().unwrap());
    json!({
        "name": name.join("."),
        "typed_config": {
            "@type": "type.googleapis.com/envoy.extensions.filters.http.wasm.v3.Wasm",
            "config": {
                "name": name.join("."),
                "root_id": spec["pluginName"],
                "failure_policy": spec["failStrategy"],
                "configuration": {
                    "@type": "type.googleapis.com/google.protobuf.StringValue",
                    "value": struct_as_json(&spec["pluginConfig"]),
                },
                "vm_config": {
                    "runtime": "envoy.wasm.runtime.v8",
                    "code": { "local": { "filename": wasm() } },
                    "environment_variables": {
                        "key_values": { "ISTIO_META_WASM_PLUGIN_RESOURCE_VERSION": "1" },
                    },
                },
            },
        },
    })
}

/// `pluginConfig` is a `google.protobuf.Struct` to istiod: all numbers are floating-point, and the
/// order of keys is lost. It is written as JSON for the filter.
fn struct_as_json(value: &Value) -> String {
    let list = |items: Vec<String>| items.join(",");
    match value {
        Value::Number(number) => number.as_f64().unwrap().to_string(),
        Value::Array(items) => format!("[{}]", list(items.iter().map(struct_as_json).collect())),
        Value::Object(members) => {
            let sorted: BTreeMap<_, _> = members.iter().collect();
            let member = |(key, value)| format!("{}: {}", json!(key), struct_as_json(value));
            format!("{{{}}}", list(sorted.into_iter().map(member).collect()))
        }
        other => other.to_string(),
    }
}

fn listener(virtual_hosts: &[Value], filters: &[Value]) -> Value {
    json!({
        "name": LISTENER,
        "address": address(&SocketAddr::from(([127, 0, 0, 1], 0))),
        "traffic_direction": "OUTBOUND",
        "filter_chains": [{ "filters": [{
            "name": "envoy.filters.network.http_connection_manager",
            "typed_config": {
                "@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
                "stat_prefix": "outbound_0.0.0.0_80",
                "use_remote_address": false,
                "normalize_path": true,
                "path_with_escaped_slashes_action": "KEEP_UNCHANGED",
                "stream_idle_timeout": "0s",
                "upgrade_configs": [{ "upgrade_type": "websocket" }],
                "http_filters": filters,
                "route_config": {
                    "name": "80",
                    "virtual_hosts": virtual_hosts,
                    "validate_clusters": false,
                },
            },
        }] }],
    })
}

fn cluster(name: &str, endpoints: &[SocketAddr]) -> Value {
    let endpoints = endpoints.iter();
    let endpoints = endpoints.map(|at| json!({ "endpoint": { "address": address(at) } }));
    json!({
        "name": name,
        "type": "STATIC",
        "connect_timeout": "10s",
        "load_assignment": {
            "cluster_name": name,
            "endpoints": [{ "lb_endpoints": endpoints.collect::<Vec<Value>>() }],
        },
    })
}

fn address(address: &SocketAddr) -> Value {
    json!({ "socket_address": { "address": address.ip(), "port_value": address.port() } })
}

/// Waits until `holds`.
pub(crate) fn eventually(patience: Duration, holds: impl Fn() -> bool) {
    let deadline = Instant::now() + patience;
    while !holds() {
        assert!(Instant::now() < deadline, "not within {patience:?}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

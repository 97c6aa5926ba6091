//! Two Envoys with the same routes: one obeys them with the filter, the other with routes of its own.

use std::net::{Ipv4Addr, SocketAddr};

use gamma_compile::{Options, compile};
use gamma_envoy::{AccessLog, EnvoyOptions, bootstrap, system_certificates};
use gamma_manifest::{Manifests, diagnostic::Diagnostics};
use gamma_testbed::{
    client::{Client, Request},
    echo::Echo,
    envoy::{self, Bootstrap, Envoy},
    fixture::Observed,
    manifests,
    stage::{Backends, Stage, wasm},
};
use serde_json::{Value, json};

use crate::{
    query::decoded_request,
    route_set::{namespace, placed_routes, services},
    translate::route_configuration,
};

/// Both Envoys, in front of the same backends.
#[derive(Debug)]
pub(crate) struct Pair {
    filtered: Stage,
    native_address: SocketAddr,
    // They stop when dropped.
    _native: Envoy,
    _backends: Backends,
}

/// Connections to both.
#[derive(Debug)]
pub(crate) struct Clients {
    filtered: Client,
    native: Client,
}

impl Pair {
    /// Starts both with sets of routes.
    pub(crate) fn start(sets: &[&[Value]]) -> Self {
        let sets: Vec<(String, Vec<Value>)> = sets
            .iter()
            .enumerate()
            .map(|(place, routes)| (namespace(place), placed_routes(routes, place)))
            .collect();
        let mut items = services(sets.len());
        items.extend(sets.iter().flat_map(|(_, routes)| routes.clone()));
        let list = json!({"apiVersion": "v1", "kind": "List", "items": items});
        // JSON is YAML.
        let read = manifests::read(&list.to_string()).expect("valid routes");
        let backends = Backends::start(&read).unwrap();
        let options = Options {
            client_namespace: Some("web".into()),
            ..Options::default()
        };
        let of_tests = envoy::Options::default();
        let filtered = Stage::start(&backends.manifests, &options, &wasm(), &of_tests).unwrap();
        let mut bootstrap = filtered_bootstrap(&backends.manifests, &options);
        make_native(&mut bootstrap, route_configuration(&sets), &backends.echoes);
        let native = Envoy::start(Bootstrap::Text(&bootstrap.to_string()), &of_tests).unwrap();
        let name = bootstrap["static_resources"]["listeners"][0]["name"].as_str();
        let native_address = native.listener(name.unwrap_or_default()).unwrap();
        Self {
            filtered,
            native_address,
            _native: native,
            _backends: backends,
        }
    }

    /// Connections of one's own.
    pub(crate) fn clients(&self) -> Clients {
        Clients {
            filtered: Client::new(self.filtered.address()),
            native: Client::new(self.native_address),
        }
    }
}

impl Clients {
    /// The answers of both, that of the filter first.
    pub(crate) fn send(&mut self, request: &Request) -> [Observed; 2] {
        let answer = |client: &mut Client, request: &Request| {
            let answer = client.send(request);
            Observed::from(&answer.unwrap_or_else(|error| panic!("{request:?}: {error}")))
        };
        [
            answer(&mut self.filtered, request),
            answer(&mut self.native, &decoded_request(request)),
        ]
    }
}

/// What `gammactl envoy` writes.
fn filtered_bootstrap(manifests: &Manifests, options: &Options) -> Value {
    let config = compile(manifests, options, &mut Diagnostics::default());
    let envoy = EnvoyOptions {
        listen: vec![(Ipv4Addr::LOCALHOST, 0).into()],
        capture: Vec::new(),
        admin: Some((Ipv4Addr::LOCALHOST, 0).into()),
        wasm: String::new(),
        mirror_host_suffix: false,
        system_certificates: system_certificates().into(),
        access_log: AccessLog::Off,
    };
    bootstrap(manifests, &config, options, &envoy)
}

/// Takes the filter out, and puts the routes in. What else the listener says stays as it is: both treat a request in
/// the same way until it is routed.
fn make_native(bootstrap: &mut Value, routes: Value, echoes: &[Echo]) {
    // "Repeated headers: joined with `,`, then compared" (semantics.md), as Envoy did until 1.39.
    bootstrap["layered_runtime"] = json!({"layers": [{
        "name": "joined",
        "static_layer": {"envoy.reloadable_features.match_headers_individually": false},
    }]});
    let resources = &mut bootstrap["static_resources"];
    let manager = &mut resources["listeners"][0]["filter_chains"][0]["filters"][0]["typed_config"];
    let filters = manager["http_filters"].as_array_mut().expect("filters");
    filters.retain(|filter| filter["name"] == "envoy.filters.http.router");
    assert_eq!(filters.len(), 1, "{filters:?}");
    manager["route_config"] = routes;
    let clusters: Vec<Value> = echoes.iter().map(cluster).collect();
    resources["clusters"] = clusters.into();
}

fn cluster(echo: &Echo) -> Value {
    let name = echo.identity().to_string();
    let address = echo.address();
    let socket_address = json!({"address": address.ip(), "port_value": address.port()});
    json!({
        "name": name,
        "type": "STATIC",
        "connect_timeout": "1s",
        "load_assignment": {
            "cluster_name": name,
            "endpoints": [{"lb_endpoints": [{"endpoint": {"address": {"socket_address": socket_address}}}]}],
        },
    })
}

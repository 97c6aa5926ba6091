//! Listeners, the HTTP connection manager and the filter.

use std::net::SocketAddr;

use gamma_config::Config;
use serde_json::{Value, json};

use super::{EnvoyOptions, observe::access_log, route::route_table, socket_address};

pub(super) fn listener(address: SocketAddr, config: &Config, options: &EnvoyOptions) -> Value {
    json!({
        "name": format!("gamma_{address}"),
        "address": socket_address(&address.ip().to_string(), address.port()),
        "filter_chains": [{
            "filters": [{
                "name": "envoy.filters.network.http_connection_manager",
                "typed_config": connection_manager(config, options),
            }],
        }],
    })
}

fn connection_manager(config: &Config, options: &EnvoyOptions) -> Value {
    json!({
        "@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": "gamma",
        // HTTP/1.1, and HTTP/2 by prior knowledge, which is how gRPC comes without TLS.
        "codec_type": "AUTO",
        // `/a/../b` must not be matched as what it does not mean.
        "normalize_path": true,
        "upgrade_configs": [{ "upgrade_type": "websocket" }],
        "access_log": [access_log()],
        "http_filters": [
            {
                "name": "gamma",
                "typed_config": {
                    "@type": "type.googleapis.com/envoy.extensions.filters.http.wasm.v3.Wasm",
                    "config": plugin(config, &options.wasm),
                },
            },
            {
                "name": "envoy.filters.http.router",
                "typed_config": {
                    "@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router",
                },
            },
        ],
        "route_config": route_table(config, options),
    })
}

fn plugin(config: &Config, wasm: &str) -> Value {
    // One string instead of a Struct: Envoy keeps a Struct of a large config as millions of small
    // objects, and turns it back into a string for the filter.
    let configuration = serde_json::to_string(config).unwrap_or_default();
    json!({
        "name": "gamma",
        "root_id": "gamma",
        // Should the module ever trap, a new VM is made instead of answering 503 for ever.
        "failure_policy": "FAIL_RELOAD",
        "configuration": {
            "@type": "type.googleapis.com/google.protobuf.StringValue",
            "value": configuration,
        },
        "vm_config": {
            "vm_id": "gamma",
            "runtime": "envoy.wasm.runtime.v8",
            "code": { "local": { "filename": wasm } },
        },
    })
}

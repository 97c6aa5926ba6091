//! Listeners, the HTTP connection manager, the filter and the route that obeys it.

use std::net::SocketAddr;

use gamma_config::{Config, Rule};
use serde_json::{Value, json};

use super::socket_address;

pub(super) fn listener(address: SocketAddr, config: &Config, wasm: &str) -> Value {
    json!({
        "name": format!("gamma_{address}"),
        "address": socket_address(&address.ip().to_string(), address.port()),
        "filter_chains": [{
            "filters": [{
                "name": "envoy.filters.network.http_connection_manager",
                "typed_config": connection_manager(config, wasm),
            }],
        }],
    })
}

fn connection_manager(config: &Config, wasm: &str) -> Value {
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
                    "config": plugin(config, wasm),
                },
            },
            {
                "name": "envoy.filters.http.router",
                "typed_config": {
                    "@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router",
                },
            },
        ],
        "route_config": route_table(config),
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

/// One route for everything that the filter decided, one answer for everything that it let pass.
/// A table of their own would be searched before and after the filter.
fn route_table(config: &Config) -> Value {
    let cluster_header = &config.settings.cluster_header;
    json!({
        "name": "gamma",
        "virtual_hosts": [{
            "name": "gamma",
            "domains": ["*"],
            "routes": [
                {
                    "name": "gamma",
                    "match": {
                        "prefix": "/",
                        "headers": [{ "name": cluster_header, "present_match": true }],
                    },
                    "route": {
                        "cluster_header": cluster_header,
                        // Gateway API has no timeout unless a route sets one; Envoy has 15 s.
                        "timeout": "0s",
                        "request_mirror_policies": mirror_policies(config),
                    },
                    "request_headers_to_remove": [cluster_header],
                },
                {
                    "name": "unknown_service",
                    "match": { "prefix": "/" },
                    "direct_response": {
                        "status": 404,
                        "body": { "inline_string": "gamma: the authority names no known Service and port\n" },
                    },
                },
            ],
        }],
    })
}

/// As many policies as a request can have mirrors. Envoy reads their headers at the end of a request,
/// so they can be taken off the copies, but not off the original.
fn mirror_policies(config: &Config) -> Vec<Value> {
    let tables = config
        .services
        .iter()
        .flat_map(|service| &service.ports)
        .flat_map(|port| port.producer.iter().chain(port.consumers.values()));
    let most = tables
        .flat_map(|table| &table.rules)
        .map(Rule::most_mirrors)
        .max();
    let headers: Vec<String> = (0..most.unwrap_or(0))
        .map(|i| format!("x-gamma-mirror-{i}"))
        .collect();
    let removals: Vec<Value> = headers.iter().map(|h| json!({ "remove": h })).collect();
    headers
        .iter()
        .map(|header| {
            json!({
                "cluster_header": header,
                // A copy for `cart`, not for `cart-shadow`.
                "disable_shadow_host_suffix_append": true,
                "request_headers_mutations": removals,
            })
        })
        .collect()
}

fn access_log() -> Value {
    json!({
        "name": "envoy.access_loggers.stdout",
        "typed_config": {
            "@type": "type.googleapis.com/envoy.extensions.access_loggers.stream.v3.StdoutAccessLog",
            "log_format": {
                "text_format_source": {
                    "inline_string": "[%START_TIME%] \"%REQ(:METHOD)% %REQ(:AUTHORITY)%%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%\" %RESPONSE_CODE% %RESPONSE_FLAGS% %RESPONSE_CODE_DETAILS% cluster=%UPSTREAM_CLUSTER% upstream=%UPSTREAM_HOST% reason=%RESP(X-GAMMA-REASON)% %DURATION%ms\n",
                },
            },
        },
    })
}

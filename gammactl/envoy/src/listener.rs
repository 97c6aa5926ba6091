//! Listeners of the generated Envoy, and the HTTP connection manager that runs the filter.

use std::net::SocketAddr;

use gamma_config::Config;
use serde_json::{Value, json};

use super::{
    address::socket_address, arrival::Arrival, filter::filter, observe::access_logs,
    options::EnvoyOptions, route::route_table,
};

pub(super) fn listener(address: SocketAddr, config: &Config, options: &EnvoyOptions) -> Value {
    json!({
        "name": format!("gamma_{address}"),
        "address": socket_address(&address.ip().to_string(), address.port()),
        "filter_chains": [{
            "name": "gamma",
            "filters": [connection_manager(config, options, Arrival::Dialled)],
        }],
    })
}

/// The network filter.
pub(super) fn connection_manager(
    config: &Config,
    options: &EnvoyOptions,
    arrival: Arrival,
) -> Value {
    let mut manager = json!({
        "@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": "gamma",
        // HTTP/1.1, and HTTP/2 by prior knowledge, which is how gRPC comes without TLS.
        "codec_type": "AUTO",
        // A path like `/a/../b` is matched as `/b`, which is what it means.
        "normalize_path": true,
        // What a route says of `server`, or the backend, stays.
        "server_header_transformation": "PASS_THROUGH",
        "upgrade_configs": [{ "upgrade_type": "websocket" }],
        "access_log": access_logs(options.access_log),
        "http_filters": [
            filter(config, &options.wasm),
            {
                "name": "envoy.filters.http.router",
                "typed_config": {
                    "@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router",
                },
            },
        ],
        "route_config": route_table(config, options, arrival),
    });
    if arrival == Arrival::Captured {
        // The server may be any.
        manager["http_protocol_options"] = json!({ "accept_http_10": true });
    }
    json!({
        "name": "envoy.filters.network.http_connection_manager",
        "typed_config": manager,
    })
}

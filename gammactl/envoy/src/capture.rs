//! A listener of the generated Envoy for connections that the kernel redirects to the proxy on
//! their way to another address.
//!
//! The destination that a client dialled is what the filter knows Services by. What is for none of
//! them goes on to where it was going, and so does what is no HTTP.

use std::net::SocketAddr;

use gamma_config::Config;
use serde_json::{Value, json};

use super::{
    address::socket_address,
    arrival::{Arrival, ORIGINAL_DST},
    cluster::CONNECT_TIMEOUT,
    listener::connection_manager,
    options::EnvoyOptions,
};

/// For protocols in which the server speaks first: how long to wait for a client to speak HTTP. One
/// that is slower is not routed, so that this is longer than any should need.
const FIRST_BYTES: &str = "5s";

pub(super) fn listener(address: SocketAddr, config: &Config, options: &EnvoyOptions) -> Value {
    json!({
        "name": format!("gamma_capture_{address}"),
        "address": socket_address(&address.ip().to_string(), address.port()),
        "traffic_direction": "OUTBOUND",
        "listener_filters": [
            {
                "name": "envoy.filters.listener.original_dst",
                "typed_config": {
                    "@type": "type.googleapis.com/envoy.extensions.filters.listener.original_dst.v3.OriginalDst",
                },
            },
            {
                "name": "envoy.filters.listener.http_inspector",
                "typed_config": {
                    "@type": "type.googleapis.com/envoy.extensions.filters.listener.http_inspector.v3.HttpInspector",
                },
            },
        ],
        "listener_filters_timeout": FIRST_BYTES,
        "continue_on_listener_filters_timeout": true,
        "filter_chains": [
            {
                // Not redirected: to go on to where it was going would be to come back here.
                "name": "dialled",
                "filter_chain_match": { "destination_port": address.port() },
                "filters": [connection_manager(config, options, Arrival::Dialled)],
            },
            {
                "name": "captured",
                "filter_chain_match": { "application_protocols": ["http/1.0", "http/1.1", "h2c"] },
                "filters": [connection_manager(config, options, Arrival::Captured)],
            },
        ],
        "default_filter_chain": {
            "name": "other_protocols",
            "filters": [{
                "name": "envoy.filters.network.tcp_proxy",
                "typed_config": {
                    "@type": "type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy",
                    "stat_prefix": ORIGINAL_DST,
                    "cluster": ORIGINAL_DST,
                },
            }],
        },
    })
}

/// A cluster that goes to the address that the client dialled, in the version of HTTP that it speaks.
pub(super) fn cluster() -> Value {
    json!({
        "name": ORIGINAL_DST,
        "type": "ORIGINAL_DST",
        "lb_policy": "CLUSTER_PROVIDED",
        "connect_timeout": CONNECT_TIMEOUT,
        "typed_extension_protocol_options": {
            "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
                "@type": "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
                "use_downstream_protocol_config": {
                    "http_protocol_options": {},
                    "http2_protocol_options": {},
                },
            },
        },
    })
}

//! A socket address as JSON of Envoy's API.

use serde_json::{Value, json};

/// `envoy.config.core.v3.Address` of a TCP port.
pub(super) fn socket_address(address: &str, port: u16) -> Value {
    json!({ "socket_address": { "address": address, "port_value": port } })
}

//! The HTTP filter of the generated Envoy, with the route config in it.

use gamma_config::Config;
use serde_json::{Map, Value, json};

use super::capability::Capabilities;

/// What the filter is called among the HTTP filters.
pub(super) const NAME: &str = "gamma";

/// The message that configures it.
pub(super) const TYPE: &str = "type.googleapis.com/envoy.extensions.filters.http.wasm.v3.Wasm";

pub(super) fn filter(config: &Config, wasm: &str) -> Value {
    json!({
        "name": NAME,
        "typed_config": {
            "@type": TYPE,
            "config": plugin(config, wasm),
        },
    })
}

fn plugin(config: &Config, wasm: &str) -> Value {
    // One string instead of a Struct: Envoy keeps a Struct of a large config as millions of small
    // objects, and turns it back into a string for the filter.
    let configuration = serde_json::to_string(config).unwrap_or_default();
    let capabilities = Capabilities::new(config);
    let allowed: Map<String, Value> = capabilities
        .allowed()
        .into_iter()
        .map(|name| (name.into(), json!({})))
        .collect();
    json!({
        "name": "gamma",
        "root_id": "gamma",
        // Should the module ever trap, a new VM is made instead of answering 503 for ever.
        "failure_policy": "FAIL_RELOAD",
        "configuration": {
            "@type": "type.googleapis.com/google.protobuf.StringValue",
            "value": configuration,
        },
        "capability_restriction_config": { "allowed_capabilities": allowed },
        "vm_config": {
            "vm_id": capabilities.vm_id(),
            "runtime": "envoy.wasm.runtime.v8",
            "code": { "local": { "filename": wasm } },
        },
    })
}

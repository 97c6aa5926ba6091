//! The EnvoyFilter: an object that puts the route that goes where the filter says before the routes
//! that istiod makes.

use gamma_config::Config;
use serde_json::{Value, json};

use super::{object::metadata, options::IstioOptions, scope::Scope};
use crate::route::decided_routes;

pub(super) fn envoy_filter(config: &Config, scope: &Scope, options: &IstioOptions) -> Value {
    // Each patch puts its route before all others, also before those of this object.
    let patches: Vec<Value> = decided_routes(config, options.mirror_host_suffix)
        .into_iter()
        .rev()
        .map(insert_first)
        .collect();
    let mut spec = json!({});
    if !options.selector.is_empty() {
        spec["workloadSelector"] = json!({ "labels": options.selector });
    }
    spec["configPatches"] = patches.into();
    json!({
        "apiVersion": "networking.istio.io/v1alpha3",
        "kind": "EnvoyFilter",
        "metadata": metadata(scope, options),
        "spec": spec,
    })
}

/// Into every virtual host: a rewritten host may lead to another one than the client's.
fn insert_first(route: Value) -> Value {
    json!({
        "applyTo": "HTTP_ROUTE",
        "match": { "context": "SIDECAR_OUTBOUND" },
        "patch": { "operation": "INSERT_FIRST", "value": route },
    })
}

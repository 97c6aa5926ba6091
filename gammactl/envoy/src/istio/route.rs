//! The EnvoyFilter: an object that puts the route that goes where the filter says before the routes
//! that istiod makes.

use gamma_config::Config;
use serde_json::{Value, json};

use super::{decided, object::metadata, options::IstioOptions, scope::Scope};

/// Which versions of Istio keep `cluster_header` of a mirror: from an older one its Envoys would get a mirror
/// without a cluster, and refuse the routes of every host. What no release is called, a build of one's own, is
/// taken for new.
const MIRRORS_SINCE: &str = r"^([^1]|1[^.]|1\.(2[4-9]|[3-9][0-9]|[0-9]{3}))";

pub(super) fn envoy_filter(config: &Config, scope: &Scope, options: &IstioOptions) -> Value {
    // Each patch puts its route before all others, also before those of this object.
    let routes = decided::routes(config, options).into_iter().rev();
    let patches: Vec<Value> = routes.flat_map(patches).collect();
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

/// For a route with mirrors two patches: an older Istio gets the route without them.
fn patches(route: Value) -> Vec<Value> {
    let mirrors = route["route"]["request_mirror_policies"].as_array();
    if mirrors.is_none_or(Vec::is_empty) {
        return vec![insert_first(route)];
    }
    let without = insert_first(decided::without_mirrors(&route));
    let mut with = insert_first(route);
    with["match"]["proxy"] = json!({ "proxyVersion": MIRRORS_SINCE });
    vec![without, with]
}

/// Into every virtual host: a rewritten host may lead to another one than the client's.
fn insert_first(route: Value) -> Value {
    json!({
        "applyTo": "HTTP_ROUTE",
        "match": { "context": "SIDECAR_OUTBOUND" },
        "patch": { "operation": "INSERT_FIRST", "value": route },
    })
}

//! What istiod does with an EnvoyFilter, as far as ours go.
//!
//! Of a patch to `HTTP_ROUTE` without a match for a route, `INSERT_FIRST` puts the route before all
//! others of each virtual host of each route configuration; one after the other, so that the last
//! patch ends up first. A value with a field that Envoy doesn't have would make istiod refuse the
//! object; Envoy itself says so here.

use serde_json::Value;

/// Applies the patches of `envoy_filter` to the virtual hosts of a sidecar's outbound routes.
pub(crate) fn apply(envoy_filter: &Value, virtual_hosts: &mut [Value]) {
    assert_eq!(envoy_filter["apiVersion"], "networking.istio.io/v1alpha3");
    let patches = envoy_filter["spec"]["configPatches"].as_array().unwrap();
    assert!(!patches.is_empty());
    for patch in patches {
        assert_eq!(patch["applyTo"], "HTTP_ROUTE");
        // Nothing but the context: every route configuration and every virtual host.
        assert_eq!(patch["match"].as_object().unwrap().len(), 1);
        assert_eq!(patch["match"]["context"], "SIDECAR_OUTBOUND");
        assert_eq!(patch["patch"]["operation"], "INSERT_FIRST");
        for host in &mut *virtual_hosts {
            let routes = host["routes"].as_array_mut().unwrap();
            routes.insert(0, patch["patch"]["value"].clone());
        }
    }
}

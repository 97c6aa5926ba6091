//! What istiod does with an EnvoyFilter, as far as ours go.
//!
//! Of a patch to `HTTP_ROUTE` without a match for a route, `INSERT_FIRST` puts the route before all
//! others of each virtual host of each route configuration; one after the other, so that the last
//! patch ends up first. From a value with a field that it does not know istiod drops the field, with a
//! warning, so that such a field is not obeyed; here Envoy refuses it.

use serde_json::Value;

/// Applies the patches of `envoy_filter` to the virtual hosts of the outbound routes of a sidecar that is of
/// version `proxy_version`.
pub(crate) fn apply(envoy_filter: &Value, proxy_version: &str, virtual_hosts: &mut [Value]) {
    assert_eq!(envoy_filter["apiVersion"], "networking.istio.io/v1alpha3");
    let patches = envoy_filter["spec"]["configPatches"].as_array().unwrap();
    assert!(!patches.is_empty());
    for patch in patches {
        assert_eq!(patch["applyTo"], "HTTP_ROUTE");
        // No route configuration and no virtual host: every one.
        let conditions = patch["match"].as_object().unwrap();
        assert!(
            conditions
                .keys()
                .all(|key| key == "context" || key == "proxy")
        );
        assert_eq!(patch["match"]["context"], "SIDECAR_OUTBOUND");
        if let Some(version) = patch["match"]["proxy"]["proxyVersion"].as_str() {
            let version = regex_lite::Regex::new(version).unwrap();
            if !version.is_match(proxy_version) {
                continue;
            }
        }
        assert_eq!(patch["patch"]["operation"], "INSERT_FIRST");
        for host in &mut *virtual_hosts {
            let routes = host["routes"].as_array_mut().unwrap();
            routes.insert(0, patch["patch"]["value"].clone());
        }
    }
}

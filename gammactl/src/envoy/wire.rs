//! The headers by which the filter tells the generated Envoy what it decided.

/// Names the endpoint of the cluster that the request's session is bound to, as `ip:port`.
pub(super) const ENDPOINT: &str = "x-gamma-endpoint";

/// Says how many milliseconds retries of the request wait: Envoy has a field of a route for it and no
/// header, so that there is one route for each value.
pub(super) const RETRY_BACKOFF: &str = "x-gamma-retry-backoff";

/// Says why the filter answered a request itself.
pub(super) const REASON: &str = "x-gamma-reason";

/// Says what the path was before the filter rewrote it, as Envoy's own rewrites do.
pub(super) const ORIGINAL_PATH: &str = "x-envoy-original-path";

/// The property that names the rule for access logs: `wasm.gamma.rule` in Envoy's filter state.
pub(super) const RULE_PROPERTY: &str = "gamma.rule";

/// The header that names the cluster of a request's copy number `index`, counted from 0.
pub(super) fn mirror(index: usize) -> String {
    format!("x-gamma-mirror-{index}")
}

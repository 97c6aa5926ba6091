//! What is the same for all Services.

use serde::{Deserialize, Serialize};

/// Options of the filter. Every one has a default that suits the Envoy config that
/// `gammactl envoy` writes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Settings {
    /// Namespace of the clients behind this proxy: it selects consumer routes and resolves short
    /// host names (`http://cart/`). Absent: the proxy's node metadata `NAMESPACE`, else `default`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_namespace: Option<String>,
    /// DNS suffix of the Kubernetes cluster.
    pub cluster_domain: String,
    /// Request header that carries the chosen cluster to the proxy's own route (`cluster_header` in
    /// Envoy). Removed from every request before the decision, whoever sent it. Must start with
    /// `x-gamma-`, so that it is always among the headers that the filter owns.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = crate::schema::CLUSTER_HEADER)))]
    pub cluster_header: String,
    /// Whether answers that the filter gives itself carry `x-gamma-reason`, a few words of why.
    pub reason_header: bool,
    /// Whether requests are counted by route, rule and backend.
    pub metrics: bool,
    /// Whether access logs can name the rule: `%FILTER_STATE(wasm.gamma.rule:PLAIN)%` in Envoy.
    pub rule_property: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            client_namespace: None,
            cluster_domain: "cluster.local".into(),
            cluster_header: "x-gamma-cluster".into(),
            reason_header: true,
            metrics: true,
            rule_property: true,
        }
    }
}

impl Settings {
    pub(crate) fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

//! The settings of a config: what is the same for all Services.

use crate::{describe::describe_object, host::HostKind, wire};

describe_object! {
    /// Options of the filter. Every one has a default that suits the Envoy config that
    /// `gammactl envoy` writes.
    pub struct Settings: Default {
        /// Namespace of the clients behind this proxy: it selects consumer routes and resolves short
        /// host names (`http://cart/`). Absent: the proxy's node metadata `NAMESPACE`, else `default`.
        optional "clientNamespace" => client_namespace: Option<String>,
        /// The proxy that the config is for. Absent: `envoy` in `gamma-filter.wasm`, `other` in
        /// `gamma-filter-compat.wasm`.
        optional "host" => host: Option<HostKind>,
        /// DNS suffix of the Kubernetes cluster.
        written "clusterDomain" => cluster_domain: String = "cluster.local".into(),
        /// Request header that carries the chosen cluster to the proxy's own route (`cluster_header` in
        /// Envoy). Removed from every request before the decision, whoever sent it. Must start with
        /// `x-gamma-`, so that it is always among the headers that the filter owns.
        #[schema(text(CLUSTER_HEADER))]
        written "clusterHeader" => cluster_header: String = wire::CLUSTER.into(),
        /// Whether answers that the filter gives itself carry `x-gamma-reason`, a few words of why.
        written "reasonHeader" => reason_header: bool = true,
        /// Whether requests are counted by route, rule and backend.
        written "metrics" => metrics: bool = true,
        /// Whether responses of backends are counted too, by route, rule, backend, status code and, where
        /// the response is gRPC's, by its status. It costs each response a read of its headers.
        optional "responseMetrics" => response_metrics: bool,
        /// Whether access logs can name the rule: `%FILTER_STATE(wasm.gamma.rule:PLAIN)%` in Envoy.
        written "ruleProperty" => rule_property: bool = true,
        /// A name for this configuration: the filter counts when it has taken it, so that whoever has
        /// written it sees in which proxies that was.
        optional "revision" => revision: Option<String>,
        /// Whether the proxy is one of Istio's. Then the filter decides in sidecars only, not in
        /// gateways, which run a plugin of the root namespace too; and where two plugins fit one
        /// sidecar, the second lets pass what the first has decided.
        optional "istioSidecar" => istio_sidecar: bool,
    }
}

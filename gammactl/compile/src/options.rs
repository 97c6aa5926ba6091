//! The options of a compilation: what the route config depends on besides the manifests.

use std::collections::BTreeSet;

use gamma_config::HostKind;

use super::cluster::ClusterNaming;

/// What a compilation depends on besides the manifests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Namespace of the clients, to be written into the config. `None` leaves it to the proxy's
    /// node metadata.
    pub client_namespace: Option<String>,
    /// DNS suffix of the Kubernetes cluster.
    pub cluster_domain: String,
    /// Whether backendRefs to other namespaces need a ReferenceGrant. GEP-1294 asks for none where
    /// the parent is a Service.
    pub require_reference_grants: bool,
    /// Whether `hostnames` of routes are obeyed. GEP-1294 says that they should not mean anything
    /// where the parent is a Service.
    pub honor_hostnames: bool,
    /// See [`Settings::host`](gamma_config::Settings::host).
    pub host: Option<HostKind>,
    /// Whether the configuration of that host is written from the same manifests, so that only what it can't say is
    /// left to warn of.
    pub host_is_generated: bool,
    /// What the proxy calls its clusters.
    pub cluster_names: ClusterNaming,
    /// Who makes TLS connections to backends.
    pub tls_to_backends: TlsToBackends,
    /// See [`Settings::metrics`](gamma_config::Settings::metrics).
    pub metrics: bool,
    /// See [`Settings::response_metrics`](gamma_config::Settings::response_metrics).
    pub response_metrics: bool,
    /// See [`Settings::rule_property`](gamma_config::Settings::rule_property).
    pub rule_property: bool,
    /// See [`Settings::reason_header`](gamma_config::Settings::reason_header).
    pub reason_header: bool,
}

/// Who makes TLS connections to backends, and for which of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TlsToBackends {
    /// The generated Envoy, as BackendTLSPolicies ask for. A backend that wants TLS and has no policy
    /// gets no request, unless its cluster's name is here (or `*` for every cluster): there the user has
    /// seen to the connection.
    Generated(BTreeSet<String>),
    /// A proxy that others configure, by its own means: nothing is known of it here.
    Proxy,
}

impl Default for TlsToBackends {
    fn default() -> Self {
        Self::Generated(BTreeSet::new())
    }
}

impl TlsToBackends {
    /// Whether somebody else sees to the connections of a cluster.
    #[must_use]
    pub fn is_elsewhere(&self, cluster: &str) -> bool {
        match self {
            Self::Generated(clusters) => clusters.contains(cluster) || clusters.contains("*"),
            Self::Proxy => true,
        }
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            client_namespace: None,
            cluster_domain: "cluster.local".into(),
            require_reference_grants: false,
            honor_hostnames: false,
            host: None,
            host_is_generated: false,
            cluster_names: ClusterNaming::Standalone,
            tls_to_backends: TlsToBackends::default(),
            metrics: true,
            response_metrics: false,
            rule_property: true,
            reason_header: true,
        }
    }
}

//! What the user says about a conversion.

use std::collections::BTreeMap;

use crate::smi::SmiDialect;

/// What a conversion depends on besides the input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConversionOptions {
    /// Where objects are that name no namespace.
    pub namespace: String,
    /// DNS suffix of the Kubernetes cluster.
    pub cluster_domain: String,
    /// Labels of the clients that the routes are for; none for those that nothing is said about.
    pub client_labels: BTreeMap<String, String>,
    /// Whose reading of SMI is meant, where meshes differ. `None`: the specification's, and that they differ is said.
    pub smi_dialect: Option<SmiDialect>,
    /// What carries the requests when the routes are obeyed.
    pub data_plane: DataPlane,
    /// What becomes of prefixes that end inside an element of a path.
    pub prefixes: PrefixStyle,
    /// Whether the retries that Istio makes where nothing is said of them are written into the rules.
    pub keep_default_retries: bool,
}

impl Default for ConversionOptions {
    /// As the command line has it.
    fn default() -> Self {
        Self {
            namespace: "default".into(),
            cluster_domain: "cluster.local".into(),
            client_labels: BTreeMap::new(),
            smi_dialect: None,
            data_plane: DataPlane::default(),
            prefixes: PrefixStyle::default(),
            keep_default_retries: false,
        }
    }
}

/// What carries the requests: it decides which objects still act beside the routes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum DataPlane {
    /// Istio's sidecars: `gammactl istio` puts the filter into them, and requests go to istiod's clusters, with the policies of
    /// DestinationRules. The default: who converts Istio's objects has them.
    #[default]
    Istio,
    /// Any Envoy with a config of `gammactl envoy`, where nothing reads DestinationRules.
    Envoy,
}

/// What is written for a prefix like `/api`, which in Istio also takes `/apix`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum PrefixStyle {
    /// A prefix, and a regular expression for the rest.
    #[default]
    Exact,
    /// A prefix alone, as the Gateway API means it: `/apix` goes elsewhere.
    Elements,
}

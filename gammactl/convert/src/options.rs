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
}

//! The `metadata` that every Kubernetes object has.

use super::timestamp::Timestamp;
use crate::source::Spanned;

/// `metadata` of any object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metadata {
    /// `metadata.name`.
    pub name: Spanned<String>,
    /// `metadata.namespace`, or the default namespace when absent.
    pub namespace: String,
    /// Whether the object says its namespace itself.
    pub names_namespace: bool,
    /// `metadata.creationTimestamp`, absent in most manifests on disk.
    pub creation_timestamp: Option<Timestamp>,
    /// `metadata.generation`, absent in most manifests on disk.
    pub generation: Option<u64>,
    /// `metadata.labels`.
    pub labels: Vec<(String, String)>,
    /// The keys of `metadata.annotations`: what they hold is for whoever put it there.
    pub annotations: Vec<Spanned<String>>,
    /// What the annotation `networking.istio.io/exportTo` holds, by which Istio hides a Service.
    pub export_to: Option<Box<str>>,
}

impl Metadata {
    /// Sorts policies by precedence: "the older policy by creation timestamp", then the first "in
    /// alphabetical order by {namespace}/{name}". What has no timestamp is not in a cluster yet.
    #[must_use]
    pub fn seniority(&self) -> (bool, Option<Timestamp>, String) {
        let created = self.creation_timestamp;
        let name = format!("{}/{}", self.namespace, self.name.value);
        (created.is_none(), created, name)
    }
}

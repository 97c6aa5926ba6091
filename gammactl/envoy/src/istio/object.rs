//! A Kubernetes object for Istio, and several of them as a file.

use gamma_manifest::write_yaml;
use serde_json::{Value, json};

use super::{options::IstioOptions, scope::Scope};

/// The label that says by what an object was written.
pub const MANAGED_BY_LABEL: &str = "app.kubernetes.io/managed-by";
/// What it says of ours.
pub const MANAGED_BY: &str = "gammactl";
/// The label that is the same on all objects of one name: whoever writes them for other clients than
/// before finds by it what is left of them.
pub const INSTANCE_LABEL: &str = "app.kubernetes.io/instance";

/// A WasmPlugin or an EnvoyFilter.
#[derive(Debug, Clone)]
pub struct IstioObject(pub Value);

impl IstioObject {
    /// Kind, namespace and name, for messages.
    #[must_use]
    pub fn full_name(&self) -> String {
        let part = |pointer: &str| self.0.pointer(pointer).and_then(Value::as_str);
        format!(
            "{} {}/{}",
            part("/kind").unwrap_or_default(),
            part("/metadata/namespace").unwrap_or_default(),
            part("/metadata/name").unwrap_or_default(),
        )
    }
}

/// The objects as a file, below `comment` lines.
#[must_use]
pub fn yaml(objects: &[IstioObject], comment: &str) -> String {
    let mut documents = objects.iter().map(|object| write_yaml(&object.0, ""));
    let first: String = comment.lines().map(|line| format!("# {line}\n")).collect();
    let first = first + &documents.next().unwrap_or_default();
    let all: Vec<String> = std::iter::once(first).chain(documents).collect();
    all.join("---\n")
}

pub(super) fn metadata(scope: &Scope, options: &IstioOptions) -> Value {
    json!({
        "name": options.name,
        "namespace": scope.namespace(),
        "labels": {
            "app.kubernetes.io/name": "gamma",
            INSTANCE_LABEL: options.name,
            MANAGED_BY_LABEL: MANAGED_BY,
        },
    })
}

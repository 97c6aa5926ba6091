//! An object of a cluster as a text that people can read, and the name by which findings call it.

use gamma_manifest::write_yaml;
use serde_json::Value;

/// An object as the API server gave it, without what only machines read.
#[derive(Debug, Clone, PartialEq)]
pub struct LiveObject {
    /// API group; empty for the core group.
    pub group: String,
    /// Kind.
    pub kind: String,
    /// Namespace; empty if it is in none.
    pub namespace: String,
    /// Name.
    pub name: String,
    /// The whole object.
    pub value: Value,
}

/// What kubectl keeps of the last `apply`: the whole object once more.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

impl LiveObject {
    /// Of an item of a list, which need not say its kind. `None` if it has no name.
    #[must_use]
    pub fn new(group: &str, api_version: &str, kind: &str, item: Value) -> Option<Self> {
        let Value::Object(mut members) = item else {
            return None;
        };
        members.remove("status");
        let metadata = members.get_mut("metadata")?.as_object_mut()?;
        metadata.remove("managedFields");
        if let Some(Value::Object(annotations)) = metadata.get_mut("annotations") {
            annotations.remove(LAST_APPLIED);
            if annotations.is_empty() {
                metadata.remove("annotations");
            }
        }
        let text = |name: &str| {
            let text = metadata.get(name).and_then(Value::as_str);
            text.unwrap_or_default().to_owned()
        };
        let (namespace, name) = (text("namespace"), text("name"));
        members.insert("apiVersion".into(), api_version.into());
        members.insert("kind".into(), kind.into());
        let mut value = Value::Object(members);
        // As kubectl writes objects: apiVersion, kind, metadata, spec.
        value.sort_all_objects();
        (!name.is_empty()).then(|| Self {
            group: group.into(),
            kind: kind.into(),
            namespace,
            name,
            value,
        })
    }

    /// `HTTPRoute/shop/cart`. A kind that several groups have is called as kubectl calls it.
    #[must_use]
    pub fn full_name(&self, is_known: bool) -> String {
        let Self {
            group,
            kind,
            namespace,
            name,
            ..
        } = self;
        let group = match group.as_str() {
            group if !is_known && !group.is_empty() => format!(".{group}"),
            _ => String::new(),
        };
        match namespace.as_str() {
            "" => format!("{kind}{group}/{name}"),
            namespace => format!("{kind}{group}/{namespace}/{name}"),
        }
    }

    /// YAML, in the order in which kubectl writes it.
    #[must_use]
    pub fn text(&self) -> String {
        write_yaml(&self.value, "")
    }
}

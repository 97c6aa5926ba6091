//! The objects that put Gamma into sidecars, as they are in the cluster, and which pods they are for.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{hash::ConfigHash, pods::Pod};
use crate::discovery::array;

/// A WasmPlugin with the filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilterObject {
    place: Placed,
    /// The hash of its config.
    pub config: ConfigHash,
}

/// An EnvoyFilter with the routes that obey the filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouteObject {
    place: Placed,
    /// Names of the routes.
    pub routes: BTreeSet<String>,
}

/// Where an object is, and which pods it selects.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Placed {
    namespace: String,
    name: String,
    selector: BTreeMap<String, String>,
}

/// All objects of a mesh that are Gamma's.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MeshObjects {
    root: String,
    filters: Vec<FilterObject>,
    routes: Vec<RouteObject>,
}

const MANAGED_BY: &str = "app.kubernetes.io/managed-by";

impl MeshObjects {
    /// Of WasmPlugins and EnvoyFilters those that gammactl wrote; `root` is the namespace whose objects are
    /// for all namespaces.
    #[must_use]
    pub fn of(root: &str, plugins: &[Value], filters: &[Value]) -> Self {
        let is_ours = |object: &&Value| {
            let labels = &object["metadata"]["labels"];
            let by = labels[MANAGED_BY].as_str();
            by.is_some_and(|by| by.starts_with("gamma"))
        };
        let filter = |object: &Value| FilterObject {
            place: Placed::of(object, "/spec/selector/matchLabels"),
            config: ConfigHash::of(&object["spec"]["pluginConfig"]),
        };
        let route = |object: &Value| {
            let patches = array(&object["spec"], "configPatches").iter();
            let names = patches.filter_map(|patch| patch.pointer("/patch/value/name")?.as_str());
            RouteObject {
                place: Placed::of(object, "/spec/workloadSelector/labels"),
                routes: names.map(str::to_owned).collect(),
            }
        };
        Self {
            root: root.into(),
            filters: plugins.iter().filter(is_ours).map(filter).collect(),
            routes: filters.iter().filter(is_ours).map(route).collect(),
        }
    }

    /// The WasmPlugins for a pod.
    #[must_use]
    pub fn filters_for(&self, pod: &Pod) -> Vec<&FilterObject> {
        let all = self.filters.iter();
        all.filter(|filter| filter.place.is_for(pod, &self.root))
            .collect()
    }

    /// The EnvoyFilters for a pod.
    #[must_use]
    pub fn routes_for(&self, pod: &Pod) -> Vec<&RouteObject> {
        let all = self.routes.iter();
        all.filter(|route| route.place.is_for(pod, &self.root))
            .collect()
    }
}

impl FilterObject {
    /// Namespace and name.
    #[must_use]
    pub fn full_name(&self) -> String {
        format!("{}/{}", self.place.namespace, self.place.name)
    }

    /// How Istio calls the filter in a sidecar, behind a prefix that has changed over time.
    #[must_use]
    pub fn resource(&self) -> String {
        format!("{}.{}", self.place.namespace, self.place.name)
    }
}

impl Placed {
    fn of(object: &Value, selector: &str) -> Self {
        let text = |name: &str| {
            object["metadata"][name]
                .as_str()
                .unwrap_or_default()
                .to_owned()
        };
        let labels = object.pointer(selector).and_then(Value::as_object);
        let labels = labels.into_iter().flatten();
        let label =
            |(key, value): (&String, &Value)| Some((key.clone(), value.as_str()?.to_owned()));
        Self {
            namespace: text("namespace"),
            name: text("name"),
            selector: labels.filter_map(label).collect(),
        }
    }

    fn is_for(&self, pod: &Pod, root: &str) -> bool {
        let selected = |(key, value): (&String, &String)| pod.labels.get(key) == Some(value);
        (self.namespace == root || self.namespace == pod.namespace)
            && self.selector.iter().all(selected)
    }
}

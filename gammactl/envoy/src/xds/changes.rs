//! How many Services, routes, clusters and endpoints an update of the live directory changes.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use gamma_config::{Config, Rule, Service};

use super::resources::Resources;

/// How many of a kind came, went and are not as they were.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct ChangeCount {
    added: usize,
    removed: usize,
    changed: usize,
}

/// How many resources are different. Displayed as in `clusters +1 -0, routes ~2`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceChanges {
    services: ChangeCount,
    routes: ChangeCount,
    clusters: ChangeCount,
    endpoints: ChangeCount,
    /// Something else about the filter or the route tables.
    other: bool,
}

impl ResourceChanges {
    /// From `old` to `new`.
    #[must_use]
    pub(crate) fn between(old: &Resources, new: &Resources) -> Self {
        let configs = [old.config(), new.config()];
        let [old_config, new_config] = configs.each_ref().map(Option::as_ref);
        Self {
            services: count(&services(old_config), &services(new_config)),
            routes: count(&routes(old_config), &routes(new_config)),
            clusters: count(&old.clusters, &new.clusters),
            endpoints: count(&old.endpoints, &new.endpoints),
            other: old.filter != new.filter || old.routes != new.routes,
        }
    }

    /// Whether nothing is different.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let counts = [self.services, self.routes, self.clusters, self.endpoints];
        counts == [ChangeCount::default(); 4] && !self.other
    }
}

impl fmt::Display for ResourceChanges {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts: Vec<String> = [
            ("services", self.services),
            ("routes", self.routes),
            ("clusters", self.clusters),
            ("endpoints", self.endpoints),
        ]
        .into_iter()
        .filter_map(|(kind, count)| said(kind, count))
        .collect();
        if parts.is_empty() {
            parts.push(
                if self.other {
                    "settings"
                } else {
                    "nothing new"
                }
                .into(),
            );
        }
        f.write_str(&parts.join(", "))
    }
}

fn said(kind: &str, count: ChangeCount) -> Option<String> {
    let ChangeCount {
        added,
        removed,
        changed,
    } = count;
    let mut text = kind.to_owned();
    if added + removed > 0 {
        text.push_str(&format!(" +{added} -{removed}"));
    }
    if changed > 0 {
        text.push_str(&format!(" ~{changed}"));
    }
    (text.len() > kind.len()).then_some(text)
}

/// Services by namespace and name, without their routes.
fn services(config: Option<&Config>) -> BTreeMap<(&str, &str), Service> {
    let services = config.iter().flat_map(|config| &config.services);
    let bare = services.map(|service| {
        let mut bare = service.clone();
        for port in &mut bare.ports {
            port.producer = None;
            port.consumers.clear();
        }
        ((&*service.namespace, &*service.name), bare)
    });
    bare.collect()
}

/// The rules of each route.
fn routes(config: Option<&Config>) -> BTreeMap<&str, Vec<&Rule>> {
    let mut routes: BTreeMap<&str, Vec<&Rule>> = BTreeMap::new();
    let services = config.iter().flat_map(|config| &config.services);
    let ports = services.flat_map(|service| &service.ports);
    let tables = ports.flat_map(|port| port.producer.iter().chain(port.consumers.values()));
    for rule in tables.flat_map(|table| &table.rules) {
        routes.entry(&rule.route).or_default().push(rule);
    }
    routes
}

fn count<K: Ord, V: PartialEq>(old: &BTreeMap<K, V>, new: &BTreeMap<K, V>) -> ChangeCount {
    let keys = |map: &'_ BTreeMap<K, V>, other: &BTreeMap<K, V>| {
        map.keys().filter(|key| !other.contains_key(key)).count()
    };
    let both: BTreeSet<&K> = old.keys().filter(|key| new.contains_key(key)).collect();
    ChangeCount {
        added: keys(new, old),
        removed: keys(old, new),
        changed: both
            .into_iter()
            .filter(|key| old.get(key) != new.get(key))
            .count(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn resources(clusters: &[&str], config: &str) -> Resources {
        Resources {
            clusters: clusters
                .iter()
                .map(|name| ((*name).into(), json!({ "name": name })))
                .collect(),
            filter: Some(json!({ "typed_config": { "config": { "configuration": {
                "value": config
            } } } })),
            ..Resources::default()
        }
    }

    #[test]
    fn each_kind_is_counted() {
        let config = |rules: &str| {
            format!(
                r#"{{"version": 1, "services": [{{"namespace": "shop", "name": "cart", "ports":
                [{{"port": 80, "cluster": "a", "producer": {{"rules": [{rules}]}}}}]}}]}}"#
            )
        };
        let rule = |route: &str, cluster: &str| {
            format!(r#"{{"route": "{route}", "backendRefs": [{{"cluster": "{cluster}"}}]}}"#)
        };
        let old = resources(&["a", "b"], &config(&rule("x", "a")));
        let text = |new: &Resources| ResourceChanges::between(&old, new).to_string();
        assert_eq!(text(&old), "nothing new");
        assert!(ResourceChanges::between(&old, &old).is_empty());
        let new = [rule("x", "b"), rule("y", "a")].join(",");
        assert_eq!(
            text(&resources(&["a", "c"], &config(&new))),
            "routes +1 -0 ~1, clusters +1 -1"
        );
        let quiet = r#"{"version": 1, "settings": {"metrics": false}}"#;
        assert_eq!(
            text(&resources(&["a", "b"], quiet)),
            "services +0 -1, routes +0 -1"
        );
    }
}

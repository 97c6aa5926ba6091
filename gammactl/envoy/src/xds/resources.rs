//! The resources that Envoy reads again while it runs, and the files that they are in.

use std::collections::BTreeMap;

use gamma_config::Config;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// The bootstrap, in its directory.
pub const BOOTSTRAP: &str = "envoy.yaml";
pub(super) const CLUSTERS: &str = "cds.json";
pub(super) const FILTER: &str = "ecds.json";
/// The folder with a file per cluster: Envoy takes one resource from each, no more.
pub(super) const ENDPOINTS: &str = "eds";
/// The folder with a file per route table.
pub(super) const ROUTES: &str = "rds";

/// What Envoy reads while it runs: each resource in the JSON form of its message, by its name.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Resources {
    /// `envoy.config.cluster.v3.Cluster`.
    pub clusters: BTreeMap<String, Value>,
    /// `envoy.config.endpoint.v3.ClusterLoadAssignment`, for clusters that don't ask DNS.
    pub endpoints: BTreeMap<String, Value>,
    /// `envoy.config.route.v3.RouteConfiguration`.
    pub routes: BTreeMap<String, Value>,
    /// `envoy.config.core.v3.TypedExtensionConfig` of the filter.
    pub filter: Option<Value>,
}

impl Resources {
    /// The route config that the filter has.
    pub(super) fn config(&self) -> Option<Config> {
        let plugin = &self.filter.as_ref()?["typed_config"]["config"];
        gamma_config::parse(plugin["configuration"]["value"].as_str()?.as_bytes()).ok()
    }
}

/// A file of resources: a `DiscoveryResponse`.
#[derive(Debug)]
pub(super) struct DiscoveryResponse {
    /// By what Envoy says which file it has taken: equal if and only if the resources are.
    pub(super) version: String,
    pub(super) text: String,
}

impl DiscoveryResponse {
    pub(super) fn of<'r>(resources: impl IntoIterator<Item = &'r Value>) -> Self {
        let resources: Vec<&Value> = resources.into_iter().collect();
        let version = digest(json!(resources).to_string().as_bytes());
        let text = json!({ "version_info": version, "resources": resources });
        Self {
            text: format!("{text:#}\n"),
            version,
        }
    }

    /// The resources in `text`, if it is what [`DiscoveryResponse::of`] writes.
    pub(super) fn read(text: &str) -> Option<Vec<Value>> {
        let mut response: Value = serde_json::from_str(text).ok()?;
        match response["resources"].take() {
            Value::Array(resources) => Some(resources),
            _ => None,
        }
    }
}

/// Sixteen digits that are others for other `bytes`.
pub(super) fn digest(bytes: &[u8]) -> String {
    let hash = Sha256::digest(bytes);
    hash.iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// The file of a resource in `folder`. Kubernetes' names have no `_`, so that one can stand for `/`;
/// whatever else is unusual in a file name is written as its bytes.
pub(super) fn file(folder: &str, name: &str) -> String {
    let mut file = format!("{folder}/");
    for byte in name.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' => file.push(byte.into()),
            b'/' => file.push('_'),
            _ => file.push_str(&format!("%{byte:02X}")),
        }
    }
    file + ".json"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn different_names_have_different_files() {
        for (name, expected) in [
            ("shop/cart/80", "eds/shop_cart_80.json"),
            (
                "outbound|80||cart.shop.svc",
                "eds/outbound%7C80%7C%7Ccart.shop.svc.json",
            ),
            ("a_b", "eds/a%5Fb.json"),
            ("../x", "eds/.._x.json"),
        ] {
            assert_eq!(file(ENDPOINTS, name), expected);
        }
    }

    #[test]
    fn a_response_is_read_as_it_was_written() {
        let resources = [json!({"name": "a"}), json!({"name": "b", "n": 1})];
        let response = DiscoveryResponse::of(&resources);
        assert_eq!(DiscoveryResponse::read(&response.text).unwrap(), resources);
        assert_eq!(DiscoveryResponse::of(&resources).version, response.version);
        assert_ne!(
            DiscoveryResponse::of(&resources[..1]).version,
            response.version
        );
        assert_eq!(DiscoveryResponse::read("{}"), None);
        assert_eq!(DiscoveryResponse::read("{"), None);
    }
}

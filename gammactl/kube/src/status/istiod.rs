//! Asks istiod which sidecars have taken what it sent them last.

use std::{collections::HashMap, time::Duration};

use serde_json::Value;

use super::{admin, pods, pods::Pod};
use crate::{list, request::ApiServer};

/// Where istiod tells its own pod how it is; from elsewhere it asks for credentials.
const DEBUG: u16 = 15014;
const PATIENCE: Duration = Duration::from_secs(15);

/// Whether each sidecar, by pod and namespace as in `web-1.shop`, has taken the filters that it was sent last.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Acknowledged(HashMap<String, bool>);

impl Acknowledged {
    /// Asks each istiod in namespace `root`, or says why that can't be.
    pub(super) async fn ask(server: &ApiServer, root: &str) -> Result<Self, String> {
        let path = format!("/api/v1/namespaces/{root}/pods");
        let selected = format!("{path}?labelSelector=app%3Distiod");
        let pods = list::object(server, &selected).await;
        let pods = pods.map_err(|error| server.fatal(error, &path).message)?;
        let pods = pods.unwrap_or_default();
        let pods = pods::running(crate::discovery::array(&pods, "items"));
        if pods.is_empty() {
            return Err(format!("there is no istiod in namespace {root}"));
        }
        let mut all = Self::default();
        for pod in pods {
            let asked = admin::get(server, &pod, DEBUG, "/debug/syncz");
            match tokio::time::timeout(PATIENCE, asked).await {
                Ok(answer) => all.add(&answer?),
                Err(_) => return Err(format!("{} does not answer", pod.name)),
            }
        }
        Ok(all)
    }

    fn add(&mut self, syncz: &Value) {
        for sidecar in syncz.as_array().into_iter().flatten() {
            let text = |name: &str| sidecar[name].as_str().unwrap_or_default();
            let taken = text("extensionconfig_sent") == text("extensionconfig_acked");
            self.0.insert(text("proxy").to_owned(), taken);
        }
    }

    /// Whether a sidecar has something that it has not taken.
    pub(super) fn lacks(&self, pod: &Pod) -> bool {
        let name = format!("{}.{}", pod.name, pod.namespace);
        self.0.get(&name) == Some(&false)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;

    #[test]
    fn what_was_sent_and_not_taken_is_lacking() {
        let mut acknowledged = Acknowledged::default();
        acknowledged.add(&json!([
            {"proxy": "a.shop", "extensionconfig_sent": "n2", "extensionconfig_acked": "n1"},
            {"proxy": "b.shop", "extensionconfig_sent": "n2", "extensionconfig_acked": "n2"},
            {"proxy": "c.shop", "cluster_sent": "n2"}
        ]));
        let pod = |name: &str| Pod {
            namespace: "shop".into(),
            name: name.into(),
            labels: BTreeMap::new(),
        };
        let lacking = ["a", "b", "c", "d"].map(|name| acknowledged.lacks(&pod(name)));
        assert_eq!(lacking, [true, false, false, false]);
    }
}

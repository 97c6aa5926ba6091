//! The pods that have a sidecar.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::discovery::array;

/// A pod with a sidecar.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pod {
    /// Namespace.
    pub namespace: String,
    /// Name.
    pub name: String,
    /// Labels.
    pub labels: BTreeMap<String, String>,
}

/// What Istio calls the container of its proxy.
const CONTAINER: &str = "istio-proxy";

/// Those pods that run and have a sidecar: the proxies of gateways and waypoints have the same container, and
/// are none.
pub(super) fn with_sidecars(pods: &[Value]) -> Vec<Pod> {
    pods.iter()
        .filter(|pod| has_sidecar(pod))
        .filter_map(read)
        .collect()
}

fn has_sidecar(pod: &Value) -> bool {
    if pod["status"]["phase"] != "Running" || !pod["metadata"]["deletionTimestamp"].is_null() {
        return false;
    }
    let containers = array(&pod["spec"], "containers").iter();
    // A native sidecar.
    let always = |container: &&Value| container["restartPolicy"] == "Always";
    let init = array(&pod["spec"], "initContainers").iter().filter(always);
    let is_sidecar = |container: &Value| {
        let mut arguments = array(container, "args").iter();
        container["name"] == CONTAINER && arguments.any(|argument| argument == "sidecar")
    };
    containers.chain(init).any(is_sidecar)
}

/// Those that run.
pub(super) fn running(pods: &[Value]) -> Vec<Pod> {
    let running = pods
        .iter()
        .filter(|pod| pod["status"]["phase"] == "Running");
    running.filter_map(read).collect()
}

fn read(pod: &Value) -> Option<Pod> {
    let metadata = &pod["metadata"];
    let text = |name: &str| metadata[name].as_str().map(str::to_owned);
    let labels = metadata["labels"].as_object().into_iter().flatten();
    let label = |(key, value): (&String, &Value)| Some((key.clone(), value.as_str()?.to_owned()));
    Some(Pod {
        namespace: text("namespace")?,
        name: text("name")?,
        labels: labels.filter_map(label).collect(),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn pod(spec: &Value, phase: &str) -> Value {
        json!({"metadata": {"namespace": "shop", "name": "web"}, "spec": spec, "status": {"phase": phase}})
    }

    #[test]
    fn sidecars_are_found_native_or_not_and_gateways_are_none() {
        let proxy = json!({"name": "istio-proxy", "args": ["proxy", "sidecar", "--domain", "x"]});
        let native =
            json!({"name": "istio-proxy", "args": ["proxy", "sidecar"], "restartPolicy": "Always"});
        let gateway = json!({"name": "istio-proxy", "args": ["proxy", "router"]});
        let app = json!({"name": "app"});
        for (spec, phase, expected) in [
            (json!({"containers": [app, proxy]}), "Running", 1),
            (
                json!({"containers": [app], "initContainers": [native]}),
                "Running",
                1,
            ),
            (
                json!({"containers": [app], "initContainers": [proxy]}),
                "Running",
                0,
            ),
            (json!({"containers": [gateway]}), "Running", 0),
            (json!({"containers": [app]}), "Running", 0),
            (json!({"containers": [app, proxy]}), "Pending", 0),
        ] {
            assert_eq!(
                with_sidecars(&[pod(&spec, phase)]).len(),
                expected,
                "{spec} {phase}"
            );
        }
    }
}

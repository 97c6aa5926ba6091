//! What the kubelet says of a container's memory.

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;

use crate::kubectl::{get, kubectl, until};

/// Bytes that the sidecar of the one pod of the Deployment `app` has for itself: those of no file. It is looked at a few
/// times a minute; this waits for the next time.
pub(crate) fn of_sidecar(namespace: &str, app: &str) -> Result<f64> {
    let before = sample(namespace, app)?;
    until("a new look at the sidecar's memory", || {
        let now = sample(namespace, app)?;
        ensure!(now.time != before.time, "it is that of {}", now.time);
        Ok(now.bytes)
    })
}

struct Sample {
    time: String,
    bytes: f64,
}

fn sample(namespace: &str, app: &str) -> Result<Sample> {
    let label = format!("app={app}");
    let pods = get(&["pods", "-n", namespace, "-l", &label])?;
    let [pod] = pods["items"].as_array().map_or(&[][..], Vec::as_slice) else {
        bail!("one pod expected of {namespace}/{app}");
    };
    let node = pod["spec"]["nodeName"].as_str().context("a node")?;
    let path = format!("/api/v1/nodes/{node}/proxy/stats/summary");
    let summary: Value = serde_json::from_str(&kubectl(&["get", "--raw", &path])?)?;
    let mut pods = summary["pods"].as_array().into_iter().flatten();
    let found = pods.find(|found| found["podRef"]["uid"] == pod["metadata"]["uid"]);
    let mut containers = found
        .and_then(|pod| pod["containers"].as_array())
        .into_iter()
        .flatten();
    let sidecar = containers.find(|container| container["name"] == "istio-proxy");
    let memory = &sidecar.context("no sidecar yet")?["memory"];
    Ok(Sample {
        time: memory["time"].as_str().context("a time")?.into(),
        bytes: memory["rssBytes"].as_f64().context("bytes")?,
    })
}

//! Istio's default retries are not lost where a route has none of its own.

use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result, ensure};
use gamma_testbed::client::Request;
use serde_json::{Value, json};

use super::scene::{EDGE, Scene};
use crate::{
    kubectl::{apply, delete, get, until},
    mesh::Mesh,
    objects::rule,
    sidecar,
};

/// Requests to a Service of which every other endpoint refuses connections.
const REQUESTS: usize = 30;
/// Where nobody listens.
const DISCARD: u16 = 9;

pub(super) fn run(mesh: &Mesh) -> Result<()> {
    let mut scene = Scene::set(mesh)?;
    let own = json!({ "retry": { "codes": [500], "attempts": 1 } });
    let rules = || {
        let own = rule("/own", "v1", own.clone());
        json!([
            own,
            rule("/half", "v3", json!({})),
            rule("/", "v1", json!({}))
        ])
    };
    scene.route(rules(), &[])?;
    // Backends count the attempts of an id, and live longer than this test.
    let since = SystemTime::now().duration_since(UNIX_EPOCH)?.as_nanos();
    let failing = |path: &str, status: &str| {
        Request::get("cart", path)
            .header("x-echo-status", status)
            .header("x-echo-first", "1")
            .header("x-request-id", format!("{path} {status} {since}"))
    };
    // Path, what the first attempt is answered, and what the client gets: an answer is an answer to Istio.
    for (path, status, expected) in [
        ("/", "503", 503),
        ("/", "500", 500),
        ("/own", "500", 200),
        ("/own", "503", 503),
    ] {
        let observed = scene.send(failing(path, status))?;
        let got = observed.status;
        ensure!(got == expected, "{path} {status}: {got}, not {expected}");
    }

    let slice = refusing()?;
    apply(&slice.to_string())?;
    let ended = half_refused(&mut scene, rules());
    delete(&slice.to_string())?;
    ended
}

/// An endpoint of `v3` that takes no connection.
fn refusing() -> Result<Value> {
    let nodes = get(&["nodes"])?;
    let addresses = nodes.pointer("/items/0/status/addresses");
    let mut addresses = addresses.and_then(Value::as_array).into_iter().flatten();
    let node = addresses.find(|address| address["type"] == "InternalIP");
    let node = node.and_then(|node| node["address"].as_str());
    Ok(json!({
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {
            "name": "v3-refusing",
            "namespace": EDGE,
            "labels": { "kubernetes.io/service-name": "v3" },
        },
        "addressType": "IPv4",
        "ports": [{ "name": "http", "port": DISCARD, "protocol": "TCP" }],
        "endpoints": [{
            "addresses": [node.context("the address of a node")?],
            "conditions": { "ready": true },
        }],
    }))
}

fn half_refused(scene: &mut Scene, rules: Value) -> Result<()> {
    until("both endpoints of v3", || {
        let clusters = sidecar::clusters(&mut scene.client)?;
        let refusing = format!(":{DISCARD}::");
        let mut of_v3 = clusters.lines().filter(|line| line.contains("||v3."));
        ensure!(of_v3.any(|line| line.contains(&refusing)), "one is missing");
        Ok(())
    })?;
    let failed = failures(scene)?;
    ensure!(failed == 0, "{failed} of {REQUESTS} were not tried again");
    scene.route(rules, &["--no-default-retries"])?;
    // That is a route, which connections don't keep.
    let failed = failures(scene)?;
    ensure!(failed > 0, "without retries, none of {REQUESTS} failed");
    Ok(())
}

fn failures(scene: &mut Scene) -> Result<usize> {
    let mut failed = 0;
    for _ in 0..REQUESTS {
        let observed = scene.send(Request::get("cart", "/half"))?;
        match observed.status {
            200 => {}
            503 => failed += 1,
            other => anyhow::bail!("{other} from a Service with one good endpoint"),
        }
    }
    Ok(failed)
}

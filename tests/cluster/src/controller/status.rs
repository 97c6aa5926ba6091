//! What the controller says on routes, and that it leaves alone what others say there.

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use super::Installed;
use crate::{
    edges::{EDGE, Scene},
    kubectl::{apply, delete, get, kubectl, until},
    mesh::Mesh,
    objects::{route, rule},
};

const US: &str = "gamma.example/controller";
const OTHER: &str = "example.com/other";

pub(super) fn run(mesh: &Mesh) -> Result<()> {
    let mut scene = Scene::set(mesh)?;
    let installed = Installed::ready()?;
    let written = route(EDGE, json!([rule("/", "v1", json!({}))]));
    apply(&written.to_string())?;
    let ended = follow(&mut scene, &written);
    let deleted = delete(&written.to_string());
    ended.and(deleted)?;
    installed.remove()
}

fn follow(scene: &mut Scene, written: &Value) -> Result<()> {
    let good = said(1, "True", "True")?;
    ensure!(good["conditions"][0]["reason"] == "Accepted", "{good}");
    goes_to(scene, "v1")?;

    // Somebody else says something too.
    let entries = json!([
        {
            "parentRef": written["spec"]["parentRefs"][0],
            "controllerName": OTHER,
            "conditions": [good["conditions"][0]],
        },
        good,
    ]);
    say(&entries)?;

    // A change, to a Service that is not there: the old route is obeyed no more, and the status says why.
    let missing = json!([
        rule("/", "v1", json!({})),
        rule("/none", "nobody", json!({}))
    ]);
    apply(&route(EDGE, missing).to_string())?;
    let bad = said(2, "True", "False")?;
    ensure!(bad["conditions"][1]["reason"] == "BackendNotFound", "{bad}");
    let message = bad["conditions"][1]["message"].as_str().unwrap_or_default();
    ensure!(message.contains("gamma-edge/nobody"), "{bad}");
    until("an event", || {
        let field = "--field-selector=reason=BackendNotFound";
        let events = kubectl(&["-n", EDGE, "get", "events", field, "-o", "yaml"])?;
        ensure!(events.contains("gamma-edge/nobody"), "{events}");
        Ok(())
    })?;
    let time = |entry: &Value| entry["conditions"][0]["lastTransitionTime"].clone();
    ensure!(time(&good) == time(&bad), "{good}\n{bad}");
    let parents = parents()?;
    ensure!(
        parents[0] == entries[0],
        "another controller's entry is {}",
        parents[0]
    );

    // And to another backend.
    apply(&route(EDGE, json!([rule("/", "v2", json!({}))])).to_string())?;
    said(3, "True", "True")?;
    goes_to(scene, "v2")?;

    // What somebody has wiped out is said again.
    say(&json!([entries[0]]))?;
    said(3, "True", "True")?;
    Ok(())
}

/// Lets these be all entries, as some other controller might.
fn say(parents: &Value) -> Result<()> {
    let patch = json!({ "status": { "parents": parents } }).to_string();
    let route = ["-n", EDGE, "patch", "httproute", "cart"];
    let merge = ["--subresource=status", "--type=merge", "-p", &patch];
    kubectl(&[&route[..], &merge].concat())?;
    Ok(())
}

fn parents() -> Result<Vec<Value>> {
    let route = get(&["-n", EDGE, "httproute", "cart"])?;
    let parents = route.pointer("/status/parents").and_then(Value::as_array);
    Ok(parents.cloned().unwrap_or_default())
}

/// Waits until the controller says these of the route's generation: Accepted and ResolvedRefs.
fn said(generation: u64, accepted: &str, resolved: &str) -> Result<Value> {
    until("the controller's word on the route", || {
        let parents = parents()?;
        let mut own = parents.iter().filter(|entry| entry["controllerName"] == US);
        let own = own.next().context("none")?;
        let is = |number: usize, kind: &str, status: &str| {
            let condition = &own["conditions"][number];
            condition["type"] == kind
                && condition["status"] == status
                && condition["observedGeneration"] == generation
        };
        ensure!(
            is(0, "Accepted", accepted) && is(1, "ResolvedRefs", resolved),
            "{own}"
        );
        Ok(own.clone())
    })
}

/// Waits until the controller says of the route, as it is now, that it is obeyed.
pub(crate) fn is_told() -> Result<()> {
    let route = get(&["-n", EDGE, "httproute", "cart"])?;
    let generation = route["metadata"]["generation"].as_u64();
    said(generation.context("a generation")?, "True", "True")?;
    Ok(())
}

/// Waits until the client's requests go there.
pub(crate) fn goes_to(scene: &mut Scene, service: &str) -> Result<()> {
    until("the client's requests", || {
        let (backend, _) = scene.goes_to("/x")?;
        ensure!(backend == service, "they go to {backend}");
        Ok(())
    })
}

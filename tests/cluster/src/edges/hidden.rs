//! A Service that is not exported to its clients has no cluster in their sidecars.

use anyhow::{Result, ensure};
use gamma_testbed::{client::Request, echo::Identity};
use serde_json::{Value, json};

use super::{
    protocols::said,
    scene::{EDGE, Scene},
};
use crate::{
    kubectl::{apply, get_of, kubectl, list},
    mesh::Mesh,
    objects::namespace,
    objects::route,
    pair::Pair,
};

/// What `gammactl istio` says of such a backend.
const CODE: &str = "G622";
const OTHER: &str = "gamma-edge-other";

pub(super) fn identities() -> impl Iterator<Item = Identity> {
    [Identity::new(OTHER, "hidden", 80)].into_iter()
}

pub(super) fn run(mesh: &Mesh) -> Result<()> {
    let mut scene = Scene::set(mesh)?;
    apply(&namespace(OTHER).to_string())?;
    let hidden = json!({
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {
            "name": "hidden",
            "namespace": OTHER,
            "annotations": { "networking.istio.io/exportTo": "." },
        },
        "spec": { "ports": [{ "name": "http", "port": 80 }] },
    });
    let slices = mesh.slices(std::slice::from_ref(&hidden))?;
    apply(&list(&[vec![hidden.clone()], slices].concat()))?;
    let mut live: Value = serde_json::from_str(&scene.live)?;
    if let Some(items) = live["items"].as_array_mut() {
        items.extend(get_of(&list(&[hidden]))?);
    }
    let rules = json!([{ "backendRefs": [{ "name": "hidden", "namespace": OTHER, "port": 80 }] }]);
    let route = route(EDGE, rules);
    let pair = Pair::compile(&[&live.to_string(), &route.to_string()], &[])?;
    pair.apply()?;
    scene.wait(&pair)?;
    let observed = scene.send(Request::get("cart", "/"))?;
    ensure!(
        observed.status == 500,
        "{} for a backend without a cluster",
        observed.status
    );
    let said = said(&live.to_string(), &route)?;
    ensure!(said.contains(CODE), "no word of it: {said}");
    kubectl(&["delete", "namespace", OTHER])?;
    Ok(())
}

//! Ten thousand routes in one WasmPlugin.

use anyhow::{Context as _, Result, ensure};
use gamma_testbed::client::Request;
use serde_json::json;

use super::scene::{EDGE, Scene};
use crate::{kubectl::list, mesh::Mesh, pair::Pair};

/// Routes; each has two rules.
const ROUTES: usize = 10_000;
/// Bytes that one WasmPlugin may have.
const MOST: usize = 512 * 1024;

pub(super) fn run(mesh: &Mesh) -> Result<()> {
    let mut scene = Scene::set(mesh)?;
    let route = |number: usize| {
        json!({
            "apiVersion": "gateway.networking.k8s.io/v1",
            "kind": "HTTPRoute",
            "metadata": { "name": format!("route-{number}"), "namespace": EDGE },
            "spec": {
                "parentRefs": [{ "group": "", "kind": "Service", "name": "cart" }],
                "rules": [
                    {
                        "matches": [{ "path": { "value": format!("/items/{number}/v1") } }],
                        "backendRefs": [{ "name": "v1", "port": 80 }],
                    },
                    {
                        "matches": [{ "path": { "value": format!("/items/{number}/v2") } }],
                        "backendRefs": [{ "name": "v2", "port": 80 }],
                    },
                ],
            },
        })
    };
    let routes: Vec<_> = (0..ROUTES).map(route).collect();
    let pair = Pair::compile(&[&scene.live, &list(&routes)], &[])?;
    let plugin = pair.plugins().next().context("a WasmPlugin")?;
    let size = plugin.to_string().len();
    println!("{ROUTES} routes of two rules in one WasmPlugin: {size} bytes");
    ensure!(size < MOST, "that is more than {MOST}");
    pair.apply()?;
    scene.wait(&pair)?;
    for number in [0, 1, ROUTES / 2, ROUTES - 1] {
        for version in ["v1", "v2"] {
            let (backend, _) = scene.goes_to(&format!("/items/{number}/{version}/x"))?;
            ensure!(
                backend == version,
                "route {number}: {backend}, not {version}"
            );
        }
    }
    let none = scene.send(Request::get("cart", "/items/10000/v1"))?;
    ensure!(none.status == 404, "{}", none.status);
    Ok(())
}

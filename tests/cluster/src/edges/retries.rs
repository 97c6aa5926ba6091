//! Istio's default retries are not lost where a route has none of its own.

use anyhow::{Result, ensure};
use gamma_testbed::client::Request;
use serde_json::json;

use super::scene::Scene;
use crate::{mesh::Mesh, objects::rule};

pub(super) fn run(mesh: &Mesh) -> Result<()> {
    let mut scene = Scene::set(mesh)?;
    let own = json!({ "retry": { "codes": [500], "attempts": 1 } });
    let rules = json!([rule("/own", "v1", own), rule("/", "v1", json!({}))]);
    scene.route(rules, &[])?;
    let failing = |path: &str, status: &str, id: &str| {
        Request::get("cart", path)
            .header("x-echo-status", status)
            .header("x-echo-first", "1")
            .header("x-request-id", id)
    };
    // Path, what the first attempt is answered, and what the client gets.
    for (path, status, expected) in [
        ("/", "503", 200),
        ("/", "500", 500),
        ("/own", "500", 200),
        ("/own", "503", 503),
    ] {
        let id = format!("{path}{status}");
        let observed = scene.send(failing(path, status, &id))?;
        let got = observed.status;
        ensure!(got == expected, "{path} {status}: {got}, not {expected}");
    }
    Ok(())
}

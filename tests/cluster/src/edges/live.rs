//! What gammactl says of a cluster that it looks at, and writes of what is in there.

use anyhow::{Result, ensure};
use serde_json::json;

use super::scene::{EDGE, Scene};
use crate::{
    kubectl::{apply, delete, output, run as run_command, until},
    mesh::Mesh,
    objects::{route, rule},
    pair::{Pair, gammactl, module},
};

pub(super) fn run(mesh: &Mesh) -> Result<()> {
    let mut scene = Scene::set(mesh)?;
    let of_version = |version| route(EDGE, json!([rule("/", version, json!({}))])).to_string();
    apply(&of_version("v1"))?;
    let ended = look(&mut scene, &of_version("v2"));
    delete(&of_version("v1"))?;
    ended
}

fn look(scene: &mut Scene, changed: &str) -> Result<()> {
    let asked = ["explain", "--kube", "-n", EDGE, "curl http://cart/x"];
    let said = run_command(gammactl().args(asked), None)?;
    ensure!(said.contains(&format!("to {EDGE}/v1/80")), "{said}");

    let written = ["istio", "--kube", "--image", &module()?];
    let pair = Pair::read(&run_command(gammactl().args(written), None)?)?;
    // Filters of earlier tests stay as long as a connection has them.
    until("no sidecar has a filter", || {
        let said = status()?;
        ensure!(said.contains("no WasmPlugin is for it"), "{said}");
        Ok(())
    })?;
    pair.apply()?;
    until("every sidecar says that it runs the newest config", status)?;
    let (backend, _) = scene.goes_to("/x")?;
    ensure!(backend == "v1", "{backend}");

    let compared = ["diff", "--kube", "-n", EDGE, "--exit-code", "-f", "-"];
    let difference = output(gammactl().args(compared), Some(changed))?;
    let said = String::from_utf8_lossy(&difference.stdout);
    let expected = format!("{EDGE}/v1/80 → {EDGE}/v2/80");
    ensure!(difference.status.code() == Some(1), "{said}");
    ensure!(said.contains(&expected), "{expected} is not in\n{said}");
    Ok(())
}

/// What `gammactl status` says of the clients of a scene, if that is good.
fn status() -> Result<String> {
    run_command(gammactl().args(["status", "-n", EDGE]), None)
}

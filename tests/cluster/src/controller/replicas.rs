//! One replica writes; when it is gone, the other one does, and nobody notices.

use anyhow::{Result, ensure};
use serde_json::json;

use super::{
    Installed,
    installed::{SYSTEM, leader},
    status::goes_to,
};
use crate::{
    edges::{EDGE, Scene},
    kubectl::{apply, delete, kubectl, until},
    mesh::Mesh,
    objects::{route, rule},
};

pub(super) fn run(mesh: &Mesh) -> Result<()> {
    let mut scene = Scene::set(mesh)?;
    let installed = Installed::ready()?;
    let to = |service| route(EDGE, json!([rule("/", service, json!({}))])).to_string();
    apply(&to("v1"))?;
    let mut check = || -> Result<()> {
        goes_to(&mut scene, "v1")?;
        // One that is told to go lets go of the Lease; one that is killed does not.
        for (service, grace) in [("v2", "30"), ("v3", "0"), ("v1", "30")] {
            let before = leader()?;
            let period = format!("--grace-period={grace}");
            let force = format!("--force={}", grace == "0");
            kubectl(&[
                "-n",
                SYSTEM,
                "delete",
                "pod",
                &before,
                &period,
                &force,
                "--wait=false",
            ])?;
            apply(&to(service))?;
            goes_to(&mut scene, service)?;
            until("another leader", || {
                let now = leader()?;
                ensure!(now != before, "{before} still has the Lease");
                Ok(())
            })?;
        }
        Ok(())
    };
    let ended = check();
    let deleted = delete(&to("v1"));
    ended.and(deleted)?;
    installed.remove()
}

//! No sidecar is told of a module that nobody can get.

use anyhow::{Result, ensure};
use serde_json::json;

use super::Installed;
use crate::{
    edges::{EDGE, Scene},
    kubectl::{apply, delete, kubectl, until},
    mesh::Mesh,
    objects::{route, rule},
    pair::module,
};

pub(super) fn run(mesh: &Mesh) -> Result<()> {
    let mut scene = Scene::set(mesh)?;
    let route = route(EDGE, json!([rule("/", "v1", json!({}))])).to_string();
    apply(&route)?;
    let url = module()?;
    let missing = format!("{}:absent", url.split(['@']).next().unwrap_or_default());
    let installed = Installed::with_module(&missing)?;
    let ended = until("the controller's word", || {
        let log = installed.log()?;
        ensure!(log.contains("no sidecar is told of it"), "{log}");
        Ok(())
    });
    let ended = ended.and_then(|()| {
        let plugins = kubectl(&["get", "wasmplugins", "-A", "-o", "name"])?;
        ensure!(plugins.is_empty(), "{plugins}");
        let (backend, _) = scene.goes_to("/x")?;
        ensure!(backend == "cart", "{backend}");
        Ok(())
    });
    let deleted = delete(&route);
    ended.and(deleted)?;
    installed.remove()
}

//! Two plugins that fit one sidecar: the second lets pass what the first has decided.

use anyhow::{Result, ensure};
use serde_json::json;

use super::scene::{EDGE, Scene};
use crate::{
    kubectl::list,
    mesh::Mesh,
    objects::{route, rule},
    pair::Pair,
};

pub(super) fn run(mesh: &Mesh) -> Result<()> {
    let mut scene = Scene::set(mesh)?;
    let rewrite = json!({ "filters": [{
        "type": "URLRewrite",
        "urlRewrite": { "path": { "type": "ReplacePrefixMatch", "replacePrefixMatch": "/v2/api" } },
    }] });
    let rules = json!([rule("/api", "v2", rewrite), rule("/v2", "v1", json!({}))]);
    let route = route(EDGE, rules).to_string();
    let mesh = Pair::compile(&[&scene.live, &route], &[])?;
    let here = Pair::compile(&[&scene.live, &route], &["--client-namespace", EDGE])?;
    let both = Pair {
        objects: [mesh.objects.clone(), here.objects.clone()].concat(),
    };
    crate::kubectl::apply(&list(&both.objects))?;
    crate::kubectl::until("both filters", || {
        let configs = crate::sidecar::plugin_configs(&mut scene.client)?;
        ensure!(configs.len() == 2, "{} filters", configs.len());
        Ok(())
    })?;
    for _ in 0..10 {
        let (backend, path) = scene.goes_to("/api/x")?;
        ensure!(
            (&*backend, &*path) == ("v2", "/v2/api/x"),
            "{backend} received {path}: decided twice"
        );
    }
    Ok(())
}

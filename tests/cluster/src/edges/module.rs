//! A module that can't be fetched: what it does to a mesh, and that `gammactl` sees it before.

use std::process::Output;

use anyhow::{Result, ensure};
use gamma_testbed::client::Request;
use serde_json::json;

use super::scene::{EDGE, Scene};
use crate::{
    kubectl::{output, until},
    mesh::Mesh,
    objects::{route, rule},
    pair::{Pair, gammactl, module},
};

/// Where there is no image.
fn nowhere() -> Result<String> {
    let module = module()?;
    let (repository, _) = module.split_once('@').unwrap_or((&module, ""));
    Ok(format!("{repository}@sha256:{}", "0".repeat(64)))
}

/// Every request of the clients is answered 403, unless failing opens.
pub(super) fn missing(mesh: &Mesh) -> Result<()> {
    let mut scene = Scene::set(mesh)?;
    let route = route(EDGE, json!([rule("/", "v1", json!({}))])).to_string();
    let live = scene.live.clone();
    let manifests = [&*live, &*route];
    // In this namespace alone: the mesh has other tests.
    let arguments = ["--offline", "--client-namespace", EDGE];
    let pair = Pair::with_module(&nowhere()?, &manifests, &arguments)?;
    pair.apply()?;
    until("an outage", || {
        let observed = scene.send(Request::get("cart", "/"))?;
        ensure!(observed.status == 403, "{}", observed.status);
        Ok(())
    })?;
    let arguments = [&arguments[..], &["--fail-strategy", "open"]].concat();
    Pair::with_module(&nowhere()?, &manifests, &arguments)?.apply()?;
    until("Istio's own routes", || {
        let observed = scene.send(Request::get("cart", "/"))?;
        ensure!(observed.status == 200, "{}", observed.status);
        Ok(())
    })?;
    Pair::remove_all()
}

/// `gammactl istio` writes nothing.
pub(super) fn looked_up(mesh: &Mesh) -> Result<()> {
    let scene = Scene::set(mesh)?;
    let folder = tempfile::tempdir()?;
    let manifests = folder.path().join("manifests.yaml");
    std::fs::write(&manifests, &scene.live)?;
    let written = folder.path().join("pair.yaml");
    let run = |image: &str, more: &[&str]| -> Result<Output> {
        let mut command = gammactl();
        command.args(["istio", "--image", image]).args(more);
        command.arg("-f").arg(&manifests).arg("-o").arg(&written);
        output(&mut command, None)
    };
    let module = module()?;
    let (repository, _) = module.split_once('@').unwrap_or((&module, ""));
    let zeros = "0".repeat(64);
    let table: [(&str, &[&str]); 4] = [
        (&nowhere()?, &[]),
        (&format!("{repository}:no-such-tag"), &[]),
        (&module, &["--sha256", &zeros]),
        ("oci://127.0.0.1:1/gamma-filter:1", &[]),
    ];
    for (image, more) in table {
        let ended = run(image, more)?;
        let said = String::from_utf8_lossy(&ended.stderr);
        println!("{image}\n{said}");
        ensure!(
            !ended.status.success(),
            "{image} {more:?} was taken: {said}"
        );
        ensure!(!written.exists(), "{image} {more:?}: objects were written");
    }
    let ended = run(&module, &[])?;
    ensure!(
        ended.status.success(),
        "{}",
        String::from_utf8_lossy(&ended.stderr)
    );
    Ok(())
}

/// An image without a scheme, with the port of its registry, is one that the API server takes.
pub(super) fn without_scheme(mesh: &Mesh) -> Result<()> {
    let mut scene = Scene::set(mesh)?;
    let module = module()?;
    let bare = module.strip_prefix("oci://").unwrap_or(&module);
    let route = route(EDGE, json!([rule("/", "v1", json!({}))])).to_string();
    let pair = Pair::with_module(bare, &[&scene.live, &route], &[])?;
    pair.apply()?;
    scene.wait(&pair)?;
    let (backend, _) = scene.goes_to("/")?;
    ensure!(backend == "v1", "{backend}");
    Ok(())
}

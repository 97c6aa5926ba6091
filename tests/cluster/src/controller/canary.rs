//! Another module goes to a canary first, to the others when that has taken it, and to nobody else if it is broken;
//! and what an earlier release has left goes away, the filter before the route.

use std::{
    thread,
    time::{Duration, Instant},
};

use anyhow::{Result, bail, ensure};
use gamma_testbed::fixture::Protocol;
use serde_json::json;

use super::{Installed, installed::SYSTEM, status::goes_to};
use crate::{
    client::MeshClient,
    edges::{EDGE, Scene},
    kubectl::{apply, apply_as, delete, get, kubectl, list, rolled_out, until},
    load::{Loaded, under},
    mesh::{Mesh, ROOT},
    objects::{namespace, route, rule},
    pair::{Pair, broken_module, module, other_module},
    pod::message::ClientAnswer,
};

/// The client of the tests, and no other pod there.
const CANARY: &str = "gamma-edge/app=client";
/// A client that is none of the canary.
const ELSEWHERE: &str = "elsewhere";
/// Where an earlier release has left something, and the controller has no rights any more.
const OLD: &str = "gamma-old";
/// What the controller logs when a trial went well.
const TO_ALL: &str = "goes to all sidecars";

pub(super) fn run(mesh: &Mesh) -> Result<()> {
    let (Ok(other), Ok(broken)) = (other_module(), broken_module()) else {
        println!("not run: wants $GAMMA_TEST_OTHER_MODULE and $GAMMA_TEST_BROKEN_MODULE");
        return Ok(());
    };
    let mut scene = Scene::set(mesh)?;
    let to = |service| route(EDGE, json!([rule("/", service, json!({}))])).to_string();
    apply(&to("v1"))?;
    let first = module()?;
    let installed = Installed::configured(&[("image", &first), ("canary", CANARY)])?;
    let modules = [&*first, &*other, &*broken];
    let ended = roll_out(&mut scene, &installed, modules, &to);
    let deleted = delete(&to("v1"));
    let old = delete(&namespace(OLD).to_string());
    ended.and(deleted).and(old)?;
    installed.remove()
}

fn roll_out(
    scene: &mut Scene,
    installed: &Installed,
    [first, other, broken]: [&str; 3],
    to: &dyn Fn(&'static str) -> String,
) -> Result<()> {
    // The first module there is: nobody has one, the canary gets it, and then the others.
    everywhere(first)?;
    installed.says(TO_ALL)?;
    goes_to(scene, "v1")?;
    let mut elsewhere = MeshClient::connect(ELSEWHERE)?;
    let right = [("v1", "/x"), ("v2", "/x")];
    let loaded = [Loaded::new(scene.cart, "cart.gamma-edge", "/x", &right)];
    until("the filter elsewhere", || {
        let request = loaded[0].request.clone();
        let answer = elsewhere.send(scene.cart, Protocol::Http, request)?;
        let ClientAnswer::Received { observed, .. } = answer else {
            bail!("{answer:?}");
        };
        let backend = observed.seen.map(|seen| seen.backend.service);
        ensure!(backend.as_deref() == Some("v1"), "{backend:?}");
        Ok(())
    })?;

    // Another one, while requests go on and the route changes.
    let requests = under(&mut elsewhere, &loaded, || {
        installed.configure(&[("image", other), ("canary", CANARY)])?;
        until("the trial", || url(EDGE, "gamma-canary", other))?;
        apply(&to("v2"))?;
        everywhere(other)?;
        installed.says(TO_ALL)?;
        goes_to(scene, "v2")?;
        apply(&to("v1"))?;
        goes_to(scene, "v1")
    })?;
    println!("another module: {requests} requests elsewhere, none answered wrongly");

    // One that no proxy can run. The canary has it, and the others never hear of it.
    let requests = under(&mut elsewhere, &loaded, || {
        installed.configure(&[("image", broken), ("canary", CANARY)])?;
        until("the trial", || url(EDGE, "gamma-canary", broken))?;
        apply(&to("v2"))?;
        thread::sleep(Duration::from_secs(15));
        url(ROOT, "gamma", other)?;
        installed.configure(&[("image", other), ("canary", CANARY)])?;
        everywhere(other)?;
        goes_to(scene, "v2")
    })?;
    println!("a broken one: {requests} requests elsewhere, none answered wrongly");
    let route = to("v1");
    left_overs(installed, &Pair::compile(&[&scene.live, &route], &[])?)?;
    goes_to(scene, "v2")
}

/// What an earlier release has left goes away, what a person has written stays, and what the controller has no right
/// to it tells.
fn left_overs(installed: &Installed, pair: &Pair) -> Result<()> {
    let of = |namespace: &str| {
        let mut objects = pair.objects.clone();
        for object in &mut objects {
            object["metadata"]["namespace"] = namespace.into();
        }
        objects
    };
    let mut theirs = of(OLD);
    theirs.retain(|object| object["kind"] == "WasmPlugin");
    theirs[0]["metadata"]["name"] = "theirs".into();
    apply(&namespace(OLD).to_string())?;
    apply(&list(&theirs))?;
    apply_as("gamma-controller", &list(&of(OLD)))?;
    apply_as("gamma-controller", &list(&of(EDGE)))?;
    let begin = Instant::now();
    until_gone("wasmplugin")?;
    let filter = begin.elapsed();
    kubectl(&["-n", EDGE, "get", "envoyfilter", "gamma"])?;
    until_gone("envoyfilter")?;
    let between = begin.elapsed() - filter;
    ensure!(
        between > Duration::from_secs(45),
        "only {between:?} in between"
    );
    installed.says("taken away what an earlier release has left")?;
    installed.says("delete it by hand")?;
    kubectl(&["-n", OLD, "get", "wasmplugin", "gamma", "theirs"])?;
    Ok(())
}

/// Longer than two rounds that look.
fn until_gone(kind: &str) -> Result<()> {
    let begin = Instant::now();
    while kubectl(&["-n", EDGE, "get", kind, "gamma"]).is_ok() {
        ensure!(
            begin.elapsed() < Duration::from_secs(200),
            "{kind} is still there"
        );
        thread::sleep(Duration::from_millis(500));
    }
    Ok(())
}

/// Waits until all sidecars are to have this module, and the canary none of its own.
fn everywhere(module: &str) -> Result<()> {
    rolled_out(SYSTEM, "gamma-controller")?;
    until("the module for all", || url(ROOT, "gamma", module))?;
    until("the end of the trial", || {
        let plugins = kubectl(&["-n", EDGE, "get", "wasmplugin", "-o", "name"])?;
        ensure!(plugins.is_empty(), "{plugins}");
        Ok(())
    })
}

/// A WasmPlugin has this module.
fn url(namespace: &str, name: &str, module: &str) -> Result<()> {
    let plugin = get(&["-n", namespace, "wasmplugin", name])?;
    let url = plugin["spec"]["url"].as_str().unwrap_or_default();
    ensure!(url == module, "{namespace}/{name} has {url}");
    Ok(())
}

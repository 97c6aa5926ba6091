//! What Argo Rollouts does with a route through its Gateway API plugin, call by call: read, change, replace, and
//! again if somebody else was faster.
//!
//! No registry has the plugin. Its calls are those of `pkg/plugin/httproute.go` and `labels.go` of its release
//! 0.15, their order that of `rollout/trafficrouting.go` of Argo Rollouts 1.10.

use std::{thread, time::Duration};

use anyhow::{Context as _, Result, ensure};
use gamma_testbed::{client::Request, echo::Identity, fixture::Protocol};
use serde_json::{Value, json};

use super::turns::{Turns, follows};
use crate::{
    controller::{Installed, goes_to, is_told},
    edges::{EDGE, Scene},
    kubectl::{apply, delete, get, kubectl_with, list},
    mesh::Mesh,
    objects::{route, service},
    pod::message::{Counted, Send},
};

const STABLE: &str = "v1";
const CANARY: &str = "v2";
/// The name of the rule for testers.
const MANAGED: &str = "testers";
const IN_PROGRESS: &str = "rollouts.argoproj.io/gatewayapi-canary";
/// Between two steps.
const STEP: Duration = Duration::from_secs(5);

pub(crate) fn run(mesh: &Mesh) -> Result<()> {
    let mut scene = Scene::set(mesh)?;
    let installed = Installed::ready()?;
    let backends = json!([{ "name": STABLE, "port": 80 }, { "name": CANARY, "port": 80 }]);
    let text = route(EDGE, json!([{ "backendRefs": backends }])).to_string();
    apply(&text)?;
    let ended = roll_out(mesh, &mut scene);
    let deleted = delete(&text);
    // As others expect them.
    let restored = apply(&list(&mesh.services(EDGE, &[STABLE, CANARY])?));
    ended.and(deleted)?;
    restored?;
    installed.remove()
}

fn roll_out(mesh: &Mesh, scene: &mut Scene) -> Result<()> {
    // Before there is a new version all is for the old one.
    set_weight(0)?;
    goes_to(scene, "v1")?;
    let send = |request| Send {
        address: scene.cart,
        protocol: Protocol::Http,
        request,
    };
    let anyone = send(Request::get("cart", "/x"));
    let tester = send(Request::get("cart", "/x").header("x-tester", "yes"));
    let mut turns = Turns::new(&mut scene.client);
    turns.begin(vec![anyone, tester])?;
    let mut step = |weight: u32, testers: u32, new: &str| -> Result<()> {
        // What was answered while it was shifted must be right, and is no part of the shares.
        thread::sleep(Duration::from_secs(1));
        answered(&turns.turn()?, None, new)?;
        thread::sleep(STEP);
        answered(&turns.turn()?, Some([weight, testers]), new)
            .with_context(|| format!("weight {weight}, testers {testers}"))
    };

    set_weight(20)?;
    step(20, 20, "v2")?;
    set_header_route()?;
    step(20, 100, "v2")?;
    set_weight(60)?;
    step(60, 100, "v2")?;
    set_weight(100)?;
    step(100, 100, "v2")?;
    // The stable Service gets the selector of the new version.
    select(mesh, STABLE, "v2")?;
    remove_managed_routes()?;
    set_weight(0)?;
    step(100, 100, "v2")?;

    // The next version is aborted.
    select(mesh, CANARY, "v3")?;
    set_weight(20)?;
    set_header_route()?;
    step(20, 100, "v3")?;
    remove_managed_routes()?;
    set_weight(0)?;
    step(0, 0, "v3")?;
    turns.end()?;
    is_told()
}

/// Every answer is one of a backend; with `weights` of requests of anyone and of testers, that share of them is of
/// the backend `new`.
fn answered(counts: &[Counted], weights: Option<[u32; 2]>, new: &str) -> Result<()> {
    for counted in counts {
        let outcome = &counted.outcome;
        let is_right = outcome.status == 200
            && outcome.leaked.is_empty()
            && ["v1", "v2", "v3"].contains(&&*outcome.backend);
        ensure!(is_right, "{counted}");
    }
    for (request, weight) in weights.into_iter().flatten().enumerate() {
        let of_it = || counts.iter().filter(|c| c.outcome.request == request);
        let all = of_it().map(|c| c.times).sum();
        let from_new = of_it().filter(|c| c.outcome.backend == new);
        follows(from_new.map(|c| c.times).sum(), all, weight)?;
    }
    Ok(())
}

/// The pods of a Service are those of another version.
fn select(mesh: &Mesh, name: &str, version: &str) -> Result<()> {
    let mut slices = mesh.slices(&[service(EDGE, name)])?;
    let port = mesh.port(&Identity::new(EDGE, version, 80));
    for slice in &mut slices {
        slice["ports"][0]["port"] = port.context("a backend")?.into();
    }
    apply(&list(&slices))?;
    Ok(())
}

/// `setHTTPRouteWeight`, and `ensureInProgressLabel` in it.
fn set_weight(weight: u32) -> Result<()> {
    update(|route| {
        let rules = route["spec"]["rules"].as_array_mut();
        for rule in rules.into_iter().flatten() {
            if rule["name"] == MANAGED {
                continue;
            }
            for backend in rule["backendRefs"].as_array_mut().into_iter().flatten() {
                backend["weight"] = match backend["name"].as_str() {
                    Some(CANARY) => weight.into(),
                    _ => (100 - weight).into(),
                };
            }
        }
        if weight > 0 {
            route["metadata"]["labels"][IN_PROGRESS] = "in-progress".into();
        } else if let Some(labels) = route["metadata"]["labels"].as_object_mut() {
            labels.remove(IN_PROGRESS);
        }
    })
}

/// `setHTTPHeaderRoute`, for one rule.
fn set_header_route() -> Result<()> {
    update(|route| {
        let header = json!({ "name": "x-tester", "value": "yes", "type": "Exact" });
        let Some(rules) = route["spec"]["rules"].as_array_mut() else {
            return;
        };
        let mut matches = rules[0]["matches"].clone();
        for one in matches.as_array_mut().into_iter().flatten() {
            one["headers"] = json!([header]);
        }
        rules.push(json!({
            "name": MANAGED,
            "matches": matches,
            "backendRefs": [{ "group": "", "kind": "Service", "name": CANARY, "port": 80 }],
        }));
    })
}

/// `removeHTTPManagedRoutes`.
fn remove_managed_routes() -> Result<()> {
    update(|route| {
        if let Some(rules) = route["spec"]["rules"].as_array_mut() {
            rules.retain(|rule| rule["name"] != MANAGED);
        }
    })
}

/// Replaces the route by a changed one, of the version that was read.
fn update(change: impl Fn(&mut Value)) -> Result<()> {
    for _ in 0..5 {
        let mut route = get(&["-n", EDGE, "httproute", "cart"])?;
        change(&mut route);
        match kubectl_with(&["replace", "-f", "-"], &route.to_string()) {
            Err(conflict) if conflict.to_string().contains("Conflict") => {}
            other => return other.map(|_| ()),
        }
    }
    anyhow::bail!("somebody else was always faster")
}

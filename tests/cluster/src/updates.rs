//! Changes under load: whatever is done, no request is answered wrongly.

use std::{thread, time::Duration};

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use crate::{
    client::MeshClient,
    kubectl::{apply, delete, get_of, kubectl, list, rolled_out, until},
    load::{Loaded, under},
    mesh::{Mesh, ROOT, address},
    objects::{client, name, namespace, overlay, route, rule},
    pair::Pair,
    sidecar,
};

const SHOP: &str = "gamma-updates";

/// Istio's `drainDuration`: how long a connection may go on with the filters that it began with.
const DRAIN: Duration = Duration::from_secs(46);

/// Backends of these tests.
pub(crate) const SERVICES: [&str; 3] = ["cart", "v1", "v2"];

/// To `service`, with everything that follows `/api` behind `prefix`.
fn to(service: &str, prefix: &str, more: Value) -> Value {
    let mut fields = json!({ "filters": [{
        "type": "URLRewrite",
        "urlRewrite": { "path": { "type": "ReplacePrefixMatch", "replacePrefixMatch": prefix } },
    }] });
    overlay(&mut fields, more);
    json!([rule("/api", service, fields)])
}

fn pair(module: &str, live: &str, rules: Value) -> Result<Pair> {
    let route = route(SHOP, rules).to_string();
    Pair::with_module(module, &[live, &route], &[])
}

/// Applied, changed, an istiod that goes away, another module, and gone again.
pub(crate) fn run(mesh: &Mesh) -> Result<()> {
    let module = crate::pair::module()?;
    let other_module = std::env::var("GAMMA_TEST_OTHER_MODULE");
    let other_module = other_module.unwrap_or_else(|_| module.clone());
    apply(&namespace(SHOP).to_string())?;
    let objects = mesh.services(SHOP, &SERVICES)?;
    apply(&list(&objects))?;
    apply(&client(SHOP).to_string())?;
    rolled_out(SHOP, "client")?;
    let mut client = MeshClient::connect(SHOP)?;
    // Its sidecar's own words while it is busy.
    let mut watcher = MeshClient::connect(SHOP)?;
    let cart = address(SHOP, "cart")?;
    let live = list(&get_of(&list(&objects[..SERVICES.len()]))?);
    let loaded =
        |right: &[(&'static str, &'static str)]| vec![Loaded::new(cart, "cart", "/api/x", right)];

    let before = ("cart", "/api/x");
    let first = pair(&module, &live, to("v1", "/first", json!({})))?;
    // A copy of each request, and a back-off between retries: both are in the route, not in the filter.
    let mirrored = json!({
        "filters": [
            { "type": "URLRewrite", "urlRewrite": { "path": {
                "type": "ReplacePrefixMatch",
                "replacePrefixMatch": "/second",
            } } },
            { "type": "RequestMirror", "requestMirror": {
                "backendRef": { "name": "cart", "port": 80 },
            } },
        ],
        "retry": { "codes": [503], "attempts": 2, "backoff": "10ms" },
    });
    let second = pair(&module, &live, to("v2", "/second", mirrored))?;
    let third = pair(&module, &live, to("v2", "/third", json!({})))?;
    let upgraded = pair(&other_module, &live, to("v2", "/third", json!({})))?;

    let mut watch = |pair: &Pair| {
        until("the sidecar", || sidecar::has(&mut watcher, pair))?;
        // Long enough that each right answer is among the next ones.
        thread::sleep(Duration::from_secs(1));
        Ok(())
    };
    let mut step = |what: &str, right: &[_], change: &mut dyn FnMut() -> Result<()>| {
        let requests = under(&mut client, &loaded(right), change).context(what.to_owned())?;
        println!("{what}: {requests} requests, none answered wrongly");
        anyhow::Ok(())
    };
    step("applied", &[before, ("v1", "/first/x")], &mut || {
        first.apply()?;
        watch(&first)
    })?;
    step(
        "changed, with a mirror and a back-off",
        &[("v1", "/first/x"), ("v2", "/second/x")],
        &mut || {
            second.apply()?;
            watch(&second)
        },
    )?;
    step(
        "changed, without them",
        &[("v2", "/second/x"), ("v2", "/third/x")],
        &mut || {
            third.apply()?;
            watch(&third)
        },
    )?;
    step("istiod started anew", &[("v2", "/third/x")], &mut || {
        kubectl(&["-n", ROOT, "rollout", "restart", "deployment/istiod"])?;
        rolled_out(ROOT, "istiod")?;
        watch(&third)
    })?;
    step("another module", &[("v2", "/third/x")], &mut || {
        upgraded.apply()?;
        watch(&upgraded)
    })?;
    step("taken away", &[("v2", "/third/x"), before], &mut || {
        for plugin in upgraded.plugins() {
            let [namespace, name] = name(plugin);
            kubectl(&["-n", namespace, "delete", "wasmplugin", name])?;
        }
        thread::sleep(DRAIN);
        delete(&list(&upgraded.objects))?;
        watch(&Pair::default())
    })?;
    kubectl(&["delete", "namespace", SHOP])?;
    Ok(())
}

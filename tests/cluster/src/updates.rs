//! Changes under load: whatever is done, no request is answered wrongly.

use std::{net::SocketAddr, thread, time::Duration};

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use crate::{
    kubectl::{apply, delete, get, kubectl, list, rolled_out, until},
    load::{Loaded, under},
    mesh::{Mesh, MeshClient, ROOT, name, namespace},
    pair::Pair,
    sidecar,
};

const SHOP: &str = "gamma-updates";

/// Istio's `drainDuration`: how long a connection may go on with the filters that it began with.
const DRAIN: Duration = Duration::from_secs(46);

/// Backends of these tests.
pub(crate) const SERVICES: [&str; 3] = ["cart", "v1", "v2"];

/// Services of the namespace `namespace`, with backends.
pub(crate) fn services(mesh: &Mesh, namespace: &str, names: &[&str]) -> Result<Vec<Value>> {
    let service = |name: &&str| {
        json!({
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": { "name": name, "namespace": namespace },
            "spec": { "ports": [{ "name": "http", "port": 80 }] },
        })
    };
    let services: Vec<Value> = names.iter().map(service).collect();
    let slices = mesh.slices(&services)?;
    Ok([services, slices].concat())
}

/// A route for `cart` with these rules.
pub(crate) fn route(namespace: &str, rules: Value) -> Value {
    json!({
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "HTTPRoute",
        "metadata": { "name": "cart", "namespace": namespace },
        "spec": {
            "parentRefs": [{ "group": "", "kind": "Service", "name": "cart" }],
            "rules": rules,
        },
    })
}

/// The cluster IP of a Service.
pub(crate) fn address(namespace: &str, service: &str) -> Result<SocketAddr> {
    let found = get(&["service", "-n", namespace, service])?;
    let ip = found["spec"]["clusterIP"]
        .as_str()
        .context("a cluster IP")?;
    Ok((ip.parse::<std::net::IpAddr>()?, 80).into())
}

/// To `service`, with everything that follows `/api` behind `prefix`.
fn to(service: &str, prefix: &str, more: Value) -> Value {
    let mut rule = json!({
        "matches": [{ "path": { "value": "/api" } }],
        "filters": [{
            "type": "URLRewrite",
            "urlRewrite": { "path": {
                "type": "ReplacePrefixMatch",
                "replacePrefixMatch": prefix,
            } },
        }],
        "backendRefs": [{ "name": service, "port": 80 }],
    });
    for (key, value) in more.as_object().into_iter().flatten() {
        rule[key] = value.clone();
    }
    json!([rule])
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
    let objects = services(mesh, SHOP, &SERVICES)?;
    apply(&list(&objects))?;
    let client = crate::mesh::deployment(SHOP, "client", vec!["echo".into()], &json!({}));
    apply(&client.to_string())?;
    rolled_out(SHOP, "client")?;
    let mut client = MeshClient::connect(SHOP)?;
    // Its sidecar's own words while it is busy.
    let mut watcher = MeshClient::connect(SHOP)?;
    let cart = address(SHOP, "cart")?;
    let live = list(&crate::kubectl::get_of(&list(&objects[..SERVICES.len()]))?);
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

//! Sessions: a DestinationRule that hashes the session's cookie keeps the endpoint.

use std::collections::BTreeSet;

use anyhow::{Result, ensure};
use gamma_testbed::{client::Request, echo::Identity};
use serde_json::{Value, json};

use super::scene::{EDGE, Scene, rule};
use crate::{
    kubectl::{apply, delete, list},
    mesh::Mesh,
};

pub(super) fn run(mesh: &Mesh) -> Result<()> {
    let mut scene = Scene::set(mesh)?;
    // One Service, three endpoints.
    let mut objects = vec![json!({
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": { "name": "many", "namespace": EDGE },
        "spec": { "ports": [{ "name": "http", "port": 80 }] },
    })];
    for name in ["v1", "v2", "v3"] {
        objects.push(json!({
            "apiVersion": "discovery.k8s.io/v1",
            "kind": "EndpointSlice",
            "metadata": {
                "name": format!("many-{name}"),
                "namespace": EDGE,
                "labels": { "kubernetes.io/service-name": "many" },
            },
            "addressType": "IPv4",
            "ports": [{
                "name": "http",
                "port": mesh.port(&Identity::new(EDGE, name, 80)),
                "protocol": "TCP",
            }],
            "endpoints": [{ "addresses": [mesh.backends], "conditions": { "ready": true } }],
        }));
    }
    objects.push(json!({
        "apiVersion": "networking.istio.io/v1",
        "kind": "DestinationRule",
        "metadata": { "name": "many", "namespace": EDGE },
        "spec": {
            "host": format!("many.{EDGE}.svc.cluster.local"),
            "trafficPolicy": { "loadBalancer": { "consistentHash": {
                "httpCookie": { "name": "session", "ttl": "0s" },
            } } },
        },
    }));
    apply(&list(&objects))?;
    let services: Value = serde_json::from_str(&scene.live)?;
    let mut items = services["items"].as_array().cloned().unwrap_or_default();
    items.push(objects[0].clone());
    scene.live = list(&items);
    let persistence =
        json!({ "sessionPersistence": { "sessionName": "session", "type": "Cookie" } });
    scene.route(json!([rule("/", "many", persistence)]), &[])?;

    let endpoints = |scene: &mut Scene, cookies: &[String]| -> Result<BTreeSet<String>> {
        let mut seen = BTreeSet::new();
        for cookie in cookies {
            let request = Request::get("cart", "/").header("cookie", cookie.as_str());
            let observed = scene.send(request)?;
            seen.extend(observed.seen.map(|seen| seen.backend.service));
        }
        Ok(seen)
    };
    let first = scene.send(Request::get("cart", "/"))?;
    // That of the session, and one that names the endpoint.
    let set = first
        .headers
        .iter()
        .filter(|(name, _)| name == "set-cookie");
    let pairs = set.filter_map(|(_, value)| value.split(';').next());
    let cookie = pairs.collect::<Vec<_>>().join("; ");
    ensure!(cookie.contains("session="), "no session: {first:?}");
    let one = endpoints(&mut scene, &vec![cookie; 20])?;
    ensure!(one.len() == 1, "one session, and {one:?}");
    // Others are spread: else it would show nothing.
    let others: Vec<String> = (0..40).map(|n| format!("session=other-{n}")).collect();
    let all = endpoints(&mut scene, &others)?;
    ensure!(all.len() > 1, "40 sessions, and {all:?} alone");
    delete(&list(&objects))
}

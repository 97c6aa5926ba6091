//! Sessions: a DestinationRule that hashes the session's cookie keeps the endpoint.

use std::{collections::BTreeSet, thread, time::Duration};

use anyhow::{Result, ensure};
use gamma_testbed::{client::Request, fixture::Protocol};
use serde_json::{Value, json};

use super::scene::{EDGE, Scene};
use crate::{
    kubectl::{apply, delete, list, rolled_out},
    mesh::{Mesh, pod_ip},
    objects::{deployment, rule},
    pod::message::Send,
};

/// Where the pods listen.
const PORT: u16 = 8080;

pub(super) fn run(mesh: &Mesh) -> Result<()> {
    let mut scene = Scene::set(mesh)?;
    let mut objects = vec![json!({
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": { "name": "many", "namespace": EDGE },
        "spec": { "ports": [{ "name": "http", "port": 80 }] },
    })];
    // Pods of their own: istiod takes two endpoints with one address for one.
    let pods = ["many-1", "many-2", "many-3"];
    let pod = |name: &&str| {
        let listen = format!("{EDGE}/{name}:80={PORT}");
        deployment(EDGE, name, vec!["echo".into(), listen])
    };
    let pods_of: Vec<Value> = pods.iter().map(pod).collect();
    apply(&list(&pods_of))?;
    for name in pods {
        rolled_out(EDGE, name)?;
        objects.push(json!({
            "apiVersion": "discovery.k8s.io/v1",
            "kind": "EndpointSlice",
            "metadata": {
                "name": name,
                "namespace": EDGE,
                "labels": { "kubernetes.io/service-name": "many" },
            },
            "addressType": "IPv4",
            "ports": [{ "name": "http", "port": PORT, "protocol": "TCP" }],
            "endpoints": [{ "addresses": [pod_ip(EDGE, name)?], "conditions": { "ready": true } }],
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
    // Others are spread, or it would show nothing: each new connection is one.
    let others = Send {
        address: scene.cart,
        protocol: Protocol::Http,
        request: Request::get("cart", "/"),
    };
    scene.client.load(vec![others])?;
    thread::sleep(Duration::from_secs(1));
    let counts = scene.client.stop()?;
    let all: BTreeSet<String> = counts.into_iter().map(|c| c.outcome.backend).collect();
    ensure!(all.len() > 1, "all sessions go to {all:?}");
    objects.extend(pods_of);
    delete(&list(&objects))
}

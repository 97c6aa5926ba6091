//! Ports that Istio takes for something else than HTTP: routes have no effect there, and `gammactl` says
//! so of exactly these.

use anyhow::{Context as _, Result, bail, ensure};
use gamma_testbed::{client::Request, echo::Identity, fixture::Protocol};
use serde_json::{Value, json};

use super::scene::{EDGE, Scene};
use crate::{
    kubectl::{apply, delete, get_of, list, output, until},
    mesh::Mesh,
    mesh::address,
    pair::{Pair, gammactl, module},
    pod::message::ClientAnswer,
    sidecar,
};

/// What `gammactl istio` says of such a port.
const CODE: &str = "G620";

/// Name of the Service, and name and `appProtocol` of its port.
const PORTS: [(&str, &str, Option<&str>); 9] = [
    ("p-http", "http", None),
    ("p-http-web", "http-web", None),
    ("p-http2", "http2", None),
    ("p-other", "web", None),
    ("p-tcp", "tcp-web", None),
    ("p-mysql", "mysql", None),
    ("p-https", "https", None),
    ("p-app", "tcp-web", Some("http")),
    ("p-app-tcp", "http", Some("tcp")),
];

pub(super) fn identities() -> impl Iterator<Item = Identity> {
    PORTS
        .iter()
        .map(|(service, ..)| Identity::new(EDGE, *service, 80))
}

pub(super) fn run(mesh: &Mesh) -> Result<()> {
    let mut scene = Scene::set(mesh)?;
    let services: Vec<Value> = PORTS
        .iter()
        .map(|(service, name, app_protocol)| {
            let mut port = json!({ "name": name, "port": 80 });
            if let Some(protocol) = app_protocol {
                port["appProtocol"] = (*protocol).into();
            }
            json!({
                "apiVersion": "v1",
                "kind": "Service",
                "metadata": { "name": service, "namespace": EDGE },
                "spec": { "ports": [port] },
            })
        })
        .collect();
    let slices = mesh.slices(&services)?;
    apply(&list(&services))?;
    apply(&list(&slices))?;
    let live: Value = serde_json::from_str(&scene.live)?;
    let mut live = live["items"].as_array().cloned().context("Services")?;
    live.extend(get_of(&list(&services))?);
    let routes: Vec<Value> = PORTS.iter().map(|(service, ..)| route(service)).collect();
    let pair = Pair::compile(&[&list(&live), &list(&routes)], &[])?;
    pair.apply()?;
    scene.wait(&pair)?;
    until("the endpoints", || {
        let clusters = sidecar::clusters(&mut scene.client)?;
        for (service, ..) in PORTS {
            let port = mesh.port(&Identity::new(EDGE, service, 80));
            let endpoint = format!("::{}:{}::", mesh.backends, port.context("a port")?);
            ensure!(clusters.contains(&endpoint), "none of {service}");
        }
        Ok(())
    })?;
    let mut wrong = Vec::new();
    for (service, name, app_protocol) in PORTS {
        let request = Request::get(service, "/");
        let to = address(EDGE, service)?;
        let routed = match scene.client.send(to, Protocol::Http, request)? {
            ClientAnswer::Received { observed, .. } => observed
                .seen
                .is_some_and(|seen| seen.backend.service == "v1"),
            ClientAnswer::Failed(_) => false,
            other => bail!("{other:?}"),
        };
        let said = said(&list(&live), &route(service))?;
        let warned = said.contains(CODE);
        println!("{service} {name} {app_protocol:?}: routed {routed}, warned {warned}");
        if routed == warned {
            wrong.push(format!(
                "{service}: routed {routed}, warned {warned}\n{said}"
            ));
        }
    }
    ensure!(wrong.is_empty(), "{}", wrong.join("\n"));
    delete(&list(&[services, slices].concat()))
}

fn route(service: &str) -> Value {
    json!({
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "HTTPRoute",
        "metadata": { "name": service, "namespace": EDGE },
        "spec": {
            "parentRefs": [{ "group": "", "kind": "Service", "name": service }],
            "rules": [{ "backendRefs": [{ "name": "v1", "port": 80 }] }],
        },
    })
}

/// What `gammactl istio` says of one route.
pub(super) fn said(live: &str, route: &Value) -> Result<String> {
    let folder = tempfile::tempdir()?;
    let mut command = gammactl();
    command.args(["istio", "--offline", "--image", &module()?]);
    for (name, text) in [("live.yaml", live), ("route.yaml", &route.to_string())] {
        let path = folder.path().join(name);
        std::fs::write(&path, text)?;
        command.arg("-f").arg(path);
    }
    let ended = output(&mut command, None)?;
    Ok(String::from_utf8_lossy(&ended.stderr).into_owned())
}

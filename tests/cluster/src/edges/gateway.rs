//! A gateway runs the plugin of the root namespace too, and is left alone.

use anyhow::{Context as _, Result, ensure};
use gamma_testbed::client::Request;
use serde_json::json;

use super::scene::{EDGE, Scene};
use crate::{
    kubectl::{apply, delete, list, rolled_out, until},
    mesh::Mesh,
    mesh::pod_ip,
    objects::rule,
    pod::message::ClientAnswer,
};

pub(super) fn run(mesh: &Mesh) -> Result<()> {
    let mut scene = Scene::set(mesh)?;
    let objects = [
        json!({
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": { "name": "gateway", "namespace": EDGE },
            "spec": {
                "selector": { "matchLabels": { "app": "gateway" } },
                "template": {
                    "metadata": {
                        "labels": { "app": "gateway", "sidecar.istio.io/inject": "true" },
                        "annotations": { "inject.istio.io/templates": "gateway" },
                    },
                    // The API server would choose `Always` for an image without a tag.
                    "spec": { "containers": [{
                        "name": "istio-proxy",
                        "image": "auto",
                        "imagePullPolicy": "IfNotPresent",
                    }] },
                },
            },
        }),
        json!({
            "apiVersion": "networking.istio.io/v1",
            "kind": "Gateway",
            "metadata": { "name": "gateway", "namespace": EDGE },
            "spec": {
                "selector": { "app": "gateway" },
                "servers": [{
                    "port": { "number": 8080, "name": "http", "protocol": "HTTP" },
                    "hosts": ["*"],
                }],
            },
        }),
        json!({
            "apiVersion": "networking.istio.io/v1",
            "kind": "VirtualService",
            "metadata": { "name": "gateway", "namespace": EDGE },
            "spec": {
                "hosts": ["*"],
                "gateways": ["gateway"],
                "http": [{ "route": [{ "destination": {
                    "host": format!("cart.{EDGE}.svc.cluster.local"),
                } }] }],
            },
        }),
    ];
    apply(&list(&objects))?;
    rolled_out(EDGE, "gateway")?;
    let edit = json!({ "filters": [{
        "type": "RequestHeaderModifier",
        "requestHeaderModifier": { "set": [{ "name": "x-edited", "value": "yes" }] },
    }] });
    scene.route(json!([rule("/", "v1", edit)]), &[])?;
    let gateway = (pod_ip(EDGE, "gateway")?, 8080).into();
    // Whoever dials an address of a pod is let pass by a sidecar: the gateway gets it as it is.
    let host = format!("cart.{EDGE}");
    let observed = until("the gateway", || {
        let request = Request::get(host.as_str(), "/x");
        match scene
            .client
            .send(gateway, gamma_testbed::fixture::Protocol::Http, request)?
        {
            ClientAnswer::Received { observed, .. } => {
                ensure!(observed.status == 200, "{}", observed.status);
                Ok(*observed)
            }
            other => anyhow::bail!("{other:?}"),
        }
    })?;
    let seen = observed.seen.context("a backend")?;
    ensure!(
        seen.backend.service == "cart",
        "the gateway's route is not obeyed: {seen:?}"
    );
    let ours = |name: &str| name.starts_with("x-gamma-") || name == "x-edited";
    let leaked: Vec<_> = seen.headers.iter().filter(|(name, _)| ours(name)).collect();
    ensure!(leaked.is_empty(), "{leaked:?}");
    delete(&list(&objects))
}

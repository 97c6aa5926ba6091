//! Asks the admin interface of a sidecar, which listens on the pod's loopback only: the API server forwards a
//! port to it, as `kubectl port-forward` does.

use std::time::Duration;

use http::{Request, StatusCode};
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper::{body::Bytes, client::conn::http1};
use hyper_util::rt::TokioIo;
use k8s_openapi::api::core::v1 as core;
use kube::Api;
use serde_json::Value;

use super::{dump::SidecarDump, pods::Pod};
use crate::request::ApiServer;

/// Where Envoy's admin interface listens in Istio's sidecars.
const ADMIN: u16 = 15000;
/// How long a sidecar may take for all answers.
const PATIENCE: Duration = Duration::from_secs(30);
/// The longest answer, in bytes: a sidecar that knows a large mesh has some ten MB of routes.
const LONGEST: usize = 256 << 20;

/// What the sidecar has, or why that is not known.
pub(super) async fn ask(server: &ApiServer, pod: &Pod) -> Result<SidecarDump, String> {
    match tokio::time::timeout(PATIENCE, dump(server, pod)).await {
        Ok(answer) => answer,
        Err(_) => Err(format!("no answer within {} seconds", PATIENCE.as_secs())),
    }
}

async fn dump(server: &ApiServer, pod: &Pod) -> Result<SidecarDump, String> {
    let get = |path| get(server, pod, ADMIN, path);
    let filters = get("/config_dump?resource=ecds_filters").await?;
    let routes = get("/config_dump?resource=dynamic_route_configs").await?;
    let stats = get("/stats?filter=extension_config_discovery&format=json").await?;
    Ok(SidecarDump::of(&filters, &routes, &stats))
}

/// What is at `path` on a port that listens on the loopback of a pod.
pub(super) async fn get(
    server: &ApiServer,
    pod: &Pod,
    port: u16,
    path: &str,
) -> Result<Value, String> {
    let pods: Api<core::Pod> = Api::namespaced(server.client.clone(), &pod.namespace);
    let forwarder = pods.portforward(&pod.name, &[port]).await;
    let mut forwarder = forwarder.map_err(|error| match error {
        kube::Error::Api(status) if status.code == 403 => {
            "a ClusterRole has to grant {apiGroups: [\"\"], resources: [pods/portforward], verbs: [create, get]}"
                .to_owned()
        }
        error => format!("no port is forwarded: {error}"),
    })?;
    let stream = forwarder.take_stream(port).ok_or("no port is forwarded")?;
    let unreadable = |error: &dyn std::fmt::Display| format!("port {port}: {error}");
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream))
        .await
        .map_err(|error| unreadable(&error))?;
    let connection = tokio::spawn(connection);
    let request = Request::get(path)
        .header("host", "localhost")
        .header("connection", "close")
        .body(Empty::<Bytes>::new())
        .map_err(|error| unreadable(&error))?;
    let response = sender.send_request(request).await;
    let response = response.map_err(|error| unreadable(&error))?;
    let status = response.status();
    let body = Limited::new(response.into_body(), LONGEST).collect().await;
    let body = body.map_err(|error| unreadable(&error))?.to_bytes();
    forwarder.abort();
    connection.abort();
    match status {
        StatusCode::OK => {}
        // A sidecar without any filter that comes by name has no list of them.
        StatusCode::NOT_FOUND => return Ok(Value::Null),
        status => return Err(unreadable(&status)),
    }
    serde_json::from_slice(&body).map_err(|error| unreadable(&error))
}

//! What sidecars say of themselves.

use std::{
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use anyhow::{Context as _, Result, bail, ensure};
use futures_util::{StreamExt as _, stream};
use gamma_config::wire::REVISIONS_TOTAL;
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper::{Request, body::Bytes, client::conn::http1};
use hyper_util::rt::TokioIo;
use k8s_openapi::api::core::v1::Pod;
use kube::{Api, Client, api::ListParams};
use tokio::{net::TcpStream, time::timeout};

use crate::{in_time::in_time, options::Canary};

/// The container of Istio's in a pod.
const PROXY: &str = "istio-proxy";
/// Where its agent answers Prometheus, without TLS and outside of the redirection.
const METRICS: u16 = 15_020;
/// Sidecars that are asked at a time.
const AT_ONCE: usize = 4;
/// How long one may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// Bytes of one's counters, which are some hundred thousand, and of what the application adds to them.
const LIMIT: usize = 16 << 20;

/// How many sidecars have taken a config.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TrialState {
    pub(crate) by: usize,
    pub(crate) of: usize,
}

/// Asks every sidecar of `canary` whether it has taken the config of `revision`.
///
/// # Errors
///
/// The pods can't be listed. A sidecar that does not answer has not taken it.
pub(crate) async fn loaded(client: &Client, canary: &Canary, revision: &str) -> Result<TrialState> {
    let pods: Api<Pod> = Api::namespaced(client.clone(), &canary.namespace);
    let labels = canary
        .selector
        .iter()
        .map(|(key, value)| format!("{key}={value}"));
    let labels: Vec<String> = labels.collect();
    let pods = in_time(pods.list(&ListParams::default().labels(&labels.join(",")))).await;
    let pods = pods.with_context(|| format!("the pods of {}", canary.namespace))?;
    let sidecars: Vec<IpAddr> = pods.items.iter().filter_map(address_of_sidecar).collect();
    let of = sidecars.len();
    let answers = stream::iter(sidecars).map(|address| has(address, revision));
    let by = answers
        .buffer_unordered(AT_ONCE)
        .filter(|answer| std::future::ready(matches!(answer, Ok(true))))
        .count()
        .await;
    Ok(TrialState { by, of })
}

/// Of a pod that runs and has one.
fn address_of_sidecar(pod: &Pod) -> Option<IpAddr> {
    let (spec, status) = (pod.spec.as_ref()?, pod.status.as_ref()?);
    // Where it is a container of its own kind, it is among those that start first.
    let first = spec.init_containers.iter().flatten();
    let has_proxy = first.chain(&spec.containers).any(|c| c.name == PROXY);
    let runs =
        status.phase.as_deref() == Some("Running") && pod.metadata.deletion_timestamp.is_none();
    status
        .pod_ip
        .as_ref()?
        .parse()
        .ok()
        .filter(|_| has_proxy && runs)
}

async fn has(address: IpAddr, revision: &str) -> Result<bool> {
    let page = timeout(PATIENCE, page(SocketAddr::new(address, METRICS))).await??;
    Ok(names(&page, revision))
}

/// Whether a page for Prometheus has the counter of a revision, as a label or, where the pod does not have
/// `extraStatTags`, in its name.
fn names(page: &str, revision: &str) -> bool {
    let mut counters = page.lines().filter(|line| !line.starts_with('#'));
    counters.any(|line| line.contains(REVISIONS_TOTAL) && line.contains(revision))
}

async fn page(address: SocketAddr) -> Result<String> {
    let stream = TcpStream::connect(address).await?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    let request = Request::get("/stats/prometheus")
        .header("host", address.to_string())
        .body(Empty::<Bytes>::new())?;
    let response = sender.send_request(request).await?;
    ensure!(response.status().is_success(), "{}", response.status());
    match Limited::new(response.into_body(), LIMIT).collect().await {
        Ok(body) => Ok(String::from_utf8_lossy(&body.to_bytes()).into_owned()),
        Err(error) => bail!("{error}"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_counter_is_found_with_and_without_labels() {
        let table = [
            ("gamma_revisions_total{revision=\"0a1b\"} 3", true),
            (
                "wasmcustom_revision___0a1b____gamma_revisions_total{} 1",
                true,
            ),
            ("gamma_revisions_total{revision=\"ffff\"} 3", false),
            (
                "# TYPE wasmcustom_revision___0a1b____gamma_revisions_total counter",
                false,
            ),
            ("gamma_requests_total{route=\"0a1b\"} 1", false),
        ];
        for (line, expected) in table {
            assert_eq!(names(&format!("a 1\n{line}\n"), "0a1b"), expected, "{line}");
        }
    }

    #[test]
    fn only_pods_that_run_with_a_sidecar_count() {
        let pod = |containers: &str, phase: &str, deleted: bool| -> Pod {
            let mut pod = json!({
                "metadata": {},
                "spec": { "containers": [{ "name": "app" }], containers: [{ "name": PROXY }] },
                "status": { "phase": phase, "podIP": "10.0.0.1" },
            });
            if deleted {
                pod["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z".into();
            }
            serde_json::from_value(pod).unwrap()
        };
        let ip = Some(IpAddr::from([10, 0, 0, 1]));
        assert_eq!(address_of_sidecar(&pod("containers", "Running", false)), ip);
        assert_eq!(
            address_of_sidecar(&pod("initContainers", "Running", false)),
            ip
        );
        assert_eq!(
            address_of_sidecar(&pod("ephemeralContainers", "Running", false)),
            None
        );
        assert_eq!(
            address_of_sidecar(&pod("containers", "Pending", false)),
            None
        );
        assert_eq!(
            address_of_sidecar(&pod("containers", "Running", true)),
            None
        );
    }
}

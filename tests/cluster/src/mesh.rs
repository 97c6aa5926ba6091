//! A mesh with clients in several namespaces, and one pod in which every backend is.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::{IpAddr, SocketAddr},
};

use anyhow::{Context as _, Result, bail};
use gamma_testbed::{echo::Identity, stage::NO_ENDPOINTS};
use serde_json::{Value, json};

use crate::{
    kubectl::{apply, get, kubectl, list, rolled_out},
    objects::{client, deployment, name, namespace, service, tcp_ports},
};

/// Where the backends are.
pub(crate) const NAMESPACE: &str = "gamma-test";
/// Istio's root namespace.
pub(crate) const ROOT: &str = "istio-system";
/// Where the first backend listens.
const FIRST_PORT: u16 = 20_000;

/// What runs in the cluster.
#[derive(Debug)]
pub(crate) struct Mesh {
    /// Where each backend listens.
    ports: BTreeMap<Identity, u16>,
    pub(crate) backends: IpAddr,
}

impl Mesh {
    /// Starts backends for each of `identities` and a client in each of `namespaces`.
    pub(crate) fn start(
        identities: &BTreeSet<Identity>,
        namespaces: &BTreeSet<String>,
    ) -> Result<Self> {
        let ports = identities.iter().cloned().zip(FIRST_PORT..).collect();
        let mut objects: Vec<Value> = namespaces
            .iter()
            .map(String::as_str)
            .chain([NAMESPACE])
            .map(namespace)
            .collect();
        let listen: Vec<String> = arguments(&ports);
        let words = ["echo".to_owned()].into_iter().chain(listen).collect();
        objects.push(deployment(NAMESPACE, "backends", words));
        for namespace in namespaces {
            objects.push(client(namespace));
        }
        apply(&list(&objects))?;
        rolled_out(NAMESPACE, "backends")?;
        for namespace in namespaces {
            rolled_out(namespace, "client")?;
        }
        let backends = pod_ip(NAMESPACE, "backends")?;
        Ok(Self { ports, backends })
    }

    /// EndpointSlices that lead from the ports of `services` to their backends.
    pub(crate) fn slices(&self, services: &[Value]) -> Result<Vec<Value>> {
        let mut slices = Vec::new();
        for service in services {
            if service["spec"]["type"] == "ExternalName"
                || service["metadata"]["labels"].get(NO_ENDPOINTS).is_some()
            {
                continue;
            }
            let [namespace, name] = name(service);
            let mut ports = Vec::new();
            for port in tcp_ports(service) {
                let number = port["port"].as_u64().and_then(|p| u16::try_from(p).ok());
                let number = number.context("a port without a number")?;
                let identity = Identity::new(namespace, name, number);
                let listens = self.ports.get(&identity);
                let listens = listens.with_context(|| format!("no backend for {identity}"))?;
                let name = port["name"].as_str().unwrap_or_default();
                let mut of_slice = json!({ "name": name, "port": listens, "protocol": "TCP" });
                if let Some(protocol) = port.get("appProtocol") {
                    of_slice["appProtocol"] = protocol.clone();
                }
                ports.push(of_slice);
            }
            slices.push(json!({
                "apiVersion": "discovery.k8s.io/v1",
                "kind": "EndpointSlice",
                "metadata": {
                    "name": format!("{name}-test"),
                    "namespace": namespace,
                    "labels": { "kubernetes.io/service-name": name },
                },
                "addressType": "IPv4",
                "ports": ports,
                "endpoints": [{
                    "addresses": [self.backends],
                    "conditions": { "ready": true },
                }],
            }));
        }
        Ok(slices)
    }

    /// Services of a namespace, and their EndpointSlices behind them.
    pub(crate) fn services(&self, namespace: &str, names: &[&str]) -> Result<Vec<Value>> {
        let services: Vec<Value> = names.iter().map(|name| service(namespace, name)).collect();
        let slices = self.slices(&services)?;
        Ok([services, slices].concat())
    }

    /// Where a backend listens.
    pub(crate) fn port(&self, identity: &Identity) -> Option<u16> {
        self.ports.get(identity).copied()
    }
}

fn arguments(ports: &BTreeMap<Identity, u16>) -> Vec<String> {
    let argument = |(identity, port): (&Identity, &u16)| format!("{identity}={port}");
    ports.iter().map(argument).collect()
}

/// The address of the one pod of a Deployment.
pub(crate) fn pod_ip(namespace: &str, app: &str) -> Result<IpAddr> {
    let label = format!("app={app}");
    let pods = get(&["pods", "-n", namespace, "-l", &label])?;
    let pods = pods["items"].as_array().cloned().unwrap_or_default();
    let running = pods.iter().filter(|pod| {
        pod["metadata"].get("deletionTimestamp").is_none() && pod["status"]["phase"] == "Running"
    });
    let ips: Vec<&str> = running
        .filter_map(|pod| pod["status"]["podIP"].as_str())
        .collect();
    let [ip] = ips.as_slice() else {
        bail!("one pod expected of {namespace}/{app}, found {ips:?}");
    };
    Ok(ip.parse()?)
}

/// The cluster IP of a Service.
pub(crate) fn address(namespace: &str, service: &str) -> Result<SocketAddr> {
    let found = get(&["service", "-n", namespace, service])?;
    let ip = found["spec"]["clusterIP"]
        .as_str()
        .context("a cluster IP")?;
    Ok((ip.parse::<std::net::IpAddr>()?, 80).into())
}

/// Whether istiod makes routes of HTTPRoutes itself.
pub(crate) fn istio_obeys_routes(obeys: bool) -> Result<()> {
    let variable = format!("PILOT_ENABLE_GATEWAY_API={obeys}");
    kubectl(&["-n", ROOT, "set", "env", "deployment/istiod", &variable])?;
    rolled_out(ROOT, "istiod")
}

/// What istiod says of itself.
pub(crate) fn istio_version() -> Result<String> {
    let version = kubectl(&[
        "-n",
        ROOT,
        "exec",
        "deployment/istiod",
        "--",
        "/usr/local/bin/pilot-discovery",
        "version",
        "--short",
    ])?;
    Ok(version.trim().to_owned())
}

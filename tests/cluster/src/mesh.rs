//! A mesh with clients in several namespaces, and one pod in which every backend is.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{BufRead as _, BufReader, Write as _},
    net::{IpAddr, SocketAddr},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use anyhow::{Context as _, Result, bail, ensure};
use gamma_testbed::{client::Request, echo::Identity, fixture::Protocol, stage::NO_ENDPOINTS};
use serde_json::{Value, json};

use crate::{
    kubectl::{apply, get, kubectl, list, rolled_out},
    pod::message::{ClientAnswer, ClientCommand, Send},
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

/// The image of this program.
fn image() -> String {
    std::env::var("GAMMA_TEST_IMAGE").unwrap_or_else(|_| "localhost/gamma-cluster:1".into())
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
        objects.push(deployment(NAMESPACE, "backends", words, &json!({})));
        for namespace in namespaces {
            objects.push(deployment(
                namespace,
                "client",
                vec!["echo".into()],
                &json!({}),
            ));
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

    /// Where a backend listens.
    pub(crate) fn port(&self, identity: &Identity) -> Option<u16> {
        self.ports.get(identity).copied()
    }
}

fn arguments(ports: &BTreeMap<Identity, u16>) -> Vec<String> {
    let argument = |(identity, port): (&Identity, &u16)| format!("{identity}={port}");
    ports.iter().map(argument).collect()
}

/// Ports that a backend can be behind.
pub(crate) fn tcp_ports(service: &Value) -> impl Iterator<Item = &Value> {
    let ports = service["spec"]["ports"].as_array();
    ports.into_iter().flatten().filter(|port| {
        let protocol = port.get("protocol").and_then(Value::as_str);
        protocol.is_none_or(|protocol| protocol == "TCP")
    })
}

/// Namespace and name of an object.
pub(crate) fn name(object: &Value) -> [&str; 2] {
    let metadata = &object["metadata"];
    let namespace = metadata["namespace"].as_str().unwrap_or("default");
    [namespace, metadata["name"].as_str().unwrap_or_default()]
}

pub(crate) fn namespace(name: &str) -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": { "name": name, "labels": { "istio-injection": "enabled" } },
    })
}

/// One pod of this program; `metadata` is that of the pod.
pub(crate) fn deployment(
    namespace: &str,
    name: &str,
    words: Vec<String>,
    metadata: &Value,
) -> Value {
    let mut metadata = metadata.clone();
    metadata["labels"]["app"] = name.into();
    json!({
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": { "name": name, "namespace": namespace },
        "spec": {
            "selector": { "matchLabels": { "app": name } },
            "template": {
                "metadata": metadata,
                "spec": {
                    "terminationGracePeriodSeconds": 1,
                    "containers": [{
                        "name": "gamma",
                        "image": image(),
                        "imagePullPolicy": "IfNotPresent",
                        "args": words,
                    }],
                },
            },
        },
    })
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

/// A client in a pod with a sidecar.
#[derive(Debug)]
pub(crate) struct MeshClient {
    pub(crate) namespace: String,
    child: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
}

impl MeshClient {
    /// The one that [`Mesh::start`] made in `namespace`.
    pub(crate) fn connect(namespace: &str) -> Result<Self> {
        Self::connect_to(namespace, "client")
    }

    /// The one pod of a Deployment of this program.
    pub(crate) fn connect_to(namespace: &str, deployment: &str) -> Result<Self> {
        let deployment = format!("deployment/{deployment}");
        let mut child = Command::new("kubectl")
            .args([
                "-n",
                namespace,
                "exec",
                "-i",
                &deployment,
                "-c",
                "gamma",
                "--",
            ])
            .args(["/usr/local/bin/gamma-cluster", "client"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let stdin = child.stdin.take().context("a pipe")?;
        let stdout = child.stdout.take().context("a pipe")?;
        Ok(Self {
            namespace: namespace.into(),
            child,
            stdin,
            stdout: BufReader::new(stdout),
        })
    }

    fn ask(&mut self, command: &ClientCommand) -> Result<ClientAnswer> {
        writeln!(self.stdin, "{}", serde_json::to_string(command)?)?;
        let mut line = String::new();
        self.stdout.read_line(&mut line)?;
        ensure!(!line.is_empty(), "the client in {} is gone", self.namespace);
        Ok(serde_json::from_str(&line)?)
    }

    /// Sends a request.
    pub(crate) fn send(
        &mut self,
        address: SocketAddr,
        protocol: Protocol,
        request: Request,
    ) -> Result<ClientAnswer> {
        self.ask(&ClientCommand::Send(Send {
            address,
            protocol,
            request,
        }))
    }

    /// Status and body of the answer to a `GET`.
    pub(crate) fn get(&mut self, address: SocketAddr, path: &str) -> Result<(u16, String)> {
        let request = Request::get(address.to_string(), path);
        match self.send(address, Protocol::Http, request)? {
            ClientAnswer::Received { observed, body } => Ok((observed.status, body)),
            other => bail!("{address}{path}: {other:?}"),
        }
    }

    /// The body of the answer to a `GET`, which has to be good.
    pub(crate) fn page(&mut self, address: SocketAddr, path: &str) -> Result<String> {
        match self.get(address, path)? {
            (200, body) => Ok(body),
            (status, body) => bail!("{address}{path}: {status} {body}"),
        }
    }

    /// Sends requests until [`MeshClient::stop`].
    pub(crate) fn load(&mut self, requests: Vec<Send>) -> Result<()> {
        match self.ask(&ClientCommand::Load(requests))? {
            ClientAnswer::Started => Ok(()),
            other => bail!("{other:?}"),
        }
    }

    /// What became of all of them.
    pub(crate) fn stop(&mut self) -> Result<Vec<crate::pod::message::Counted>> {
        match self.ask(&ClientCommand::Stop)? {
            ClientAnswer::Stopped(counts) => Ok(counts),
            other => bail!("{other:?}"),
        }
    }
}

impl Drop for MeshClient {
    fn drop(&mut self) {
        // Both fail if it has ended, which is what they are for.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Whether istiod makes routes of HTTPRoutes itself.
pub(crate) fn istio_obeys_routes(obeys: bool) -> Result<()> {
    let variable = format!("PILOT_ENABLE_GATEWAY_API={obeys}");
    kubectl(&["-n", ROOT, "set", "env", "deployment/istiod", &variable])?;
    rolled_out(ROOT, "istiod")
}

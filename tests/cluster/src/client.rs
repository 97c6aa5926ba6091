//! A client in a pod, as its test sees it.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::SocketAddr,
    path::PathBuf,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    thread,
};

use anyhow::{Context as _, Result, bail, ensure};
use gamma_testbed::{client::Request, fixture::Protocol};

use crate::{
    kubectl::get,
    pod::message::{ClientAnswer, ClientCommand, Counted, Send},
};

/// A client in a pod with a sidecar.
#[derive(Debug)]
pub(crate) struct MeshClient {
    pub(crate) namespace: String,
    child: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
}

impl MeshClient {
    /// The pod of the Deployment `client` in `namespace`.
    pub(crate) fn connect(namespace: &str) -> Result<Self> {
        let mut command = Command::new("kubectl");
        command.args(["-n", namespace, "exec", "-i", "deployment/client", "-c"]);
        command.args(["gamma", "--"]);
        Self::start(namespace, command)
    }

    /// Whether [`MeshClient::on_node`] can be had: the node's containerd is on this machine.
    pub(crate) fn is_on_node() -> bool {
        containerd().is_some_and(|socket| socket.exists())
    }

    /// The same pod, without the API server in between.
    pub(crate) fn on_node(namespace: &str) -> Result<Self> {
        let pods = get(&["pods", "-n", namespace, "-l", "app=client"])?;
        let pods = pods["items"].as_array().into_iter().flatten();
        let statuses = pods.flat_map(|pod| pod["status"]["containerStatuses"].as_array());
        let mut ours = statuses.flatten().filter(|of| of["name"] == "gamma");
        let id = ours.find_map(|of| of["containerID"].as_str());
        let id = id.and_then(|id| id.strip_prefix("containerd://"));
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let mut command = Command::new("ctr");
        command
            .arg("-a")
            .arg(containerd().context("$GAMMA_CLUSTER")?);
        command.args(["-n", "k8s.io", "tasks", "exec", "--exec-id"]);
        command.arg(format!("client-{}-{number}", std::process::id()));
        command.arg(id.context("a container")?);
        Self::start(namespace, command)
    }

    /// By a command that runs another one in the pod.
    fn start(namespace: &str, mut command: Command) -> Result<Self> {
        let mut child = command
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

    /// Sends requests one after the other, without waiting for an answer before the next one is on its way to the pod.
    pub(crate) fn send_all(&mut self, sends: &[Send]) -> Result<Vec<ClientAnswer>> {
        let lines: Result<String, _> = sends
            .iter()
            .map(|send| {
                serde_json::to_string(&ClientCommand::Send(send.clone())).map(|line| line + "\n")
            })
            .collect();
        let lines = lines?;
        let (stdin, stdout, namespace) = (&mut self.stdin, &mut self.stdout, &self.namespace);
        thread::scope(|scope| {
            let writer = scope.spawn(|| stdin.write_all(lines.as_bytes()));
            let mut answers = Vec::new();
            for line in stdout.lines().take(sends.len()) {
                answers.push(serde_json::from_str(&line?)?);
            }
            ensure!(
                answers.len() == sends.len(),
                "the client in {namespace} is gone"
            );
            writer.join().ok().context("a thread that writes")??;
            Ok(answers)
        })
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
    pub(crate) fn stop(&mut self) -> Result<Vec<Counted>> {
        match self.ask(&ClientCommand::Stop)? {
            ClientAnswer::Stopped(counts) => Ok(counts),
            other => bail!("{other:?}"),
        }
    }
}

/// The socket of the containerd of `rig`'s node.
fn containerd() -> Option<PathBuf> {
    let home = std::env::var_os("GAMMA_CLUSTER")?;
    Some(PathBuf::from(home).join("state/containerd.sock"))
}

impl Drop for MeshClient {
    fn drop(&mut self) {
        // Both fail if it has ended, which is what they are for.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

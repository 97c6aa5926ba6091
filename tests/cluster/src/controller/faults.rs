//! Objects change at random while the API server seems to cut, to be slow and to answer errors. In the end the
//! cluster has what `gammactl` makes of it.

use std::{
    fs,
    net::{Ipv4Addr, SocketAddr, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::{Value, json};

use super::proxy::FaultyProxy;
use crate::{
    kubectl::{apply, delete, get, kubectl, list, run as run_command, until},
    mesh::Mesh,
    objects::{namespace, route, rule, service},
    pair::{Pair, gammactl, module},
    sidecar::same,
};

const NAMESPACE: &str = "gamma-faults";
/// Steps of the test, each a change of one object.
const STEPS: u64 = 60;
/// Of 100 requests of the controller so many meet a fault.
const TROUBLE: u64 = 30;
/// Where kubectl lets the proxy reach the API server.
const UPSTREAM: u16 = 18_001;

/// A process that ends with the test, however that ends.
struct EndedChild(Child);

impl Drop for EndedChild {
    fn drop(&mut self) {
        // Both fail if it has ended, which is what they are for.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

pub(super) fn run(_: &Mesh) -> Result<()> {
    let Some(program) = std::env::var_os("CONTROLLER_PROGRAM") else {
        println!("not run: CONTROLLER_PROGRAM names no controller to start");
        return Ok(());
    };
    apply(&namespace(NAMESPACE).to_string())?;
    let seed = std::env::var("SEED")
        .ok()
        .and_then(|seed| seed.parse().ok());
    let seed: u64 = seed.unwrap_or_else(|| u64::from(std::process::id()));
    println!("SEED={seed}");

    let port = format!("--port={UPSTREAM}");
    let mut upstream = Command::new("kubectl");
    let _upstream = EndedChild(
        upstream
            .args(["proxy", &port])
            .stdout(Stdio::null())
            .spawn()?,
    );
    let upstream: SocketAddr = (Ipv4Addr::LOCALHOST, UPSTREAM).into();
    until("kubectl proxy", || Ok(TcpStream::connect(upstream)?))?;
    let proxy = FaultyProxy::start(upstream, seed)?;
    let folder = tempfile::tempdir()?;
    let log = folder.path().join("log");
    let controller = start(Path::new(&program), &proxy, folder.path(), &log)?;

    let ended = steps(seed, &proxy);
    proxy.trouble(0);
    let ended = ended.and_then(|()| until_as_compiled().context(format!("SEED={seed}")));
    drop(controller);
    if ended.is_err() {
        println!("{}", fs::read_to_string(&log).unwrap_or_default());
    }
    println!("{} requests met a fault", proxy.faults());
    kubectl(&["delete", "namespace", NAMESPACE])?;
    kubectl(&[
        "-n",
        "default",
        "delete",
        "lease",
        "gamma-controller",
        "--ignore-not-found",
    ])?;
    Pair::remove_all()?;
    ended?;
    ensure!(proxy.faults() > 10, "too few to say anything");
    Ok(())
}

/// A controller that reaches the API server by the proxy.
fn start(program: &Path, proxy: &FaultyProxy, folder: &Path, log: &Path) -> Result<EndedChild> {
    let kubeconfig = folder.join("kubeconfig");
    let config = json!({
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "faulty",
        "contexts": [{ "name": "faulty", "context": { "cluster": "faulty", "user": "nobody" } }],
        "clusters": [{ "name": "faulty", "cluster": { "server": format!("http://{}", proxy.address) } }],
        "users": [{ "name": "nobody", "user": {} }],
    });
    fs::write(&kubeconfig, config.to_string())?;
    let mut command = Command::new(program);
    command
        .env("KUBECONFIG", &kubeconfig)
        .args(["--image", &module()?, "--namespace", "default"])
        .args(["--identity", "faults", "--listen", "127.0.0.1:0"])
        .stderr(fs::File::create(log)?);
    Ok(EndedChild(command.spawn()?))
}

/// Services and routes come, change and go.
fn steps(seed: u64, proxy: &FaultyProxy) -> Result<()> {
    let mut state = seed;
    let mut below = |limit: u64| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % limit
    };
    let name = |number: u64| format!("s-{number}");
    let services: Vec<Value> = (0..4).map(|n| service(NAMESPACE, &name(n))).collect();
    apply(&list(&services))?;
    proxy.trouble(TROUBLE);
    for _ in 0..STEPS {
        let object = match below(5) {
            0 => service(NAMESPACE, &name(below(6))),
            _ => {
                let path = format!("/{}", below(9));
                let to = rule(&path, &name(below(6)), json!({}));
                let mut route = route(NAMESPACE, json!([to]));
                route["metadata"]["name"] = format!("r-{}", below(8)).into();
                route["spec"]["parentRefs"][0]["name"] = name(below(6)).into();
                route
            }
        };
        match below(4) {
            0 => delete(&object.to_string())?,
            _ => drop(apply(&object.to_string())?),
        }
        thread::sleep(Duration::from_millis(below(400)));
    }
    Ok(())
}

/// Waits until the objects and the statuses in the cluster are what gammactl says.
fn until_as_compiled() -> Result<()> {
    until("what gammactl makes of the cluster", || {
        let written = ["istio", "--kube", "--image", &module()?];
        let pair = Pair::read(&run_command(gammactl().args(written), None)?)?;
        for object in &pair.objects {
            let kind = object["kind"].as_str().unwrap_or_default();
            let found = get(&["-n", "istio-system", kind, "gamma"])?;
            ensure!(
                same(&found["spec"], &object["spec"]),
                "{kind} is another one"
            );
        }
        let said = [
            "compile",
            "--kube",
            "--cluster-names",
            "istio",
            "--status=json",
        ];
        let wanted: Value = serde_json::from_str(&run_command(gammactl().args(said), None)?)?;
        let mut wanted: Vec<String> = statuses(&wanted);
        let found = get(&["-n", NAMESPACE, "httproutes"])?;
        let mut found = statuses(&found);
        wanted.retain(|line| line.starts_with(NAMESPACE));
        wanted.sort();
        found.sort();
        if wanted != found {
            bail!("the statuses are others:\n{wanted:#?}\n{found:#?}");
        }
        Ok(())
    })
}

/// A line for each condition, without its time and whose it is.
fn statuses(list: &Value) -> Vec<String> {
    let mut lines = Vec::new();
    for route in list["items"].as_array().into_iter().flatten() {
        let metadata = &route["metadata"];
        let parents = route.pointer("/status/parents").and_then(Value::as_array);
        for parent in parents.into_iter().flatten() {
            for condition in parent["conditions"].as_array().into_iter().flatten() {
                let members = ["type", "status", "reason", "message", "observedGeneration"];
                let said: Vec<String> = members.map(|name| condition[name].to_string()).into();
                lines.push(format!(
                    "{}/{} {} {}",
                    metadata["namespace"].as_str().unwrap_or_default(),
                    metadata["name"],
                    parent["parentRef"]["name"],
                    said.join(" ")
                ));
            }
        }
    }
    lines
}

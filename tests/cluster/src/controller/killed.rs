//! Whatever process is killed while routes change, no change is lost and no request is answered wrongly.

use std::{fs, process::Command, thread, time::Duration};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::{Value, json};

use super::{Installed, status::goes_to};
use crate::{
    client::MeshClient,
    edges::{EDGE, Scene},
    kubectl::{apply, delete, get, output, until},
    load::{Loaded, under},
    mesh::Mesh,
    objects::{route, rule},
};

/// The client's own Envoy.
const SIDECAR: &str = "envoy";
/// As their processes are called, which is no more than 15 characters: two of the controller, of which one
/// writes.
const VICTIMS: [&str; 6] = [
    SIDECAR,
    "gamma-controlle",
    "gamma-controlle",
    "pilot-discovery",
    "kube-apiserver",
    "etcd",
];
/// Changes while one of them is killed.
const CHANGES: usize = 6;

pub(super) fn run(mesh: &Mesh) -> Result<()> {
    if !MeshClient::is_on_node() {
        println!("not run: only where the node is a process of this machine");
        return Ok(());
    }
    let mut scene = Scene::set(mesh)?;
    // Neither needs the API server.
    scene.client = MeshClient::on_node(EDGE)?;
    let mut client = MeshClient::on_node(EDGE)?;
    let installed = Installed::ready()?;
    let to = |service| route(EDGE, json!([rule("/", service, json!({}))])).to_string();
    apply(&to("v1"))?;
    let mut check = || -> Result<()> {
        goes_to(&mut scene, "v1")?;
        for victim in VICTIMS {
            let right = [("v1", "/x"), ("v2", "/x")];
            let mut loaded = Loaded::new(scene.cart, "cart", "/x", &right);
            // Without its sidecar a client has no answer at all, which is not a wrong one.
            loaded.may_be_unanswered = victim == SIDECAR;
            let loaded = [loaded];
            let requests = under(&mut client, &loaded, || {
                apply(&to("v2"))?;
                goes_to(&mut scene, "v2")?;
                for number in 0..CHANGES {
                    let service = ["v1", "v2"][number % 2];
                    until("a change is taken", || apply(&to(service)))?;
                    if number == CHANGES / 2 {
                        kill(victim)?;
                    }
                    // Long enough for some of them to be obeyed, and for others to be one with the next.
                    thread::sleep(Duration::from_millis(150 * number as u64));
                }
                until("the last change is taken", || apply(&to("v1")))?;
                goes_to(&mut scene, "v1")
            });
            let requests = requests.with_context(|| format!("{victim} was killed"))?;
            println!("{victim} killed: {requests} requests, none answered wrongly");
        }
        Ok(())
    };
    let ended = check();
    let deleted = until("the API server", || delete(&to("v1")));
    ended.and(deleted)?;
    installed.remove()
}

/// Kills the oldest process of that name: what was killed before and started again is younger.
fn kill(name: &str) -> Result<()> {
    if name == SIDECAR {
        return kill_sidecar();
    }
    let killed = output(
        Command::new("pkill").args(["-9", "--oldest", "-x", name]),
        None,
    )?;
    ensure!(killed.status.success(), "there is no process {name}");
    Ok(())
}

/// Kills the Envoy in the client's pod, which the kernel knows by the pod's control group.
fn kill_sidecar() -> Result<()> {
    let pods = get(&["pods", "-n", EDGE, "-l", "app=client"])?;
    let uid = pods.pointer("/items/0/metadata/uid");
    let uid = uid.and_then(Value::as_str).context("the client's pod")?;
    for process in fs::read_dir("/proc")? {
        let folder = process?.path();
        // What ends meanwhile has none of these files any more.
        let read = |name: &str| fs::read_to_string(folder.join(name)).unwrap_or_default();
        if read("comm").trim() == SIDECAR && is_in(&read("cgroup"), uid) {
            let id = folder.file_name().unwrap_or_default();
            let killed = output(Command::new("kill").arg("-9").arg(id), None)?;
            ensure!(killed.status.success(), "{}", folder.display());
            return Ok(());
        }
    }
    bail!("the client's pod has no Envoy")
}

/// Whether a process is one of a pod, by its control groups. The kubelet writes the `-` of the pod's uid as `_` where
/// systemd has them.
fn is_in(groups: &str, uid: &str) -> bool {
    groups.contains(uid) || groups.contains(&uid.replace('-', "_"))
}

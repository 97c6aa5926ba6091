//! Whatever process is killed while routes change, no change is lost and no request is answered wrongly.

use std::{process::Command, thread, time::Duration};

use anyhow::{Context as _, Result, ensure};
use serde_json::json;

use super::{Installed, status::goes_to};
use crate::{
    client::MeshClient,
    edges::{EDGE, Scene},
    kubectl::{apply, delete, output, until},
    load::{Loaded, under},
    mesh::Mesh,
    objects::{route, rule},
};

/// As their processes are called, which is no more than 15 characters: two of the controller, of which one
/// writes.
const VICTIMS: [&str; 5] = [
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
            let loaded = [Loaded::new(scene.cart, "cart", "/x", &right)];
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
    let killed = output(
        Command::new("pkill").args(["-9", "--oldest", "-x", name]),
        None,
    )?;
    ensure!(killed.status.success(), "there is no process {name}");
    Ok(())
}

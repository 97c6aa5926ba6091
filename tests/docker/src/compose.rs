//! `examples/docker`: an Envoy that follows a folder of manifests, and two backends.

use std::{
    fs,
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    process::Command,
};

use anyhow::{Context as _, Result, ensure};
use gamma_testbed::{
    client::{Client, Request, Response},
    load::Load,
    repository,
};
use tempfile::TempDir;

use crate::{
    container::Container,
    docker::docker,
    ground::{EngineTest, Ground},
    load::PoliteClients,
    until::until,
};

pub(crate) const TESTS: &[EngineTest] = &[
    ("compose::changes_fail_no_request", changes_fail_no_request),
    (
        "compose::what_is_killed_comes_back",
        what_is_killed_comes_back,
    ),
    ("compose::down_fails_no_request", down_fails_no_request),
];

/// What compose calls the Envoy.
const GAMMA: &str = "gamma-gamma-1";
/// As `compose.yaml` publishes it.
const ADDRESS: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 10_000);

/// The services of a copy of the example. They are gone when dropped.
struct Project {
    folder: TempDir,
    /// `routes/cart.yaml`, as it was.
    route: String,
}

impl Project {
    fn up() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let from = repository::path("examples/docker");
        let copied = Command::new("cp")
            .arg("-r")
            .arg(from)
            .arg(folder.path())
            .status()?;
        ensure!(copied.success(), "the example can't be copied");
        let mut project = Self {
            folder,
            route: String::new(),
        };
        project.route = fs::read_to_string(project.path("routes/cart.yaml"))?;
        project.compose(&["up", "-d", "--wait"])?;
        Ok(project)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join("docker").join(name)
    }

    fn compose(&self, words: &[&str]) -> Result<String> {
        let file = self.path("compose.yaml").display().to_string();
        docker(&[&["compose", "-f", &*file], words].concat())
    }

    /// Writes the route as it was, but for `old`, as an editor does.
    fn edit(&self, old: &str, new: &str) -> Result<()> {
        ensure!(self.route.contains(old), "{old} is not in {}", self.route);
        let draft = self.path("cart.yaml~");
        fs::write(&draft, self.route.replace(old, new))?;
        Ok(fs::rename(draft, self.path("routes/cart.yaml"))?)
    }
}

impl Drop for Project {
    fn drop(&mut self) {
        if let Err(error) = self.compose(&["down", "-v", "-t", "1"]) {
            eprintln!("{error:#}");
        }
    }
}

fn get(request: &Request) -> Result<Response> {
    Ok(Client::new(ADDRESS).send(request)?)
}

/// Waits until a request for the cart is answered by `backend`.
fn answered_by(backend: &str) -> Result<()> {
    until(&format!("{backend} answers"), || {
        let response = get(&Request::get("cart", "/x"))?;
        Ok((response.text() == format!("{backend}: GET /x\n")).then_some(()))
    })
}

fn changes_fail_no_request(_: &Ground) -> Result<()> {
    let project = Project::up()?;
    answered_by("cart-v1")?;
    let tester = Request::get("cart", "/x").header("x-version", "v2");
    ensure!(
        get(&tester)?.text() == "cart-v2: GET /x\n",
        "{}",
        get(&tester)?.text()
    );
    let load = Load::start(ADDRESS, &[Request::get("cart", "/load"), tester]);
    for _ in 0..3 {
        project.edit("name: cart-v1", "name: cart-v2")?;
        answered_by("cart-v2")?;
        project.edit("name: cart-v1", "name: cart-v1")?;
        answered_by("cart-v1")?;
    }
    // A mistake changes nothing, and is said with its place.
    project.edit("kind: Service", "kind: Servics")?;
    until("the mistake is said", || {
        let logs = Container::of(GAMMA).logs()?.0;
        Ok(logs.contains("/routes/cart.yaml:").then_some(()))
    })?;
    answered_by("cart-v1")?;
    let sent = load.stop();
    ensure!(
        sent.bad.is_empty(),
        "{} of {} failed: {:?}",
        sent.bad.len(),
        sent.good,
        sent.bad.first()
    );
    ensure!(sent.good > 100, "only {} requests", sent.good);
    println!("{} requests, none failed", sent.good);
    Ok(())
}

fn what_is_killed_comes_back(_: &Ground) -> Result<()> {
    let project = Project::up()?;
    let tester = Request::get("cart", "/x").header("x-version", "v2");
    // The one that follows the manifests: requests go on, and so do changes.
    let load = Load::start(ADDRESS, &[Request::get("cart", "/load"), tester]);
    Container::of(GAMMA).crash("gammactl")?;
    project.edit("x-version", "x-canary")?;
    let canary = Request::get("cart", "/x").header("x-canary", "v2");
    until("the new gammactl delivers", || {
        Ok((get(&canary)?.text() == "cart-v2: GET /x\n").then_some(()))
    })?;
    let sent = load.stop();
    ensure!(
        sent.bad.is_empty() && sent.good > 100,
        "{}: {:?}",
        sent.good,
        sent.bad.first()
    );
    println!(
        "{} requests while gammactl came back, none failed",
        sent.good
    );
    // Envoy, the first process, and a backend: each comes back.
    for (container, program) in [
        (GAMMA, "envoy"),
        (GAMMA, "gamma-entrypoint"),
        ("gamma-cart-v1-1", "envoy"),
    ] {
        let begun = |name| -> Result<String> {
            let state = Container::of(name).inspect()?;
            Ok(state["State"]["StartedAt"]
                .as_str()
                .context("no start")?
                .to_owned())
        };
        let before = begun(container)?;
        Container::of(container).crash(program)?;
        until("it is started again", || {
            Ok((begun(container)? != before).then_some(()))
        })?;
        answered_by("cart-v1")
            .with_context(|| format!("after {program} of {container} was killed"))?;
    }
    Ok(())
}

fn down_fails_no_request(_: &Ground) -> Result<()> {
    let project = Project::up()?;
    answered_by("cart-v1")?;
    // Not by the published port, whose proxy takes connections of its own.
    let address = Container::of(GAMMA).address(10_000)?;
    let load = PoliteClients::start(address, &Request::get("cart", "/load"), 8);
    std::thread::sleep(std::time::Duration::from_secs(1));
    project.compose(&["down", "-v"])?;
    let answered = load.all_went_well()?;
    ensure!(answered > 100, "only {answered} requests");
    println!("{answered} requests answered, none failed");
    Ok(())
}

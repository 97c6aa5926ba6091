//! `docker run` of the image `gamma-envoy`, with nothing that it does not need.

use std::{
    fs,
    net::SocketAddr,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use gamma_testbed::{
    client::{Client, Request, Response},
    echo::{Echo, Identity},
};
use tempfile::TempDir;

use crate::{
    container::{Container, ContainerState},
    docker::{docker, try_docker},
    ground::{EngineTest, Ground},
    load::PoliteClients,
    network::Network,
    until::until,
};

pub(crate) const TESTS: &[EngineTest] = &[
    (
        "run::it_is_nobody_and_writes_nothing",
        it_is_nobody_and_writes_nothing,
    ),
    ("run::sigterm_fails_no_request", sigterm_fails_no_request),
    ("run::the_drain_has_an_end", the_drain_has_an_end),
    (
        "run::mistakes_are_said_and_mended",
        mistakes_are_said_and_mended,
    ),
    ("run::a_fault_ends_it", a_fault_ends_it),
];

/// A container of the image in front of an echo backend on this machine.
struct Shop {
    // Dropped first: it has the folder.
    container: Container,
    routes: TempDir,
    _backend: Echo,
}

fn manifests(backend: SocketAddr) -> String {
    let (address, port) = (backend.ip(), backend.port());
    format!(
        "apiVersion: v1\nkind: Service\nmetadata: {{name: cart, namespace: shop}}\n\
         spec: {{ports: [{{name: http, port: 80}}]}}\n---\n\
         apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\n\
         metadata: {{name: cart, namespace: shop, labels: {{kubernetes.io/service-name: cart}}}}\n\
         addressType: IPv4\nports: [{{name: http, port: {port}}}]\nendpoints: [{{addresses: [{address}]}}]\n---\n\
         apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {{name: cart, namespace: shop}}\n\
         spec:\n  parentRefs: [{{group: '', kind: Service, name: cart}}]\n  rules:\n\
         \x20   - name: all\n      backendRefs: [{{name: cart, port: 80}}]\n"
    )
}

impl Shop {
    /// `options` are those of `docker run`.
    fn start(ground: &Ground, options: &[&str]) -> Result<Self> {
        let backend = Echo::start_at(
            Identity::new("shop", "cart", 80),
            (ground.network.host, 0).into(),
        )?;
        let routes = readable()?;
        fs::write(
            routes.path().join("shop.yaml"),
            manifests(backend.address()),
        )?;
        let shop = Self {
            container: start(&routes, options)?,
            routes,
            _backend: backend,
        };
        shop.state().until_healthy()?;
        Ok(shop)
    }

    fn state(&self) -> ContainerState<'_> {
        self.container.state()
    }

    fn get(&self, request: &Request) -> Result<Response> {
        get(self.state(), request)
    }
}

/// A folder that everybody may read, as those that people mount.
fn readable() -> Result<TempDir> {
    let folder = tempfile::tempdir()?;
    let permissions = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    fs::set_permissions(folder.path(), permissions)?;
    Ok(folder)
}

fn start(routes: &TempDir, options: &[&str]) -> Result<Container> {
    let mount = format!("{}:/routes:ro", routes.path().display());
    let fixed = [
        "--read-only",
        "--tmpfs",
        "/tmp",
        "--cap-drop",
        "ALL",
        "--network",
        Network::NAME,
        "-v",
        &mount,
    ];
    // Two workers, whatever machine this is.
    let image = ["gamma-envoy", "-n", "shop", "--", "--concurrency", "2"];
    Container::run("gamma-docker-run", &[&fixed, options, &image].concat())
}

fn get(state: ContainerState<'_>, request: &Request) -> Result<Response> {
    Ok(Client::new(state.address(10_000)?).send(request)?)
}

fn it_is_nobody_and_writes_nothing(ground: &Ground) -> Result<()> {
    let shop = Shop::start(ground, &[])?;
    let response = shop.get(&Request::get("cart", "/x"))?;
    ensure!(
        response.status == 200 && response.echoed()?.path == "/x",
        "{response:?}"
    );
    ensure!(
        shop.get(&Request::get("other", "/"))?.status == 404,
        "who is other?"
    );
    for program in ["gamma-entrypoint", "gammactl", "envoy"] {
        let of = |name: &str| shop.state().status_line(program, name);
        ensure!(
            of("Uid:")? == "65532 65532 65532 65532",
            "{program} is somebody"
        );
        ensure!(
            of("CapEff:")? == "0000000000000000",
            "{program} may do something"
        );
    }
    // Whatever they say goes where logs are looked for.
    let (output, errors) = shop.state().logs()?;
    ensure!(errors.is_empty(), "on standard error:\n{errors}");
    for said in ["services +1", "starting main dispatch loop"] {
        ensure!(output.contains(said), "no `{said}` in:\n{output}");
    }
    // The admin interface is for those in the container alone.
    let admin = shop.state().address(9901)?;
    ensure!(
        Client::new(admin)
            .send(&Request::get("admin", "/"))
            .is_err(),
        "{admin} answers"
    );
    Ok(())
}

fn sigterm_fails_no_request(ground: &Ground) -> Result<()> {
    let shop = Shop::start(ground, &[])?;
    let address = shop.state().address(10_000)?;
    let load = PoliteClients::start(address, &Request::get("cart", "/load"), 8);
    let slow = Request::get("cart", "/slow").header("x-echo-delay-ms", "4000");
    let slow = thread::spawn(move || Client::new(address).send(&slow));
    thread::sleep(Duration::from_secs(1));
    let begin = Instant::now();
    let stop = thread::spawn(|| docker(&["stop", "-t", "30", "gamma-docker-run"]));
    let answered = load.all_went_well()?;
    // A load balancer is told, and whoever comes all the same is served.
    let healthy = [
        "exec",
        "gamma-docker-run",
        "/usr/local/bin/gamma-entrypoint",
        "healthy",
    ];
    let health = try_docker(&healthy)?;
    ensure!(
        health.status.code() == Some(1),
        "while it drains: {health:?}"
    );
    let late = shop.get(&Request::get("cart", "/late"))?;
    ensure!(
        late.status == 200 && late.header("connection").as_deref() == Some("close"),
        "{late:?}"
    );
    let slow = slow.join().map_err(|_| anyhow::anyhow!("panicked"))??;
    ensure!(slow.status == 200, "the slow request: {slow:?}");
    stop.join().map_err(|_| anyhow::anyhow!("panicked"))??;
    let took = begin.elapsed();
    let code = shop.state().exit_code()?;
    let logs = shop.state().logs()?.0;
    ensure!(code == Some(0), "exit code {code:?}:\n{logs}");
    ensure!(logs.contains("drained in"), "{logs}");
    ensure!(took < Duration::from_secs(10), "{took:?}:\n{logs}");
    println!(
        "{answered} requests answered, none failed; ended after {} ms",
        took.as_millis()
    );
    Ok(())
}

/// A client that never goes away holds nobody up for longer than was said.
fn the_drain_has_an_end(ground: &Ground) -> Result<()> {
    let shop = Shop::start(ground, &["-e", "GAMMA_DRAIN_SECONDS=2"])?;
    let _idle = std::net::TcpStream::connect(shop.state().address(10_000)?)?;
    shop.get(&Request::get("cart", "/"))?;
    let begin = Instant::now();
    docker(&["stop", "-t", "30", "gamma-docker-run"])?;
    let took = begin.elapsed();
    let logs = shop.state().logs()?.0;
    ensure!(shop.state().exit_code()? == Some(0), "{logs}");
    ensure!(logs.contains("1 connections are still open"), "{logs}");
    ensure!((2..6).contains(&took.as_secs()), "{took:?}:\n{logs}");
    Ok(())
}

/// What is wrong at the start is said with its place, and mended without another start.
fn mistakes_are_said_and_mended(ground: &Ground) -> Result<()> {
    let none = try_docker(&[
        "run",
        "--rm",
        "--read-only",
        "--tmpfs",
        "/tmp",
        "gamma-envoy",
    ])?;
    let said = String::from_utf8_lossy(&none.stdout);
    ensure!(
        none.status.code() == Some(2) && said.contains("mount a folder"),
        "{none:?}"
    );
    let shop = "examples/shop:/routes:ro";
    let here = gamma_testbed::repository::path("").canonicalize()?;
    let mount = format!("{}/{shop}", here.display());
    let wrong = [
        "run",
        "--rm",
        "--tmpfs",
        "/tmp",
        "-v",
        &mount,
        "gamma-envoy",
        "--no-such-option",
    ];
    let wrong = try_docker(&wrong)?;
    let said = String::from_utf8_lossy(&wrong.stdout);
    ensure!(
        wrong.status.code() == Some(2) && said.contains("--no-such-option"),
        "{wrong:?}"
    );

    let backend = Echo::start_at(
        Identity::new("shop", "cart", 80),
        (ground.network.host, 0).into(),
    )?;
    let routes = readable()?;
    let good = manifests(backend.address());
    let bad = good
        .replace("group: ''", "group: '', kinds: x")
        .replace("kind: HTTPRoute", "kind: HTTPRoute\nspec: 1");
    fs::write(routes.path().join("shop.yaml"), bad)?;
    let container = start(&routes, &[])?;
    until("the mistake is said", || {
        let said = container.state().logs()?.0;
        Ok(said.contains("/routes/shop.yaml:").then_some(()))
    })
    .with_context(|| format!("{:?}", container.state().logs()))?;
    ensure!(
        container.state().health()? != "healthy",
        "without a route config it is healthy"
    );
    fs::write(routes.path().join("shop.yaml"), good)?;
    container.state().until_healthy()?;
    ensure!(get(container.state(), &Request::get("cart", "/"))?.status == 200);
    Ok(())
}

/// Whoever restarts containers learns of an Envoy that has died; a gammactl that has is nobody's fault but its own.
fn a_fault_ends_it(ground: &Ground) -> Result<()> {
    let shop = Shop::start(ground, &[])?;
    shop.state().crash("gammactl")?;
    until("gammactl runs again", || {
        Ok(shop.state().process("gammactl").ok())
    })?;
    ensure!(shop.get(&Request::get("cart", "/"))?.status == 200);
    let path = shop.routes.path().join("shop.yaml");
    fs::write(
        &path,
        fs::read_to_string(&path)?.replace("name: cart, port", "name: gone, port"),
    )?;
    until("the new gammactl delivers", || {
        Ok((shop.get(&Request::get("cart", "/"))?.status == 500).then_some(()))
    })?;
    shop.state().crash("envoy")?;
    let code = until("it ends with Envoy", || shop.state().exit_code())?;
    ensure!(code == 137, "exit code {code}");
    Ok(())
}

//! How long it takes from `kubectl apply` to the first request that obeys, and what it costs: through the
//! controller, and by Istio alone, in the same run.

use std::{
    fmt::Write as _,
    fs,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use gamma_testbed::{client::Request, repository};
use serde_json::{Value, json};

use crate::{
    client::MeshClient,
    controller::Installed,
    edges::{self, EDGE, Scene},
    fixtures::Who,
    kubectl::{apply, delete, get, kubectl, list},
    memory,
    mesh::{Mesh, ROOT, istio_obeys_routes},
    objects::{namespace, route, rule, service},
    pair::Pair,
    sidecar,
};

/// Routes in the cluster; the one that changes is one of them.
const SIZES: [usize; 3] = [1, 1_000, 10_000];
/// Changes at each size.
const CHANGES: usize = 15;
/// Where the other routes are.
const NAMESPACE: &str = "gamma-bench";
/// Services that they are spread over.
const SERVICES: usize = 100;
/// Objects that are applied at once.
const BATCH: usize = 500;
/// Between two requests that ask whether a change is obeyed.
const POLL: Duration = Duration::from_millis(5);
/// How long a change may take.
const PATIENCE: Duration = Duration::from_secs(120);
/// The page that has the results.
const PAGE: &str = "docs/performance/changes.md";

/// What was measured of one side at one size.
struct MeasuredChanges {
    who: Who,
    size: usize,
    /// Seconds, sorted.
    seconds: Vec<f64>,
    failed: usize,
    requests: usize,
    /// CPU seconds of istiod for each change.
    istiod: f64,
    /// Bytes that the client's sidecar received for each change.
    received: f64,
    /// Memory of the client's sidecar that is its own, bytes.
    memory: f64,
}

/// Measures everything and writes the page.
pub(crate) fn run() -> Result<bool> {
    istio_obeys_routes(false)?;
    Pair::remove_all()?;
    let identities = edges::identities().collect();
    let mesh = Mesh::start(&identities, &[EDGE.to_owned()].into())?;
    let mut all = Vec::new();
    apply(&namespace(NAMESPACE).to_string())?;
    let ended = measure_all(&mesh, &mut all);
    kubectl(&["delete", "namespace", NAMESPACE, "--wait=false"])?;
    delete(&route(EDGE, json!([])).to_string())?;
    istio_obeys_routes(false)?;
    ended?;
    let page = page(&all)?;
    print!("{page}");
    fs::write(repository::path(PAGE), page)?;
    Ok(true)
}

fn measure_all(mesh: &Mesh, all: &mut Vec<MeasuredChanges>) -> Result<()> {
    let services: Vec<Value> = (0..SERVICES)
        .map(|number| service(NAMESPACE, &format!("s-{number}")))
        .collect();
    apply(&list(&services))?;
    let mut there = 1;
    for size in SIZES {
        let more: Vec<Value> = (there..size).map(other_route).collect();
        for batch in more.chunks(BATCH) {
            apply(&list(batch))?;
        }
        there = size;
        for who in [Who::Istio, Who::Gamma] {
            let measured = measure(mesh, who, size)?;
            println!("{}", line(&measured));
            all.push(measured);
        }
    }
    Ok(())
}

/// A route of two rules for a Service that the client does not ask.
fn other_route(number: usize) -> Value {
    let service = format!("s-{}", number % SERVICES);
    let to = |version| rule(&format!("/items/{number}/{version}"), &service, json!({}));
    let mut route = route(NAMESPACE, json!([to("v1"), to("v2")]));
    route["metadata"]["name"] = format!("route-{number}").into();
    route["spec"]["parentRefs"][0]["name"] = service.as_str().into();
    route
}

fn measure(mesh: &Mesh, who: Who, size: usize) -> Result<MeasuredChanges> {
    istio_obeys_routes(who == Who::Istio)?;
    let controller = match who {
        Who::Gamma => Some(Installed::ready()?),
        Who::Istio => None,
    };
    // What one side has needed stays with a proxy, and would be the other's.
    kubectl(&["-n", EDGE, "delete", "pod", "-l", "app=client"])?;
    let mut scene = Scene::set_for(mesh, false)?;
    // Each request through the API server and a kubelet would take a core away from what is measured.
    if MeshClient::is_on_node() {
        scene.client = MeshClient::on_node(EDGE)?;
    }
    let mut measured = MeasuredChanges {
        who,
        size,
        seconds: Vec::new(),
        failed: 0,
        requests: 0,
        istiod: 0.0,
        received: 0.0,
        memory: 0.0,
    };
    // The first ones bring everything into step.
    for version in ["v1", "v2", "v1"] {
        change(&mut scene, version, &mut measured)?;
    }
    measured.seconds.clear();
    std::thread::sleep(Duration::from_secs(5));
    let before = (istiod_seconds()?, sidecar::received(&mut scene.client)?);
    for number in 0..CHANGES {
        let version = ["v2", "v1"][number % 2];
        change(&mut scene, version, &mut measured)?;
        std::thread::sleep(Duration::from_secs(1));
    }
    let each = |before: f64, now: f64| (now - before) / CHANGES as f64;
    measured.istiod = each(before.0, istiod_seconds()?);
    measured.received = each(before.1, sidecar::received(&mut scene.client)?);
    measured.memory = memory::of_sidecar(EDGE, "client")?;
    measured.seconds.sort_by(f64::total_cmp);
    if let Some(controller) = controller {
        controller.remove()?;
    }
    Ok(measured)
}

/// Changes where `cart` goes, and waits until a request obeys.
fn change(scene: &mut Scene, version: &str, measured: &mut MeasuredChanges) -> Result<()> {
    apply(&route(EDGE, json!([rule("/", version, json!({}))])).to_string())?;
    let applied = Instant::now();
    loop {
        let observed = scene.send(Request::get("cart", "/x"))?;
        measured.requests += 1;
        let backend = observed.seen.as_ref().map(|seen| &*seen.backend.service);
        if observed.status != 200 {
            measured.failed += 1;
        }
        if backend == Some(version) {
            measured.seconds.push(applied.elapsed().as_secs_f64());
            return Ok(());
        }
        std::thread::sleep(POLL);
        if applied.elapsed() > PATIENCE {
            bail!("not obeyed within {PATIENCE:?}: {backend:?}, not {version}");
        }
    }
}

/// CPU time that istiod has used, by its own word.
fn istiod_seconds() -> Result<f64> {
    let pods = get(&["pods", "-n", ROOT, "-l", "app=istiod"])?;
    let pods = pods["items"].as_array().context("pods")?;
    let running = pods.iter().find(|pod| {
        pod["metadata"].get("deletionTimestamp").is_none() && pod["status"]["phase"] == "Running"
    });
    let name = running.and_then(|pod| pod["metadata"]["name"].as_str());
    let name = name.context("an istiod")?;
    let path = format!("/api/v1/namespaces/{ROOT}/pods/{name}:15014/proxy/metrics");
    let metrics = kubectl(&["get", "--raw", &path])?;
    let mut lines = metrics.lines();
    let seconds = lines.find_map(|line| line.strip_prefix("process_cpu_seconds_total "));
    Ok(seconds.context("istiod's CPU time")?.parse()?)
}

fn median(sorted: &[f64]) -> f64 {
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}

fn name(who: Who) -> &'static str {
    match who {
        Who::Gamma => "Gamma",
        Who::Istio => "Istio by itself",
    }
}

fn line(measured: &MeasuredChanges) -> String {
    let most = measured.seconds.last().copied().unwrap_or(f64::NAN);
    format!(
        "| {} | {} | {:.2} s ({most:.2}) | {:.0} ms | {:.1} kB | {:.0} MB | {} of {} |",
        name(measured.who),
        measured.size,
        median(&measured.seconds),
        measured.istiod * 1e3,
        measured.received / 1e3,
        measured.memory / 1e6,
        measured.failed,
        measured.requests,
    )
}

fn page(all: &[MeasuredChanges]) -> Result<String> {
    let mut page = format!(
        "# Changes\n\n\
         Written by `make cluster-bench`, never by hand. From the moment at which the API server has a changed route until \
         the first request that obeys it, through the controller and by Istio alone, in the same run on two cores: \
         the median of {CHANGES} changes of one HTTPRoute, in brackets the slowest. The other routes have two rules each and \
         are for {SERVICES} Services. istiod's CPU time and what a sidecar receives are for each change; memory is that of the \
         client's sidecar, which was new before the first change: what the kubelet calls RSS, Envoy's and the agent's.\n\n\
         | | routes | until obeyed | istiod's CPU | received | sidecar's memory | failed requests |\n\
         |---|--:|--:|--:|--:|--:|--:|\n"
    );
    for measured in all {
        writeln!(page, "{}", line(measured))?;
    }
    Ok(page)
}

//! What an Envoy needs does not grow with the number of configs that it has had.

use std::{
    fs,
    path::PathBuf,
    time::{Duration, Instant},
};

use gamma_compile::{Options, compile};
use gamma_envoy::{
    AccessLog, EnvoyOptions, bootstrap, cluster_names, system_certificates,
    xds::{Admin, LiveDirectory, Pace, split},
};
use gamma_manifest::diagnostic::Diagnostics;
use gamma_testbed::{
    client::{Client, Request},
    echo::{Echo, Identity},
    envoy::{self, Bootstrap, Envoy},
    manifests,
    ports::Port,
    stage::wasm,
};
use tempfile::TempDir;

/// Rules, each of which gets a request from every config.
const RULES: usize = 48;
/// As many as the API lets a route have.
const IN_ONE_ROUTE: usize = 16;

/// An Envoy, and what writes its files, without the process around it: a thousand changes in a minute.
struct Rig {
    directory: TempDir,
    live: LiveDirectory,
    admin: Port,
    echo: Echo,
    envoy: Option<Envoy>,
}

/// What the process needs, in KiB.
#[derive(Debug, Clone, Copy)]
struct Needs {
    /// Pages in memory.
    resident: i64,
    /// What Envoy itself has allocated: the memory of VMs is not in it.
    allocated: i64,
}

impl Rig {
    fn start() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let admin = Port::reserve().unwrap();
        let pace = Pace {
            pause: Duration::from_secs(1),
            drain: Duration::ZERO,
        };
        let live = LiveDirectory::open(
            &directory.path().join("envoy"),
            Admin::new(admin.address()),
            pace,
        );
        let mut rig = Self {
            live: live.unwrap(),
            directory,
            admin,
            echo: Echo::start(Identity::new("default", "cart", 80)).unwrap(),
            envoy: None,
        };
        rig.apply(&routes("first", 0));
        let file = rig.directory.path().join("envoy/envoy.yaml");
        let options = envoy::Options::default();
        rig.envoy = Some(Envoy::start(Bootstrap::File(&file), &options).unwrap());
        rig
    }

    fn envoy(&self) -> &Envoy {
        self.envoy.as_ref().unwrap()
    }

    /// Makes `routes` those of the Service, and returns when Envoy has taken it.
    fn apply(&mut self, routes: &str) {
        let endpoints = format!(
            "---\napiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\n\
             metadata: {{name: cart-1, labels: {{kubernetes.io/service-name: cart}}}}\n\
             addressType: IPv4\nports: [{{port: {}}}]\nendpoints: [{{addresses: [127.0.0.1]}}]\n",
            self.echo.address().port()
        );
        let text = manifests::services(&["cart"]) + &endpoints + routes;
        let manifests = manifests::read(&text).unwrap();
        let options = Options::default();
        let config = compile(&manifests, &options, &mut Diagnostics::default());
        let whole = bootstrap(
            &manifests,
            &config,
            &options,
            &EnvoyOptions {
                listen: vec![([127, 0, 0, 1], 0).into()],
                capture: Vec::new(),
                admin: Some(self.admin.address()),
                wasm: wasm().to_str().unwrap().into(),
                mirror_host_suffix: false,
                system_certificates: system_certificates().into(),
                access_log: AccessLog::Off,
            },
        );
        let path: PathBuf = self.directory.path().join("envoy");
        let generated = cluster_names(&whole);
        let parts = split(whole, &generated, path.to_str().unwrap(), None).unwrap();
        let text = parts.bootstrap.to_string();
        self.live.update(&text, parts.resources).unwrap();
    }

    fn needs(&self) -> Needs {
        let status = fs::read_to_string(format!("/proc/{}/status", self.envoy().pid())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:"));
        let resident = line.and_then(|line| line.split_whitespace().nth(1));
        let memory = self.envoy().admin_get("/memory").unwrap();
        let memory: serde_json::Value = serde_json::from_str(&memory).unwrap();
        let allocated: i64 = memory["allocated"].as_str().unwrap().parse().unwrap();
        Needs {
            resident: resident.unwrap().parse().unwrap(),
            allocated: allocated / 1024,
        }
    }
}

/// Routes with a rule for each of `/0`, `/1`, ..., called `name-0`, `name-1`, ..., and a header that says `value`.
fn routes(name: &str, value: usize) -> String {
    let rule = |i| {
        format!(
            "    - name: {name}-{i}\n      matches: [{{path: {{value: /{i}}}}}]\n      \
             filters: [{{type: RequestHeaderModifier, requestHeaderModifier: {{set: [{{name: x-edition, \
             value: '{value}'}}]}}}}]\n      backendRefs: [{{name: cart, port: 80}}]\n"
        )
    };
    let rules: Vec<String> = (0..RULES).map(rule).collect();
    let routes = rules.chunks(IN_ONE_ROUTE).enumerate();
    routes
        .map(|(i, rules)| manifests::http_route(&format!("cart-{i}"), &rules.concat()))
        .collect()
}

/// KiB of resident memory that come and go by themselves: an allocator takes pages by the hundred, and gives them back when it
/// sees fit.
const NOISE: i64 = 512;

/// What is needed more for each change, in bytes, from the first third of the `changes` on.
#[derive(Debug)]
struct Growth {
    /// Beyond [`NOISE`].
    resident: i64,
    allocated: i64,
}

/// Makes `changes`, each of which is `routes_of` its number, and asks each rule of each.
fn growth(changes: usize, routes_of: impl Fn(usize) -> String) -> Growth {
    let mut rig = Rig::start();
    let address = rig.envoy().listener("gamma_127.0.0.1:0").unwrap();
    let mut client = Client::new(address);
    let warm = changes / 3;
    let mut before = None;
    let begin = Instant::now();
    for change in 1..=changes {
        rig.apply(&routes_of(change));
        for i in 0..RULES {
            let answer = client.send(&Request::get("cart", format!("/{i}"))).unwrap();
            let echoed = answer.echoed().unwrap();
            let edition: Vec<_> = echoed.header("x-edition").collect();
            assert_eq!(edition, [change.to_string()], "change {change}, rule {i}");
        }
        if change == warm {
            before = Some(rig.needs());
        }
    }
    let (before, after) = (before.unwrap(), rig.needs());
    let each = |before: i64, after: i64| (after - before) * 1024 / (changes - warm) as i64;
    let growth = Growth {
        resident: each(before.resident + NOISE, after.resident),
        allocated: each(before.allocated, after.allocated),
    };
    let took = begin.elapsed();
    eprintln!("{changes} changes in {took:?}: {growth:?} bytes each, from {before:?} to {after:?}");
    let vms = rig
        .envoy()
        .admin_get("/stats?filter=wasm_vm_count")
        .unwrap();
    // Of the main thread, the worker and the canary.
    assert!(
        vms.contains("wasm_vm_count: 3") || vms.contains("wasm_vm_count: 2"),
        "{vms}"
    );
    growth
}

/// Envoy remembers the hash of each config, which is some 600 bytes with all that there is around it; 48 counters that are
/// defined again would be 800 more.
fn same_rules(changes: usize) {
    let growth = growth(changes, |change| routes("rule", change));
    let Growth {
        resident,
        allocated,
    } = growth;
    assert!(allocated < 1_500 && resident < 4_000, "{growth:?}");
}

/// Envoy keeps a counter for each rule that there ever was, while the VM lives.
fn new_rules(changes: usize) {
    let growth = growth(changes, |change| routes(&format!("rule-{change}"), change));
    let counters = RULES as i64;
    let Growth {
        resident,
        allocated,
    } = growth;
    assert!(
        allocated < 600 * counters && resident < 600 * counters,
        "{growth:?}"
    );
}

#[test]
fn a_change_leaves_nothing_behind() {
    same_rules(120);
}

#[test]
fn a_new_rule_leaves_its_counter_behind() {
    new_rules(60);
}

/// Minutes: `make reload`.
#[test]
#[ignore = "minutes; make reload runs it"]
fn a_thousand_changes_leave_nothing_behind() {
    same_rules(1000);
}

#[test]
#[ignore = "minutes; make reload runs it"]
fn a_thousand_changes_of_all_names_leave_counters_behind() {
    new_rules(1000);
}

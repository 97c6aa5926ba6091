//! Explained, and observed through a real Envoy with the filter.

use std::time::Instant;

use fastrand::Rng;
use gamma_explain::{normalized_path, render};
use gamma_random::{RandomRequest, variable};
use gamma_testbed::{
    agreement::disagreements,
    client,
    client::Client,
    envoy::Options,
    fixture::Observed,
    stage::{Backends, Stage, wasm},
};
use serde_json::{Value, json};

use crate::{
    more,
    world::{World, simulated},
};

/// Sets of routes that one Envoy serves: starting it takes longer than many requests.
const SETS: u64 = 10;
/// Requests for each set.
const REQUESTS: u64 = 100;
/// All clients are here.
const CLIENT: &str = "web";

#[test]
fn explanations_are_what_the_filter_does() {
    let pairs: u64 = variable("WIRE_PAIRS", 10_000);
    let seed: u64 = variable("SEED", 1);
    let started = Instant::now();
    let mut reached = [0_u64; 3];
    for run in 0..pairs.div_ceil(SETS * REQUESTS) {
        let sets: Vec<Set> = (0..SETS).map(|n| Set::new(seed, run * SETS + n)).collect();
        let objects: Vec<Value> = sets.iter().flat_map(|set| set.objects.clone()).collect();
        let world = World::new(&objects, CLIENT);
        let backends = Backends::start(&world.manifests).unwrap();
        let manifests = &backends.manifests;
        let envoy = Options::default();
        let stage = Stage::start(manifests, &world.options, &wasm(), &envoy).unwrap();
        let mut client = Client::new(stage.address());
        let mut rules = Vec::new();
        for Set {
            number,
            mut rng,
            objects,
        } in sets
        {
            for n in 0..REQUESTS {
                let mut request = on_the_wire(gamma_random::request(&mut rng, &objects), number);
                more::aim(&mut rng, &mut request, &format!("cart.shop-{number}"));
                let answer = client.send(&sent(&request)).unwrap();
                let seen = simulated(&request, CLIENT);
                let explanation = world.explainer.explain(&seen).unwrap();
                let observed = Observed::from(&answer);
                let found = disagreements(&explanation, &observed);
                assert!(
                    found.is_empty(),
                    "SEED={seed}, set {number}, request {n}: {}\n{}{observed:#?}",
                    found.join("\n"),
                    render(&explanation, false),
                );
                let rule = explanation.rule().map_or("-".into(), ToString::to_string);
                reached[match (&*rule, &observed.seen) {
                    ("-", _) => 0,
                    (_, None) => 1,
                    (_, Some(_)) => 2,
                }] += 1;
                rules.push((rule, render(&explanation, false)));
            }
        }
        let logged = stage.logged_rules(rules.len()).unwrap();
        assert_eq!(logged.len(), rules.len());
        for ((explained, said), logged) in rules.iter().zip(&logged) {
            assert_eq!(explained, logged, "SEED={seed}: explained, logged\n{said}");
        }
    }
    println!(
        "seed {seed}: no rule, an answer, a backend: {reached:?}, {:.1} s",
        started.elapsed().as_secs_f32()
    );
    assert!(
        reached
            .iter()
            .all(|count| count * 20 > pairs || pairs < 10_000)
    );
}

/// Random objects whose namespaces are their own, so that many sets fit into one config. The
/// namespace of the clients is everybody's.
struct Set {
    number: u64,
    rng: Rng,
    objects: Vec<Value>,
}

impl Set {
    fn new(seed: u64, number: u64) -> Self {
        let mut rng = Rng::with_seed(seed.rotate_left(32) ^ number);
        let mut objects = gamma_random::objects(&mut rng);
        objects
            .iter_mut()
            .for_each(|object| more::filters(&mut rng, object));
        let everybodys = |object: &Value| object["metadata"]["namespace"] == CLIENT;
        objects.retain(|object| !(object["kind"] == "Service" && everybodys(object)));
        for object in &mut objects {
            if everybodys(object) {
                let name = object["metadata"]["name"].as_str().unwrap_or_default();
                object["metadata"]["name"] = format!("{name}-{number}").into();
            }
            rename(object, number);
            // Nothing can be dialled but the one address that Envoy listens on.
            for field in ["clusterIP", "clusterIPs", "ipFamilyPolicy"] {
                if object["spec"][field] != "None"
                    && let Some(spec) = object["spec"].as_object_mut()
                {
                    spec.remove(field);
                }
            }
        }
        Self {
            number,
            rng,
            objects,
        }
    }
}

/// Gives the namespaces in `value` the number of their set.
fn rename(value: &mut Value, number: u64) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(|value| rename(value, number)),
        Value::Object(fields) => {
            for (key, value) in fields {
                match value.as_str() {
                    Some(name @ ("shop" | "depot")) if key == "namespace" => {
                        *value = format!("{name}-{number}").into();
                    }
                    // A match on the host.
                    Some("cart.shop") => *value = format!("cart.shop-{number}").into(),
                    _ => rename(value, number),
                }
            }
        }
        _ => {}
    }
}

/// What HTTP/1.1 can carry, Envoy lets through and this set's Services are called.
fn on_the_wire(mut request: RandomRequest, number: u64) -> RandomRequest {
    request.scheme = "http".into();
    request.destination = None;
    request.headers.retain(|(name, _)| name != "host");
    let is_host = |c: char| c.is_ascii_alphanumeric() || ".:-".contains(c);
    if request.authority.is_empty() || !request.authority.chars().all(is_host) {
        request.authority = "cart".into();
    }
    let labels = request.authority.split('.').enumerate().map(|(i, label)| {
        let (label, port) = match label.split_once(':') {
            Some((label, port)) => (label, format!(":{port}")),
            None => (label, String::new()),
        };
        let own = matches!(&*label.to_ascii_lowercase(), "shop" | "depot");
        match i == 1 && own {
            true => format!("{label}-{number}{port}"),
            false => format!("{label}{port}"),
        }
    });
    request.authority = labels.collect::<Vec<_>>().join(".");
    request
}

/// As the filter sees it.
fn normalized(path: &str) -> String {
    let (path, query) = path.split_at(path.find('?').unwrap_or(path.len()));
    normalized_path(path).unwrap_or_else(|| path.into()) + query
}

/// What `explain` warns of is what Envoy does.
#[test]
fn paths_are_normalised_as_explain_says() {
    let service = json!({
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "cart", "namespace": CLIENT},
        "spec": {"ports": [{"port": 80}]},
    });
    let world = World::new(&[service], CLIENT);
    let backends = Backends::start(&world.manifests).unwrap();
    let envoy = Options::default();
    let stage = Stage::start(&backends.manifests, &world.options, &wasm(), &envoy).unwrap();
    let mut client = Client::new(stage.address());
    let plain = (b'!'..=b'~').map(char::from).filter(|c| !"#?".contains(*c));
    let encoded = (1..=255_u8).map(|byte| format!("/a%{byte:02x}b/%{byte:02X}"));
    let table = [
        "/",
        "/a/..",
        "/a/b/../c",
        "/..",
        "/./a/.",
        "//a//",
        "/a%2e%2E/b",
        "/a/%2e%2E/b",
        "/%7",
        "/%",
    ];
    let paths = plain.map(|c| format!("/a{c}b/{c}"));
    let mut wrong = Vec::new();
    for path in paths.chain(encoded).chain(table.map(Into::into)) {
        let answer = client.send(&client::Request::get("cart", &*path)).unwrap();
        let expected = normalized(&path);
        match answer.echoed() {
            Ok(echoed) if echoed.path == expected => {}
            Ok(echoed) => wrong.push(format!("{path}: {}, not {expected}", echoed.path)),
            // Envoy refuses some.
            Err(_) => wrong.push(format!("{path}: {}", answer.status)),
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

fn sent(request: &RandomRequest) -> client::Request {
    let mut sent = client::Request::new(&request.method, &request.authority, &request.path);
    for (name, value) in &request.headers {
        sent = sent.header(name, value.as_bytes());
    }
    sent
}

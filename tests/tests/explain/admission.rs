//! Requests as strangers write them, explained, and sent to a real Envoy: which it answers itself, and with
//! which path and headers the others reach the filter.

use std::time::Instant;

use fastrand::Rng;
use gamma_explain::{
    ExplainedAction, render,
    request::{HeaderLine, RequestLine, Simulated},
};
use gamma_random::{pick, variable};
use gamma_testbed::{
    agreement::disagreements,
    client,
    client::Client,
    envoy::Options,
    fixture::Observed,
    stage::{Backends, Stage, wasm},
};
use serde_json::{Value, json};

use crate::world::World;

const CLIENT: &str = "shop";

const METHODS: &[&str] = &[
    "GET", "GET", "GET", "GET", "GET", "GET", "GET", "GET", "POST", "DELETE", "OPTIONS", "PURGE",
    "QUERY", "get", "FOO", "M-SEARCH", "MSEARCH", "G@T", "REPORT",
];
const HOSTS: &[&str] = &[
    "cart",
    "cart",
    "cart",
    "cart",
    "cart",
    "cart",
    "CART",
    "cart.",
    "cart:80",
    "cart:080",
    "cart:",
    "cart:81",
    "cart:abc",
    "cart:99999",
    "cart.shop",
    "cart.shop.svc.cluster.local.",
    "Cart.Shop:80",
    "cart..",
    "c%61rt",
    "c|rt",
    "cart/",
    "c art",
    "\"cart\"",
    "ca_rt",
    "[fd00::1]",
    "[fd00::1]:80",
    "fd00::1",
    "[::1",
    "a@cart",
    "cart,cart",
    "*",
    "caf\u{e9}",
    "cart#",
    "cart\\",
];
const PATHS: &[&str] = &[
    "/", "*", "", "a", "?x", "//cart/a", "/a/b", "/a/b/c", "/*", "*/a", "\\a",
];
const PIECES: &[&str] = &[
    "/", "/", "/", "/", ".", "..", "..;", ".;", "a", "b", "%2e", "%2E", "%2f", "%2F", "\\", ";",
    "%", "%41", "%62", "%5c", "|", "%7e", "%3b", "=", "//", "/./", "/../", "%00", "#", "{a}", "\"",
    "\u{e9}", "%c3%A9", "%zz", "a/b", "?", "?x=/../b", "?q=1", "&", "+", "'", "[", "^", "`", "<",
    "~",
];
const HEADERS: &[(&str, &str)] = &[
    ("x-a", "1"),
    ("X-A", "2"),
    ("x_a", "1"),
    ("x-a", ""),
    ("x-a", "a\tb"),
    ("x-a", "\u{ff}"),
    ("x-a", "\u{1}"),
    ("x a", "1"),
    ("x(a)", "1"),
    ("te", "trailers"),
    ("TE", "gzip, trailers"),
    ("te", "gzip"),
    ("trailer", "x"),
    ("connection", "close"),
    ("connection", "x-a"),
    ("Connection", "keep-alive, X-A"),
    ("connection", "x-forwarded-for"),
    ("connection", "host"),
    ("connection", "te"),
    ("keep-alive", "5"),
    ("proxy-connection", "close"),
    ("upgrade", "foo"),
    ("http2-settings", "a"),
    ("expect", "more"),
    ("content-length", "0"),
    ("content-length", "abc"),
    ("content-length", "00"),
    ("transfer-encoding", "gzip"),
    ("x-forwarded-proto", "https"),
    ("x-forwarded-proto", "HTTPS"),
    ("x-forwarded-proto", "http"),
    ("x-forwarded-proto", "wss"),
    ("x-forwarded-proto", ""),
    ("x-forwarded-for", "10.0.0.1"),
    ("x-forwarded-host", "till"),
    ("x-request-id", "me"),
    ("x-envoy-retry-on", "5xx"),
    ("x-envoy-internal", "true"),
    ("x-envoy-original-path", "/b"),
    ("X-Envoy-Upstream-Rq-Timeout-Ms", "1"),
    ("x-envoy-decorator-operation", "a"),
    ("x-forwarded-client-cert", "a"),
    ("x-gamma-cluster", "shop/till/80"),
    ("content-type", "a/b"),
    ("cookie", "a=1"),
    ("cookie", "b=2"),
    ("accept", "a"),
    ("via", "me"),
    ("forwarded", "for=a"),
];

/// Rules that tell apart what the filter gets.
fn objects() -> Vec<Value> {
    let service = |name: &str| {
        json!({
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": name, "namespace": CLIENT},
            "spec": {"ports": [{"port": 80}]},
        })
    };
    let header = |name: &str, value: &str| json!({"headers": [{"type": "RegularExpression", "name": name, "value": value}]});
    let path = |kind: &str, value: &str| json!({"path": {"type": kind, "value": value}});
    let rules = [
        ("proto", header("x-forwarded-proto", "https|HTTPS|wss")),
        ("upgrade", header("upgrade", ".*")),
        ("te", header("te", "trailers")),
        ("retry", header("x-envoy-retry-on", ".*")),
        ("a", header("x-a", "1.*")),
        ("id", header("x-request-id", "me")),
        ("exact", path("Exact", "/a/b")),
        ("pattern", path("RegularExpression", "/.*%.*")),
        ("dots", path("RegularExpression", "/.*\\.\\..*")),
        ("prefix", path("PathPrefix", "/a")),
        ("plain", header("x-forwarded-proto", "http")),
        ("rest", path("PathPrefix", "/")),
    ];
    let rules = rules.map(|(name, of)| {
        json!({"name": name, "matches": [of], "backendRefs": [{"name": "cart", "port": 80}]})
    });
    let route = json!({
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "HTTPRoute",
        "metadata": {"name": "cart", "namespace": CLIENT},
        "spec": {"parentRefs": [{"group": "", "kind": "Service", "name": "cart"}], "rules": rules},
    });
    vec![service("cart"), service("till"), route]
}

fn request(rng: &mut Rng) -> Simulated {
    let mut path = String::new();
    if rng.u8(..4) == 0 {
        path.push_str(pick(rng, PATHS));
    } else {
        path.push('/');
        for _ in 0..rng.u8(..8) {
            path.push_str(pick(rng, PIECES));
        }
    }
    // The echo backend reads no such queries.
    if let Some(at) = path.find('?') {
        let query = path.split_off(at);
        path.push_str(&query.replace(['{', '}', '<', '"', '^', '`', '|', '\\'], ""));
    }
    let mut headers = Vec::new();
    if rng.bool() {
        for _ in 0..rng.u8(1..4) {
            let (name, value) = pick(rng, HEADERS);
            // Of two schemes one may be nothing, which is a story of its own.
            let proto = "x-forwarded-proto";
            if name == proto && headers.iter().any(|other: &HeaderLine| other.name == proto) {
                continue;
            }
            headers.push(HeaderLine {
                name: name.into(),
                value: value.chars().map(|c| c as u8).collect(),
            });
        }
    }
    if rng.u8(..50) == 0 {
        // The echo backend takes no more than 100, of which Envoy writes some.
        let many = pick(rng, &[80, 85, 100, 101, 110]);
        headers.extend((0..many).map(|n| HeaderLine {
            name: format!("x-many-{n}"),
            value: b"1".into(),
        }));
    }
    if rng.u8(..50) == 0 {
        // Of two mistakes either is found first, where the headers do not come in one piece.
        headers = vec![HeaderLine {
            name: "x-long".into(),
            value: vec![b'a'; rng.usize(61_300..61_500)],
        }];
    }
    Simulated {
        headers,
        ..Simulated::new(RequestLine {
            method: pick(rng, METHODS).into(),
            scheme: "http".into(),
            authority: pick(rng, HOSTS).into(),
            path,
        })
    }
}

fn sent(request: &Simulated) -> client::Request {
    let line = &request.line;
    let mut sent = client::Request::new(&line.method, &line.authority, &line.path);
    for header in &request.headers {
        sent = sent.header(&header.name, &*header.value);
    }
    sent
}

#[test]
fn odd_requests_are_explained_as_envoy_treats_them() {
    let count: u64 = variable("ODD_REQUESTS", 6_000);
    let seed: u64 = variable("SEED", 1);
    let started = Instant::now();
    let world = World::new(&objects(), CLIENT);
    let backends = Backends::start(&world.manifests).unwrap();
    let envoy = Options::default();
    let stage = Stage::start(&backends.manifests, &world.options, &wasm(), &envoy).unwrap();
    let mut client = Client::new(stage.address());
    let mut rng = Rng::with_seed(seed);
    let mut expected = Vec::new();
    let mut wrong = Vec::new();
    let mut refused = 0;
    for _ in 0..count {
        let request = request(&mut rng);
        let explanation = world.explainer.explain(&request).unwrap();
        let answer = client.send(&sent(&request));
        let said = format!("{request:?}\n{}", render(&explanation, false));
        match answer {
            Ok(answer) => {
                let found = disagreements(&explanation, &Observed::from(&answer));
                if !found.is_empty() {
                    wrong.push(format!("{}\n{said}{}", found.join("\n"), answer.status));
                }
            }
            Err(error) => wrong.push(format!("{error}\n{said}")),
        }
        let details = match explanation.outcomes.first().map(|outcome| &outcome.action) {
            Some(ExplainedAction::ProxyReply { details, .. }) => Some(details.clone()),
            _ => None,
        };
        refused += u64::from(explanation.is_refused());
        let rule = explanation.rule().map_or("-".into(), ToString::to_string);
        expected.push((rule, details, said));
        assert!(wrong.len() < 20, "SEED={seed}\n{}", wrong.join("\n"));
    }
    assert!(wrong.is_empty(), "SEED={seed}\n{}", wrong.join("\n"));
    stage.logged_rules(expected.len()).unwrap();
    let log = stage.envoy().log();
    let logged = log.lines().filter_map(|line| line.split_once(" rule="));
    for ((rule, details, said), (before, behind)) in expected.iter().zip(logged) {
        let logged = before.rsplit(' ').next();
        if let Some(details) = details {
            assert_eq!(logged, Some(&**details), "SEED={seed}\n{said}");
        }
        let logged = behind.split(' ').next();
        assert_eq!(logged, Some(&**rule), "SEED={seed}\n{said}");
    }
    println!(
        "seed {seed}: {refused} of {count} refused, {:.1} s",
        started.elapsed().as_secs_f32()
    );
    assert!(refused * 10 > count && refused * 10 < count * 9);
}

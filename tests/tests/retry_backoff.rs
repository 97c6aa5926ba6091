//! `retry.backoff`, which is seen in time alone: fixtures don't measure it.

use std::time::{Duration, Instant};

use gamma_compile as compile;
use gamma_testbed::{
    client::{Client, Request},
    envoy::Options,
    manifests::{http_route, read, services},
    stage::{Backends, Stage, wasm},
};

const RULES: &str = "
    - matches: [{path: {value: /patient}}]
      retry: {codes: [503], attempts: 1, backoff: 500ms}
      backendRefs: [{name: cart, port: 80}]
    - retry: {codes: [503], attempts: 1}
      backendRefs: [{name: cart, port: 80}]
";

/// How long it takes until eight requests have each been tried twice.
fn eight(stage: &Stage, path: &str) -> Duration {
    let mut client = Client::new(stage.address());
    let begin = Instant::now();
    for _ in 0..8 {
        let request = Request::get("cart", path)
            .header("x-echo-status", "503")
            .header("x-echo-first", "1");
        assert_eq!(client.send(&request).unwrap().status, 200);
    }
    begin.elapsed()
}

/// The waits are drawn evenly from 0 to 1 s. That eight of them are below 600 ms together is as
/// likely as 0.6^8 / 8!, one in two million; Envoy's own are below 25 ms each.
#[test]
fn retries_wait() {
    let text = services(&["cart"]) + &http_route("cart", RULES);
    let backends = Backends::start(&read(&text).unwrap()).unwrap();
    let options = compile::Options::default();
    let stage = Stage::start(&backends.manifests, &options, &wasm(), &Options::default()).unwrap();
    let (patient, default) = (eight(&stage, "/patient"), eight(&stage, "/"));
    assert!(patient > Duration::from_millis(600), "{patient:?}");
    assert!(default < patient, "{default:?} {patient:?}");
}

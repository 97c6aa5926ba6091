//! What an operator sees of the filter's work: labelled counters, and the rule in the access log.

use std::time::{Duration, Instant};

use gamma_compile as compile;
use gamma_testbed::{
    client::{Client, Request},
    envoy::Options,
    manifests::{http_route, read, services},
    stage::{Backends, Stage, wasm},
};

const RULES: &str = "
    - name: beta.users
      matches: [{path: {value: /beta}}]
      filters: [{type: RequestMirror, requestMirror: {backendRef: {name: cart, port: 80}}}]
      backendRefs: [{name: v2-with-dashes, port: 80}]
    - matches: [{path: {value: /old}}]
      filters: [{type: RequestRedirect, requestRedirect: {statusCode: 301}}]
    - matches: [{path: {value: /gone}}]
      backendRefs: [{name: nowhere, port: 80}]
";

fn send(stage: &Stage, authority: &str, path: &str) {
    let mut client = Client::new(stage.address());
    client.send(&Request::get(authority, path)).unwrap();
}

fn start(options: &compile::Options) -> (Backends, Stage) {
    let text = services(&["cart", "v2-with-dashes"]) + &http_route("cart.example", RULES);
    let backends = Backends::start(&read(&text).unwrap()).unwrap();
    let stage = Stage::start(&backends.manifests, options, &wasm(), &Options::default()).unwrap();
    (backends, stage)
}

#[test]
fn counters_have_labels_in_prometheus() {
    let (_backends, stage) = start(&compile::Options::default());
    for (authority, path) in [
        ("cart", "/beta"),
        ("cart", "/beta"),
        ("cart", "/old"),
        ("cart", "/gone"),
        ("cart", "/none"),
        ("elsewhere", "/"),
    ] {
        send(&stage, authority, path);
    }
    let metrics = stage.envoy().admin_get("/stats/prometheus").unwrap();
    let route = r#"route="HTTPRoute/default/cart.example""#;
    let expected = [
        (
            format!(
                r#"gamma_requests_total{{answer="forwarded",{route},rule="beta.users",backend="default/v2-with-dashes/80"}}"#
            ),
            2,
        ),
        (
            format!(
                r#"gamma_mirrored_total{{{route},rule="beta.users",backend="default/cart/80"}}"#
            ),
            2,
        ),
        (
            format!(r#"gamma_requests_total{{answer="redirected",{route},rule="1"}}"#),
            1,
        ),
        (
            format!(r#"gamma_requests_total{{answer="invalid-backend",{route},rule="2"}}"#),
            1,
        ),
        (
            r#"gamma_requests_total{answer="no-matching-rule"}"#.into(),
            1,
        ),
        (r#"gamma_requests_total{answer="passed-through"}"#.into(), 1),
    ];
    let ours: Vec<&str> = metrics
        .lines()
        .filter(|line| line.starts_with("gamma_"))
        .collect();
    for (name, count) in expected {
        let line = format!("{name} {count}");
        assert!(ours.contains(&line.as_str()), "{line}\n{ours:#?}");
    }
}

#[test]
fn the_access_log_names_the_rule() {
    let (_backends, stage) = start(&compile::Options::default());
    send(&stage, "cart", "/beta?q=1");
    send(&stage, "cart", "/gone");
    send(&stage, "cart", "/none");
    let expected = [
        "\"GET cart/beta?q=1 HTTP/1.1\" 200 - via_upstream \
         rule=HTTPRoute/default/cart.example/beta.users backend=default/v2-with-dashes/80 ",
        "rule=HTTPRoute/default/cart.example/2 backend=- upstream=- reason=invalid-backend",
        "rule=- backend=- upstream=- reason=no-matching-rule",
    ];
    // Envoy writes its log from time to time.
    let deadline = Instant::now() + Duration::from_secs(30);
    while !expected
        .iter()
        .all(|line| stage.envoy().log().contains(line))
    {
        assert!(Instant::now() < deadline, "{}", stage.envoy().log_tail());
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn settings_turn_everything_off() {
    let options = compile::Options {
        metrics: false,
        rule_property: false,
        reason_header: false,
        ..compile::Options::default()
    };
    let (_backends, stage) = start(&options);
    let response = Client::new(stage.address())
        .send(&Request::get("cart", "/gone"))
        .unwrap();
    assert_eq!(response.header("x-gamma-reason"), None);
    let metrics = stage.envoy().admin_get("/stats/prometheus").unwrap();
    assert!(!metrics.contains("gamma_requests_total"), "{metrics}");
}

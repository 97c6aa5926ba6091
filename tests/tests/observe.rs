//! What an operator sees of the filter's work: labelled counters, and the rule in the access log.

use std::time::{Duration, Instant};

use gamma_compile as compile;
use gamma_envoy::AccessLog;
use gamma_testbed::{
    client::{Client, GrpcClient, Request},
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

const GREETER: &str = "---\napiVersion: v1\nkind: Service\nmetadata: {name: greeter}\n\
    spec: {ports: [{port: 80, appProtocol: kubernetes.io/h2c}]}\n---\n\
    apiVersion: gateway.networking.k8s.io/v1\nkind: GRPCRoute\nmetadata: {name: greeter}\nspec:\n  \
    parentRefs: [{group: '', kind: Service, name: greeter}]\n  \
    rules: [{name: all, backendRefs: [{name: greeter, port: 80}]}]\n";

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
    assert_counted(&stage, &expected);
    // Nobody asked for these.
    let metrics = stage.envoy().admin_get("/stats/prometheus").unwrap();
    assert!(!metrics.contains("gamma_responses_total"), "{metrics}");
}

/// Each counter has its count, as Prometheus sees it.
fn assert_counted(stage: &Stage, expected: &[(String, u32)]) {
    let metrics = stage.envoy().admin_get("/stats/prometheus").unwrap();
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
fn responses_are_counted_by_their_status_where_that_is_asked_for() {
    let text = services(&["cart", "v2-with-dashes"]) + &http_route("cart.example", RULES) + GREETER;
    let backends = Backends::start(&read(&text).unwrap()).unwrap();
    let options = compile::Options {
        response_metrics: true,
        ..compile::Options::default()
    };
    let stage = Stage::start(&backends.manifests, &options, &wasm(), &Options::default()).unwrap();
    let mut client = Client::new(stage.address());
    for (status, times) in [("200", 3), ("503", 2)] {
        for _ in 0..times {
            let request = Request::get("cart", "/beta").header("x-echo-status", status);
            client.send(&request).unwrap();
        }
    }
    // The filter's own.
    send(&stage, "cart", "/gone");
    let mut grpc = GrpcClient::new(stage.address()).unwrap();
    let call = Request::get("greeter", "/greeter.Greeter/Hello");
    let post = Request {
        method: "POST".into(),
        ..call
    };
    assert_eq!(grpc.send(&post).unwrap().grpc_status, Some(0));
    let failing = post.clone().header("x-echo-set-header", "grpc-status:14");
    grpc.send(&failing).unwrap();
    // It ends in the middle of the response, before a status.
    let cut = post.header("x-echo-stream", "1");
    grpc.send(&cut).unwrap();

    let of = |route: &str, rule: &str, backend: &str, code: &str| {
        format!(
            r#"gamma_responses_total{{route="{route}",rule="{rule}",backend="default/{backend}/80",{code}}}"#
        )
    };
    let http = |code| {
        of(
            "HTTPRoute/default/cart.example",
            "beta.users",
            "v2-with-dashes",
            code,
        )
    };
    let grpc = |code| of("GRPCRoute/default/greeter", "all", "greeter", code);
    let expected = [
        (http(r#"code="200""#), 3),
        (http(r#"code="503""#), 2),
        (grpc(r#"code="200",grpc_status="0""#), 1),
        (grpc(r#"code="200",grpc_status="14""#), 1),
        (grpc(r#"code="200",grpc_status="2""#), 1),
    ];
    assert_counted(&stage, &expected);
    let metrics = stage.envoy().admin_get("/stats/prometheus").unwrap();
    let ours = metrics
        .lines()
        .filter(|line| line.starts_with("gamma_responses_total{"));
    assert_eq!(ours.count(), expected.len(), "{metrics}");
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
        " 500 - invalid-backend rule=HTTPRoute/default/cart.example/2 backend=- upstream=- ",
        " 404 - no-matching-rule rule=- backend=- upstream=- ",
    ];
    until_logged(&stage, &expected);
}

/// Envoy writes its log from time to time.
fn until_logged(stage: &Stage, expected: &[&str]) {
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
fn only_failures_are_logged_where_that_is_asked_for() {
    let text = services(&["cart", "v2-with-dashes"]) + &http_route("cart.example", RULES) + GREETER;
    let backends = Backends::start(&read(&text).unwrap()).unwrap();
    let stage = Stage::start_logging(
        AccessLog::Errors,
        &backends.manifests,
        &compile::Options::default(),
        &wasm(),
        &Options::default(),
    )
    .unwrap();
    send(&stage, "cart", "/beta?fine");
    send(&stage, "cart", "/old?fine");
    let mut client = Client::new(stage.address());
    for (status, path) in [
        ("399", "/beta?fine"),
        ("400", "/beta?400"),
        ("503", "/beta?503"),
    ] {
        let request = Request::get("cart", path).header("x-echo-status", status);
        client.send(&request).unwrap();
    }
    send(&stage, "cart", "/none?404");
    send(&stage, "cart", "/gone?500");
    let mut grpc = GrpcClient::new(stage.address()).unwrap();
    let call = |method: &str| Request {
        method: "POST".into(),
        ..Request::get("greeter", format!("/greeter.Greeter/{method}"))
    };
    assert_eq!(grpc.send(&call("fine")).unwrap().grpc_status, Some(0));
    let failing = call("unavailable").header("x-echo-grpc-status", "14");
    assert_eq!(grpc.send(&failing).unwrap().grpc_status, Some(14));
    // It fails at once, in its headers.
    let refused = call("refused").header("x-echo-stream", "1");
    grpc.send(&refused.header("x-echo-set-header", "grpc-status:7"))
        .unwrap();
    // It ends in the middle of the response, before a status.
    grpc.send(&call("cut").header("x-echo-stream", "1"))
        .unwrap();
    // The last one, so that all that is logged is there with it.
    send(&stage, "cart", "/none?last");

    until_logged(&stage, &["/none?last"]);
    let log = stage.envoy().log();
    let logged: Vec<&str> = log
        .lines()
        .filter(|line| line.contains(" rule="))
        .filter_map(|line| line.split(['"', ' ']).nth(3))
        .collect();
    let expected = [
        "cart/beta?400",
        "cart/beta?503",
        "cart/none?404",
        "cart/gone?500",
        "greeter/greeter.Greeter/unavailable",
        "greeter/greeter.Greeter/refused",
        "greeter/greeter.Greeter/cut",
        "cart/none?last",
    ];
    assert_eq!(logged, expected, "{log}");
}

/// Expressions walk over values several characters at a time.
#[test]
fn labels_have_values_of_any_length() {
    let mut rules = String::new();
    let names: Vec<String> = (1..=12).map(|length| "x".repeat(length)).collect();
    for name in &names {
        rules += &format!(
            "    - {{name: {name}, matches: [{{path: {{value: /{name}}}}}], \
             backendRefs: [{{name: {name}, port: 80}}]}}\n"
        );
    }
    let mut all: Vec<&str> = names.iter().map(String::as_str).collect();
    all.push("cart");
    let text = services(&all) + &http_route("r", &format!("\n{rules}"));
    let backends = Backends::start(&read(&text).unwrap()).unwrap();
    let options = compile::Options::default();
    let stage = Stage::start(&backends.manifests, &options, &wasm(), &Options::default()).unwrap();
    for name in &names {
        send(&stage, "cart", &format!("/{name}"));
    }
    let expected: Vec<_> = names
        .iter()
        .map(|name| {
            let labels = format!(
                r#"answer="forwarded",route="HTTPRoute/default/r",rule="{name}",backend="default/{name}/80""#
            );
            (format!("gamma_requests_total{{{labels}}}"), 1)
        })
        .collect();
    assert_counted(&stage, &expected);
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

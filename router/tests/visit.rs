//! What visitors are told of decisions: what, in which order, and who asked for it.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "no proxy runs it"
)]

use std::{collections::BTreeSet, convert::Infallible, net::SocketAddr};

use fastrand::Rng;
use gamma_config::{Fraction, wire};
use gamma_router::{
    Answer, By, Decision, HeaderVisitor, Reason, Request, RequestVisitor, ResponseVisitor, Router,
};

/// Writes down what it is told, and may fail at a line.
#[derive(Debug, Default)]
struct Recorder {
    lines: Vec<String>,
    answered_by: Option<SocketAddr>,
    fails_at: Option<usize>,
    is_grpc: bool,
}

impl Recorder {
    fn line(&mut self, line: String) -> Result<(), usize> {
        self.lines.push(line);
        let line = self.lines.len();
        if self.fails_at == Some(line) {
            return Err(line);
        }
        Ok(())
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

impl HeaderVisitor for Recorder {
    type Error = usize;

    fn remove(&mut self, name: &str, by: By) -> Result<(), usize> {
        self.line(format!("remove {name} ({by:?})"))
    }

    fn set(&mut self, name: &str, value: &[u8], by: By) -> Result<(), usize> {
        self.line(format!("set {name}: {} ({by:?})", text(value)))
    }

    fn add(&mut self, name: &str, value: &[u8], by: By) -> Result<(), usize> {
        self.line(format!("add {name}: {} ({by:?})", text(value)))
    }
}

impl RequestVisitor for Recorder {
    fn mirror(&mut self, cluster: &str, fraction: Fraction, by: By) -> Result<(), usize> {
        let Fraction {
            numerator,
            denominator,
        } = fraction;
        self.line(format!(
            "mirror {cluster} {numerator}/{denominator} ({by:?})"
        ))
    }

    fn is_grpc(&mut self) -> bool {
        self.is_grpc
    }

    fn answer(&mut self, answer: &Answer<'_>) -> Result<(), usize> {
        let headers: Vec<_> = answer
            .headers
            .iter()
            .map(|(name, value)| format!(" {name}: {}", text(value)))
            .collect();
        let grpc = answer.grpc_status.map(|status| format!(" grpc {status}"));
        self.line(format!(
            "answer {}{}{} {:?}",
            answer.status,
            grpc.unwrap_or_default(),
            headers.concat(),
            text(answer.body)
        ))
    }
}

impl ResponseVisitor for Recorder {
    fn answered_by(&mut self) -> Option<SocketAddr> {
        self.answered_by
    }
}

const RULES: &str = r#"
  {"matches": [{"path": {"value": "/all"}}],
   "filters": [
     {"requestHeaderModifier": {"add": [{"name": "A", "value": "1"}], "set": [{"name": "b", "value": "2"}], "remove": ["c"]}},
     {"responseHeaderModifier": {"set": [{"name": "r", "value": "1"}]}},
     {"urlRewrite": {"hostname": "rule", "path": {"replacePrefixMatch": "/rule"}}},
     {"requestMirror": {"cluster": "m1"}},
     {"cors": {"allowOrigins": ["http://o"]}}],
   "backendRefs": [{"cluster": "a", "filters": [
     {"requestHeaderModifier": {"add": [{"name": "a", "value": "backend"}]}},
     {"responseHeaderModifier": {"remove": ["r"]}},
     {"urlRewrite": {"path": {"replacePrefixMatch": "/backend"}}},
     {"requestMirror": {"cluster": "m2", "fraction": {"numerator": 1, "denominator": 3}}}]}],
   "timeouts": {"request": "5s"}, "retry": {"backoff": "1s"},
   "sessionPersistence": {"name": "s", "type": "Header"}},
  {"matches": [{"path": {"value": "/moved"}}], "filters": [{"requestRedirect": {"hostname": "o"}}]},
  {"matches": [{"path": {"value": "/bad"}}], "backendRefs": [{"invalid": "gone"}]},
  {"matches": [{"path": {"value": "/slow"}}], "backendRefs": [{"cluster": "a"}], "timeouts": {"request": "5s"}},
  {"matches": [{"path": {"value": "/again"}}], "backendRefs": [{"cluster": "a"}], "retry": {"attempts": 2}}"#;

fn router(settings: &str) -> Router {
    let config = format!(
        r#"{{"version": 1, "settings": {{{settings}}}, "services": [{{"namespace": "n", "name": "s",
            "ports": [{{"port": 80, "cluster": "own", "producer": {{"rules": [{RULES}]}}}}]}}]}}"#
    );
    Router::new(&gamma_config::parse(config.as_bytes()).unwrap(), "n").unwrap()
}

fn decide(router: &Router, method: &str, path: &str, headers: &[(&str, &str)]) -> Decision {
    let request = Request {
        method: method.as_bytes(),
        scheme: b"http",
        authority: b"s",
        path: path.as_bytes(),
        destination: None,
        now: 0,
        headers,
    };
    router.decide(&request, &mut Rng::with_seed(1))
}

fn of_request(router: &Router, decision: &Decision, path: &str) -> Vec<String> {
    let mut recorder = Recorder::default();
    let visited = router.visit_request(decision, path.as_bytes(), &mut recorder);
    assert_eq!(visited, Ok(()));
    recorder.lines
}

#[test]
fn a_forward_is_told_in_order_and_who_asked_for_what() {
    let router = router("");
    let endpoint: SocketAddr = "127.0.0.1:81".parse().unwrap();
    let first = decide(&router, "GET", "/all/x?q", &[("origin", "http://o")]);
    let mut response = Recorder {
        answered_by: Some(endpoint),
        ..Recorder::default()
    };
    router.visit_response(&first, &mut response).unwrap();
    let begun = response.lines.pop().unwrap();
    assert_eq!(
        response.lines,
        [
            "set r: 1 (Rule)",
            "remove r (Backend)",
            "add vary: origin (Cors)",
            "set access-control-allow-origin: http://o (Cors)",
        ]
    );
    let token = begun.strip_prefix("add s: ").unwrap();
    let token = token.strip_suffix(" (Session)").unwrap();

    let decision = decide(&router, "GET", "/all/x?q", &[("s", token)]);
    let expected = [
        "remove c (Rule)",
        "set b: 2 (Rule)",
        "add a: 1 (Rule)",
        "add a: backend (Backend)",
        "set :authority: rule (Rule)",
        "set x-envoy-original-path: /all/x?q (Gamma)",
        "set :path: /backend/x?q (Backend)",
        "set x-gamma-endpoint: 127.0.0.1:81 (Session)",
        "mirror m1 100/100 (Rule)",
        "mirror m2 1/3 (Backend)",
        "set x-envoy-upstream-rq-timeout-ms: 5000 (Rule)",
        "set x-envoy-retry-on: connect-failure,refused-stream,reset (Rule)",
        "set x-envoy-max-retries: 1 (Rule)",
        "set x-gamma-retry-backoff: 1000 (Rule)",
        "set x-gamma-cluster: a (Gamma)",
    ];
    assert_eq!(of_request(&router, &decision, "/all/x?q"), expected);
    // Bound to that endpoint already.
    let mut response = Recorder {
        answered_by: Some(endpoint),
        ..Recorder::default()
    };
    router.visit_response(&decision, &mut response).unwrap();
    assert!(!response.lines.iter().any(|line| line.contains("Session")));
}

#[test]
fn timeouts_are_told_without_retries_and_retries_without_timeouts() {
    let router = router("");
    let table: [(&str, &[&str]); 2] = [
        (
            "/slow",
            &["set x-envoy-upstream-rq-timeout-ms: 5000 (Rule)"],
        ),
        (
            "/again",
            &[
                "set x-envoy-retry-on: connect-failure,refused-stream,reset (Rule)",
                "set x-envoy-max-retries: 2 (Rule)",
            ],
        ),
    ];
    for (path, expected) in table {
        let mut lines = of_request(&router, &decide(&router, "GET", path, &[]), path);
        assert_eq!(lines.pop().unwrap(), "set x-gamma-cluster: a (Gamma)");
        assert_eq!(lines, expected, "{path}");
    }
}

#[test]
fn a_failing_visitor_ends_the_visit() {
    let router = router("");
    let decision = decide(&router, "GET", "/all", &[]);
    let lines = of_request(&router, &decision, "/all").len();
    for at in 1..=lines {
        let mut recorder = Recorder {
            fails_at: Some(at),
            ..Recorder::default()
        };
        let visited = router.visit_request(&decision, b"/all", &mut recorder);
        assert_eq!((visited, recorder.lines.len()), (Err(at), at));
    }
}

#[test]
fn answers_are_told_with_status_headers_and_body() {
    let with = router("");
    let without = router(r#""reasonHeader": false, "clusterHeader": "x-gamma-c""#);
    let bad = "the route's backend does not exist or may not be used";
    let table = [
        (
            &with,
            "/moved?q",
            true,
            "answer 302 location: http://o/moved?q \"\"".into(),
        ),
        (
            &with,
            "/bad",
            false,
            format!("answer 500 x-gamma-reason: invalid-backend {bad:?}"),
        ),
        (
            &with,
            "/bad",
            true,
            format!("answer 500 grpc 14 x-gamma-reason: invalid-backend {bad:?}"),
        ),
        (&without, "/bad", false, format!("answer 500 {bad:?}")),
    ];
    for (router, path, is_grpc, expected) in table {
        let decision = decide(router, "GET", path, &[]);
        let mut recorder = Recorder {
            is_grpc,
            ..Recorder::default()
        };
        let visited = router.visit_request(&decision, path.as_bytes(), &mut recorder);
        assert_eq!(
            (visited, recorder.lines),
            (Ok(()), vec![expected]),
            "{path}"
        );
    }
    let lines = of_request(&without, &decide(&without, "GET", "/all", &[]), "/all");
    assert_eq!(lines.last().unwrap(), "set x-gamma-c: a (Gamma)");
    let preflight = [
        ("origin", "http://o"),
        ("access-control-request-method", "GET"),
    ];
    let decision = decide(&with, "OPTIONS", "/all", &preflight);
    assert_eq!(of_request(&with, &decision, "/all"), ["answer 204 \"\""]);
}

/// Knows nothing of the request.
#[derive(Default)]
struct GrpcStatus(Option<u32>);

impl HeaderVisitor for GrpcStatus {
    type Error = Infallible;

    fn remove(&mut self, _: &str, _: By) -> Result<(), Infallible> {
        Ok(())
    }

    fn set(&mut self, _: &str, _: &[u8], _: By) -> Result<(), Infallible> {
        Ok(())
    }

    fn add(&mut self, _: &str, _: &[u8], _: By) -> Result<(), Infallible> {
        Ok(())
    }
}

impl RequestVisitor for GrpcStatus {
    fn mirror(&mut self, _: &str, _: Fraction, _: By) -> Result<(), Infallible> {
        Ok(())
    }

    fn answer(&mut self, answer: &Answer<'_>) -> Result<(), Infallible> {
        self.0 = answer.grpc_status;
        Ok(())
    }
}

#[test]
fn who_does_not_know_the_request_is_told_answers_in_http() {
    let router = router("");
    let mut visitor = GrpcStatus(Some(0));
    let decision = decide(&router, "GET", "/bad", &[]);
    let Ok(()) = router.visit_request(&decision, b"/bad", &mut visitor);
    assert_eq!(visitor.0, None);
}

#[test]
fn of_a_refused_request_only_cors_headers_are_left() {
    let router = router("");
    let mut decision = decide(&router, "GET", "/all", &[("origin", "http://o")]);
    decision.refuse(Reason::ExternalAuthFailed);
    assert_eq!(
        of_request(&router, &decision, "/all"),
        ["answer 403 x-gamma-reason: external-auth-failed \"the request could not be authorised\""]
    );
    let mut response = Recorder::default();
    router.visit_response(&decision, &mut response).unwrap();
    assert_eq!(response.lines.len(), 2, "{:?}", response.lines);
}

#[test]
fn a_decision_of_another_router_goes_nowhere() {
    let router = router("");
    let empty = Router::new(&gamma_config::Config::default(), "n").unwrap();
    let lines = of_request(&empty, &decide(&router, "GET", "/all", &[]), "/all");
    assert_eq!(lines.len(), 1);
    assert!(lines[0].starts_with("answer 500"), "{lines:?}");
}

/// Words before `:`, `(` or a number: what is told, whatever its value.
#[cfg(feature = "trace")]
fn kinds(lines: &[String]) -> BTreeSet<String> {
    let kind = |line: &String| {
        let line = line.split([':', '(']).find(|part| !part.is_empty());
        let words = line.unwrap_or_default().split(' ').take(2);
        words.collect::<Vec<_>>().join(" ").trim().to_owned()
    };
    lines.iter().map(kind).collect()
}

#[cfg(feature = "trace")]
#[test]
fn a_rewrite_is_possible_by_the_rule_or_by_the_backend() {
    let rewrite = r#""filters": [{"urlRewrite": {"path": {"replaceFullPath": "/new"}}}]"#;
    for (of_rule, of_backend, expected) in
        [("", "", false), (rewrite, "", true), ("", rewrite, true)]
    {
        let separator = |text: &str| if text.is_empty() { "" } else { ", " };
        let config = format!(
            r#"{{"version": 1, "services": [{{"namespace": "n", "name": "s", "ports": [{{"port": 80, "cluster": "own", "producer": {{"rules": [
                {{"backendRefs": [{{"cluster": "a"{}{of_backend}}}]{}{of_rule}}}]}}}}]}}]}}"#,
            separator(of_backend),
            separator(of_rule),
        );
        let config = gamma_config::parse(config.as_bytes()).unwrap();
        let router = Router::new(&config, "n").unwrap();
        let decisions = router.possible_decisions();
        let lines = decisions.flat_map(|decision| of_request(&router, &decision, ""));
        let rewrites = lines.filter(|line| line.starts_with("set :path")).count();
        assert_eq!(rewrites > 0, expected, "{of_rule} {of_backend}");
    }
}

#[cfg(feature = "trace")]
#[test]
fn possible_decisions_tell_all_that_requests_bring_about() {
    let router = router("");
    let mut possible = Recorder {
        answered_by: Some("127.0.0.1:80".parse().unwrap()),
        ..Recorder::default()
    };
    for decision in router.possible_decisions() {
        router.visit_request(&decision, b"", &mut possible).unwrap();
        router.visit_response(&decision, &mut possible).unwrap();
    }
    let possible = kinds(&possible.lines);
    let preflight = [
        ("origin", "http://o"),
        ("access-control-request-method", "GET"),
    ];
    let mut seen = Recorder {
        answered_by: Some("127.0.0.1:80".parse().unwrap()),
        ..Recorder::default()
    };
    for (method, path, headers) in [
        ("GET", "/all", &preflight[..1]),
        ("OPTIONS", "/all", &preflight),
        ("GET", "/moved", &[]),
        ("GET", "/bad", &[]),
        ("GET", "/nothing", &[]),
    ] {
        let decision = decide(&router, method, path, headers);
        router
            .visit_request(&decision, path.as_bytes(), &mut seen)
            .unwrap();
        router.visit_response(&decision, &mut seen).unwrap();
    }
    let seen = kinds(&seen.lines);
    assert!(seen.is_subset(&possible), "{seen:#?} {possible:#?}");
    for name in [wire::ENDPOINT, "access-control-allow-credentials"] {
        assert!(possible.contains(&format!("set {name}")), "{possible:#?}");
    }
}

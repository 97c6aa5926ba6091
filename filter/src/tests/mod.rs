//! Both phases against a host that records what is asked of it.

mod features;
mod foreign;
mod response_codes;

use std::{
    cell::{Cell, RefCell},
    time::Duration,
};

use gamma_router::Answer;

use crate::{
    config::Shared,
    header_map,
    host::{Host, HostError, MapType},
    progress::{RequestProgress, ResponseProgress},
    request, response,
};

#[derive(Default)]
struct Recorder {
    request: Vec<(&'static str, &'static [u8])>,
    properties: Vec<(&'static str, &'static str)>,
    /// What the backend answers, and what comes after the body.
    response: Vec<(&'static str, &'static [u8])>,
    trailers: Vec<(&'static str, &'static [u8])>,
    /// What a called service answers.
    answer: Vec<(&'static str, &'static [u8])>,
    now: u64,
    /// How many bytes header maps lack at their end.
    cut: usize,
    /// Whether it can take no headers away.
    removes_nothing: bool,
    /// The body of the last reply.
    replied: RefCell<Vec<u8>>,
    calls: RefCell<Vec<String>>,
    fail_at: Cell<Option<usize>>,
}

impl Recorder {
    fn record(&self, call: String) -> Result<(), HostError> {
        let mut calls = self.calls.borrow_mut();
        calls.push(call);
        if self.fail_at.get() == Some(calls.len()) {
            return Err(HostError {
                call: "test",
                status: 2,
            });
        }
        Ok(())
    }

    fn calls(&self) -> Vec<String> {
        self.calls.take()
    }
}

fn text(bytes: &[u8]) -> String {
    bytes.escape_ascii().to_string()
}

impl Host for Recorder {
    fn header_map(&self, map: MapType) -> Result<Vec<u8>, HostError> {
        self.record(format!("read {map:?}"))?;
        let mut pairs = header_map::encode(match map {
            MapType::CallResponse => &self.answer,
            MapType::Response => &self.response,
            MapType::ResponseTrailers => &self.trailers,
            MapType::Request => &self.request,
        });
        pairs.truncate(pairs.len() - self.cut);
        Ok(pairs)
    }

    fn set_header(&self, map: MapType, name: &[u8], value: &[u8]) -> Result<(), HostError> {
        self.record(format!("set {map:?} {}: {}", text(name), text(value)))
    }

    fn add_header(&self, map: MapType, name: &[u8], value: &[u8]) -> Result<(), HostError> {
        self.record(format!("add {map:?} {}: {}", text(name), text(value)))
    }

    fn remove_header(&self, map: MapType, name: &[u8]) -> Result<(), HostError> {
        self.record(format!("remove {map:?} {}", text(name)))?;
        let call = "proxy_remove_header_map_value";
        let status = HostError::UNIMPLEMENTED;
        match self.removes_nothing {
            true => Err(HostError { call, status }),
            false => Ok(()),
        }
    }

    fn property(&self, path: &str) -> Option<Vec<u8>> {
        let path = path.replace('\0', ".");
        self.calls.borrow_mut().push(format!("property {path}"));
        let (_, value) = self.properties.iter().find(|(name, _)| *name == path)?;
        Some(value.as_bytes().into())
    }

    fn reply(&self, answer: &Answer<'_>) -> Result<(), HostError> {
        let headers: Vec<String> = answer
            .headers
            .iter()
            .map(|(name, value)| format!(" {name}: {}", text(value)))
            .collect();
        self.replied.replace(answer.body.into());
        let grpc = answer.grpc_status.map(|grpc| format!(" grpc {grpc}"));
        let (status, grpc) = (answer.status, grpc.unwrap_or_default());
        self.record(format!("reply {status}{grpc}{}", headers.concat()))
    }

    fn set_property(&self, path: &str, value: &[u8]) {
        let _ = self.record(format!("property {path} = {}", text(value)));
    }

    fn resume(&self) -> Result<(), HostError> {
        self.record("resume".into())
    }

    fn call(
        &self,
        cluster: &str,
        headers: &[(String, String)],
        timeout: Duration,
    ) -> Result<u32, HostError> {
        let headers: Vec<String> = headers.iter().map(|(n, v)| format!(" {n}: {v}")).collect();
        self.record(format!("call {cluster} {timeout:?}{}", headers.concat()))?;
        Ok(1)
    }

    fn call_body(&self, max: usize) -> Vec<u8> {
        b"body"[..max.min(4)].into()
    }

    fn nanoseconds(&self) -> u64 {
        self.now * 1_000_000_000
    }

    fn define_counter(&self, name: &str) -> Option<u32> {
        let _ = self.record(format!("define {name}"));
        Some(7)
    }

    fn increment(&self, counter: u32) {
        let _ = self.record(format!("count {counter}"));
    }
}

const CONFIG: &str = r#"{
  "version": 1,
  "settings": {"clientNamespace": "n", "metrics": false, "ruleProperty": false},
  "services": [{"namespace": "n", "name": "s", "ports": [{"port": 80, "cluster": "own", "producer": {"rules": [
    {"matches": [{"path": {"value": "/edit"}}],
     "filters": [{"requestHeaderModifier": {"set": [{"name": "A", "value": "1"}], "add": [{"name": "b", "value": "2"}], "remove": ["c"]}},
                 {"responseHeaderModifier": {"set": [{"name": "d", "value": "3"}], "remove": ["e"]}},
                 {"urlRewrite": {"hostname": "other", "path": {"replacePrefixMatch": "/new"}}}],
     "backendRefs": [{"cluster": "edited"}]},
    {"matches": [{"path": {"value": "/moved"}}], "filters": [{"requestRedirect": {"statusCode": 301, "port": 8443}}]},
    {"matches": [{"path": {"value": "/bad"}}], "backendRefs": [{"invalid": "gone"}]},
    {"matches": [{"path": {"value": "/slow"}}], "timeouts": {"request": "1m", "backendRequest": "500ms"},
     "retry": {"codes": [500, 503], "attempts": 3}, "backendRefs": [{"cluster": "plain"}]},
    {"matches": [{"path": {"value": "/free"}}], "timeouts": {"request": "0s"}, "retry": {}, "backendRefs": [{"cluster": "plain"}]},
    {"matches": [{"path": {"value": "/copied"}}],
     "filters": [{"requestMirror": {"cluster": "m1"}},
                 {"requestMirror": {"cluster": "never", "fraction": {"numerator": 0}}}],
     "backendRefs": [{"cluster": "plain", "filters": [{"requestMirror": {"cluster": "m2"}}]}]},
    {"matches": [{"path": {"value": "/plain"}}], "backendRefs": [{"cluster": "plain"}]}
  ]}}]}]
}"#;

fn get(path: &'static str) -> Recorder {
    Recorder {
        request: vec![
            (":method", b"GET"),
            (":scheme", b"http"),
            (":authority", b"s"),
            (":path", path.as_bytes()),
        ],
        ..Recorder::default()
    }
}

fn run(host: &Recorder, config: &str) -> (RequestProgress, Vec<String>) {
    let shared = Shared::new(config, host).unwrap();
    host.calls();
    let progress = request::on_headers(host, &shared);
    let mut calls = host.calls();
    if let RequestProgress::Continue(decision) | RequestProgress::Answered(Some(decision)) =
        &progress
    {
        let progress = response::on_headers(host, &shared, decision, true);
        assert!(matches!(progress, ResponseProgress::Continue(None)));
        calls.extend(host.calls());
    }
    (progress, calls)
}

#[test]
fn a_plain_forward_takes_two_host_calls() {
    let (progress, calls) = run(&get("/plain/x"), CONFIG);
    assert!(matches!(progress, RequestProgress::Continue(_)));
    assert_eq!(
        calls,
        ["read Request", "set Request x-gamma-cluster: plain"]
    );
}

#[test]
fn edits_and_rewrites_are_made_before_the_cluster_is_set() {
    let (_, calls) = run(&get("/edit/x?q=1"), CONFIG);
    assert_eq!(
        calls,
        [
            "read Request",
            "remove Request c",
            "set Request a: 1",
            "add Request b: 2",
            "set Request :authority: other",
            "set Request x-envoy-original-path: /edit/x?q=1",
            "set Request :path: /new/x?q=1",
            "set Request x-gamma-cluster: edited",
            "remove Response e",
            "set Response d: 3",
        ]
    );
}

#[test]
fn each_mirror_gets_a_header() {
    let (_, calls) = run(&get("/copied"), CONFIG);
    assert_eq!(
        calls[1..],
        [
            "set Request x-gamma-mirror-0: m1",
            "set Request x-gamma-mirror-1: m2",
            "set Request x-gamma-cluster: plain",
        ]
    );
}

#[test]
fn timeouts_and_retries_are_said_in_envoys_headers() {
    let (_, calls) = run(&get("/slow"), CONFIG);
    assert_eq!(
        calls[1..],
        [
            "set Request x-envoy-upstream-rq-timeout-ms: 60000",
            "set Request x-envoy-upstream-rq-per-try-timeout-ms: 500",
            "set Request x-envoy-retry-on: connect-failure,refused-stream,reset,retriable-status-codes",
            "set Request x-envoy-max-retries: 3",
            "set Request x-envoy-retriable-status-codes: 500,503",
            "set Request x-gamma-cluster: plain",
        ]
    );
    let (_, calls) = run(&get("/free"), CONFIG);
    assert_eq!(
        calls[1..4],
        [
            "set Request x-envoy-upstream-rq-timeout-ms: 0",
            "set Request x-envoy-retry-on: connect-failure,refused-stream,reset",
            "set Request x-envoy-max-retries: 1",
        ]
    );
}

#[test]
fn a_client_has_no_say_in_timeouts_and_retries() {
    let mut host = get("/plain");
    for name in gamma_config::wire::CONTROLS {
        host.request.push((name, b"1"));
    }
    let (_, calls) = run(&host, CONFIG);
    assert_eq!(calls.len(), 2 + gamma_config::wire::CONTROLS.len());
    assert!(calls.contains(&"remove Request x-envoy-retry-on".to_owned()));
}

#[test]
fn answers_stop_the_request() {
    let table = [
        ("/moved?q", "reply 301 location: http://s:8443/moved?q"),
        ("/bad", "reply 500 x-gamma-reason: invalid-backend"),
        ("/nothing", "reply 404 x-gamma-reason: no-matching-rule"),
    ];
    for (path, expected) in table {
        let (progress, calls) = run(&get(path), CONFIG);
        assert!(matches!(progress, RequestProgress::Answered(_)), "{path}");
        assert_eq!(calls, ["read Request", expected]);
    }
}

#[test]
fn a_redirect_keeps_the_scheme_of_the_request() {
    let mut host = get("/moved");
    host.request[1] = (":scheme", b"https");
    host.request[2] = (":authority", b"s:80");
    let (_, calls) = run(&host, CONFIG);
    assert_eq!(calls[1], "reply 301 location: https://s:8443/moved");
}

#[test]
fn grpc_gets_grpc_answers() {
    for (path, expected) in [
        ("/bad", "reply 500 grpc 14 x-gamma-reason: invalid-backend"),
        (
            "/nothing",
            "reply 404 grpc 12 x-gamma-reason: no-matching-rule",
        ),
    ] {
        let mut host = get(path);
        host.request.push(("content-type", b"application/grpc"));
        assert_eq!(run(&host, CONFIG).1, ["read Request", expected]);
    }
}

#[test]
fn the_reason_header_can_be_switched_off() {
    let config = CONFIG.replace(
        r#""settings": {"#,
        r#""settings": {"reasonHeader": false, "#,
    );
    assert_eq!(run(&get("/nothing"), &config).1[1], "reply 404");
}

#[test]
fn what_the_client_says_of_itself_is_removed() {
    let mut host = get("/plain");
    host.request.push(("x-gamma-cluster", b"stolen"));
    host.request.push(("X-Gamma-Anything", b"\xff"));
    host.request.push(("x-envoy-original-path", b"/lie"));
    let (_, calls) = run(&host, CONFIG);
    assert_eq!(
        calls,
        [
            "read Request",
            "remove Request x-gamma-cluster",
            "remove Request X-Gamma-Anything",
            "remove Request x-envoy-original-path",
            "set Request x-gamma-cluster: plain",
        ]
    );
    // Also where no Service is known, so that nothing is left to select a cluster with.
    host.request[2] = (":authority", b"elsewhere");
    let (progress, calls) = run(&host, CONFIG);
    assert!(matches!(progress, RequestProgress::Continue(_)));
    assert_eq!(calls.len(), 4);
}

#[test]
fn the_destination_is_asked_for_only_if_it_can_matter() {
    let config = CONFIG.replace(
        r#""name": "s","#,
        r#""name": "s", "clusterIPs": ["10.0.0.1"],"#,
    );
    let mut host = get("/plain");
    host.request[2] = (":authority", b"elsewhere");
    host.properties = vec![("destination.address", "10.0.0.1:80")];
    let (_, calls) = run(&host, &config);
    assert_eq!(
        calls,
        [
            "read Request",
            "property destination.address",
            "set Request x-gamma-cluster: plain",
        ]
    );
}

#[test]
fn a_failing_host_call_never_lets_the_request_through() {
    for path in ["/edit", "/plain", "/moved", "/bad"] {
        let all = run(&get(path), CONFIG).1;
        let in_request = all.iter().filter(|call| !call.contains("Response")).count();
        for fail_at in 1..=in_request {
            let host = get(path);
            let shared = Shared::new(CONFIG, &host).unwrap();
            host.calls();
            host.fail_at.set(Some(fail_at));
            let progress = request::on_headers(&host, &shared);
            assert!(
                matches!(progress, RequestProgress::Answered(_)),
                "{path} {fail_at}"
            );
            assert_eq!(
                host.calls().last().unwrap(),
                "reply 500",
                "{path} {fail_at}"
            );
        }
    }
}

#[test]
fn the_client_namespace_comes_from_config_then_node_then_default() {
    let config = CONFIG.replace(r#""clientNamespace": "n", "#, "");
    let namespace_of = |properties: Vec<(&'static str, &'static str)>| {
        let mut host = get("/plain");
        host.properties = properties;
        // `s` is a short name: it is known from its own namespace only.
        run(&host, &config).1.len() == 2
    };
    assert!(namespace_of(vec![("xds.node.metadata.NAMESPACE", "n")]));
    assert!(namespace_of(vec![("node.metadata.NAMESPACE", "n")]));
    assert!(!namespace_of(vec![]));
    assert!(!namespace_of(vec![("xds.node.metadata.NAMESPACE", "")]));
}

#[test]
fn a_bad_configuration_is_refused_with_its_place() {
    let host = Recorder::default();
    let config = CONFIG.replace(r#""value": "/plain""#, r#""value": "plain""#);
    let error = Shared::new(config, &host).unwrap_err();
    let error = error.to_string();
    assert!(error.contains("rules[6].matches[0].path.value"), "{error}");
    assert!(Shared::new(Vec::new(), &host).is_ok());
}

//! What only some rules have: CORS, ExternalAuth, sessions; and what settings turn off.

use super::{Recorder, get, run};
use crate::{
    config::Shared,
    external_auth,
    progress::{RequestProgress, ResponseProgress},
    request, response,
};

const CONFIG: &str = r#"{
  "version": 1,
  "settings": {"clientNamespace": "n", "metrics": false, "ruleProperty": false},
  "services": [{"namespace": "n", "name": "s", "ports": [{"port": 80, "cluster": "own", "producer": {"rules": [
    {"route": "HTTPRoute/n/r", "name": "cors", "matches": [{"path": {"value": "/cors"}}],
     "filters": [{"cors": {"allowOrigins": ["http://a"]}}], "backendRefs": [{"cluster": "c"}]},
    {"matches": [{"path": {"value": "/auth"}}], "timeouts": {"request": "3s"},
     "filters": [{"externalAuth": {"cluster": "auth", "pathPrefix": "/check", "allowedHeaders": ["x-token"],
                                   "allowedResponseHeaders": ["x-user"]}},
                 {"urlRewrite": {"path": {"replaceFullPath": "/new"}}}],
     "backendRefs": [{"cluster": "c"}]},
    {"matches": [{"path": {"value": "/session"}}], "backendRefs": [{"cluster": "c"}],
     "sessionPersistence": {"name": "s", "absoluteTimeout": "1m"}},
    {"matches": [{"path": {"value": "/backoff"}}], "backendRefs": [{"cluster": "c"}],
     "retry": {"attempts": 2, "backoff": "1s"}},
    {"route": "HTTPRoute/n/r", "name": "3", "matches": [{"path": {"value": "/mirror"}}],
     "filters": [{"requestMirror": {"cluster": "m"}}], "backendRefs": [{"cluster": "c"}]},
    {"route": "HTTPRoute/n/r", "name": "4", "matches": [{"path": {"value": "/bad"}}], "backendRefs": [{"invalid": "gone"}]}
  ]}}]}]
}"#;

#[test]
fn a_preflight_is_answered_and_a_request_goes_on() {
    let mut host = get("/cors");
    host.request.push(("origin", b"http://a"));
    let (progress, calls) = run(&host, CONFIG);
    assert!(matches!(progress, RequestProgress::Continue(_)));
    let allowed = [
        "add Response vary: origin",
        "set Response access-control-allow-origin: http://a",
    ];
    assert_eq!(calls[2..], allowed);

    host.request[0] = (":method", b"OPTIONS");
    host.request.push(("access-control-request-method", b"PUT"));
    let (progress, calls) = run(&host, CONFIG);
    assert!(matches!(progress, RequestProgress::Answered(_)));
    assert_eq!(calls[1], "reply 204");
    assert_eq!(calls[2..4], allowed);
}

type Answer = [(&'static str, &'static [u8])];

/// What happens when the service answers `answer`.
fn authorise(answer: &Answer) -> (RequestProgress, Vec<String>) {
    let host = asked(answer);
    let shared = Shared::new(CONFIG, &host).unwrap();
    let progress = authorise_by(&host, &shared);
    let calls = host.calls();
    (progress, calls)
}

fn asked(answer: &Answer) -> Recorder {
    Recorder {
        answer: answer.to_vec(),
        ..get("/auth?q")
    }
}

fn authorise_by(host: &Recorder, shared: &Shared) -> RequestProgress {
    let RequestProgress::Waiting(waiting) = request::on_headers(host, shared) else {
        panic!("it does not wait");
    };
    host.calls();
    external_auth::answered(host, shared, *waiting, 4)
}

#[test]
fn whoever_is_denied_reads_what_the_service_says() {
    let host = asked(&[(":status", b"401")]);
    authorise_by(&host, &Shared::new(CONFIG, &host).unwrap());
    assert_eq!(host.replied.take(), b"body");
}

#[test]
fn the_service_is_told_what_the_filter_allows() {
    let mut host = get("/auth?q");
    host.request.push(("Authorization", b"me"));
    host.request.push(("x-token", b"1"));
    host.request.push(("cookie", b"2"));
    let (progress, calls) = run(&host, CONFIG);
    assert!(matches!(progress, RequestProgress::Waiting(_)));
    assert_eq!(
        calls[1],
        "call auth 3s :method: GET :scheme: http :authority: s :path: /check/auth?q content-length: 0 \
         Authorization: me x-token: 1"
    );
    assert_eq!(calls.len(), 2, "nothing is changed before it is allowed");
}

#[test]
fn who_is_allowed_goes_on_as_decided() {
    let (progress, calls) = authorise(&[
        (":status", b"200"),
        ("x-user", b"me"),
        ("x-user", b"too"),
        ("x-other", b"1"),
    ]);
    assert!(matches!(progress, RequestProgress::Continue(_)));
    assert_eq!(
        calls,
        [
            "read CallResponse",
            "set Request x-user: me",
            "add Request x-user: too",
            "set Request x-envoy-original-path: /auth?q",
            "set Request :path: /new?q",
            "set Request x-envoy-upstream-rq-timeout-ms: 3000",
            "set Request x-gamma-cluster: c",
            "resume",
        ]
    );
}

#[test]
fn everyone_else_is_denied() {
    let denied = [
        (":status", &b"302"[..]),
        ("location", b"/login"),
        ("connection", b"close"),
    ];
    let table: [(&Answer, &str); 5] = [
        (&denied, "reply 302 location: /login"),
        (&[(":status", b"401")], "reply 401"),
        (&[(":status", b"204")], "reply 204"),
        (
            &[(":status", b"503")],
            "reply 403 x-gamma-reason: external-auth-failed",
        ),
        (&[], "reply 403 x-gamma-reason: external-auth-failed"),
    ];
    for (answer, expected) in table {
        let (progress, calls) = authorise(answer);
        assert!(
            matches!(progress, RequestProgress::Answered(_)),
            "{expected}"
        );
        assert_eq!(calls, ["read CallResponse", expected]);
    }
}

#[test]
fn a_call_that_cannot_be_made_denies() {
    let mut host = get("/auth");
    host.request.push(("x-token", b"\xff"));
    let (progress, calls) = run(&host, CONFIG);
    assert!(matches!(progress, RequestProgress::Answered(_)));
    assert_eq!(calls[1], "reply 403 x-gamma-reason: external-auth-failed");

    let host = get("/auth");
    let shared = Shared::new(CONFIG, &host).unwrap();
    host.calls();
    host.fail_at.set(Some(2));
    assert!(matches!(
        request::on_headers(&host, &shared),
        RequestProgress::Answered(_)
    ));
}

#[test]
fn a_session_begins_where_it_was_answered() {
    let mut host = get("/session");
    host.now = 1_000;
    host.properties = vec![("upstream.address", "127.0.0.1:80")];
    let (_, calls) = run(&host, CONFIG);
    let cookie = calls.last().unwrap();
    let (before, rest) = cookie.split_once(" set-cookie: s=").unwrap();
    let (token, attributes) = rest.split_once(';').unwrap();
    assert_eq!(before, "add Response");
    assert!(token.ends_with("00000000000004247f0000010050"), "{token}");
    assert_eq!(attributes, " Path=/; HttpOnly; SameSite=Strict");

    // It comes back: to the same endpoint, and nothing is said again.
    let line: &'static str = format!("s={token}").leak();
    host.request.push(("cookie", line.as_bytes()));
    let (_, calls) = run(&host, CONFIG);
    assert_eq!(
        calls[1..],
        [
            "set Request x-gamma-endpoint: 127.0.0.1:80",
            "set Request x-gamma-cluster: c",
            "property upstream.address",
        ]
    );
    // Another endpoint had to answer: the session is there now.
    host.properties = vec![("upstream.address", "127.0.0.1:81")];
    let (_, calls) = run(&host, CONFIG);
    assert!(calls.last().unwrap().contains("0051; Path"));
    // It is over.
    host.now = 1_060;
    let (_, calls) = run(&host, CONFIG);
    assert_eq!(calls[1], "set Request x-gamma-cluster: c");
    // Nobody answered.
    host.properties.clear();
    let (_, calls) = run(&host, CONFIG);
    assert_eq!(calls.last().unwrap(), "property upstream.address");
}

#[test]
fn a_back_off_selects_a_route() {
    let (_, calls) = run(&get("/backoff"), CONFIG);
    assert!(calls.contains(&"set Request x-gamma-retry-backoff: 1000".to_owned()));
}

#[test]
fn requests_are_counted_by_route_rule_and_backend() {
    let on = CONFIG.replace(r#""metrics": false, "#, "");
    let table = [
        (
            "/mirror",
            "answer=.=forwarded;.;route=.=HTTPRoute/n/r;.;rule=.=3;.;backend=.=c;.;gamma_requests_total",
        ),
        (
            "/mirror",
            "route=.=HTTPRoute/n/r;.;rule=.=3;.;backend=.=m;.;gamma_mirrored_total",
        ),
        (
            "/bad",
            "answer=.=invalid-backend;.;route=.=HTTPRoute/n/r;.;rule=.=4;.;gamma_requests_total",
        ),
        ("/none", "answer=.=no-matching-rule;.;gamma_requests_total"),
    ];
    for (path, name) in table {
        let (_, calls) = run(&get(path), &on);
        let defined = calls
            .iter()
            .position(|call| *call == format!("define {name}"));
        let defined = defined.unwrap_or_else(|| panic!("{name}: {calls:?}"));
        assert_eq!(calls[defined + 1], "count 7");
    }
    // The second time it is known.
    let host = get("/bad");
    let shared = Shared::new(on, &host).unwrap();
    request::on_headers(&host, &shared);
    host.calls();
    request::on_headers(&host, &shared);
    assert_eq!(host.calls()[1], "count 7");
}

#[test]
fn access_logs_learn_the_rule() {
    let on = CONFIG.replace(r#", "ruleProperty": false"#, "");
    let (_, calls) = run(&get("/bad"), &on);
    assert_eq!(calls[1], "property gamma.rule = HTTPRoute/n/r/4");
}

#[test]
fn a_failing_call_while_a_request_waits_never_lets_it_through() {
    for fail_at in 2..=8 {
        let host = Recorder {
            answer: vec![(":status", b"200"), ("x-user", b"me")],
            ..get("/auth")
        };
        let shared = Shared::new(CONFIG, &host).unwrap();
        let RequestProgress::Waiting(waiting) = request::on_headers(&host, &shared) else {
            panic!("it does not wait");
        };
        host.calls();
        host.fail_at.set(Some(fail_at));
        let progress = external_auth::answered(&host, &shared, *waiting, 0);
        let calls = host.calls();
        if calls.len() >= fail_at {
            assert!(
                matches!(progress, RequestProgress::Answered(_)),
                "{fail_at}"
            );
            assert_eq!(calls.last().unwrap(), "reply 500");
        } else if let RequestProgress::Continue(decision) = progress {
            let progress = response::on_headers(&host, &shared, &decision, true);
            assert!(matches!(progress, ResponseProgress::Continue(None)));
        }
    }
}

#[test]
fn what_a_client_says_in_the_filters_headers_is_neither_matched_nor_told() {
    const CONFIG: &str = r#"{
      "version": 1,
      "settings": {"clientNamespace": "n", "metrics": false, "ruleProperty": false},
      "services": [{"namespace": "n", "name": "s", "ports": [{"port": 80, "cluster": "own", "producer": {"rules": [
        {"matches": [{"headers": [{"name": "x-envoy-max-retries", "value": "9"}]}], "backendRefs": [{"cluster": "wrong"}]},
        {"filters": [{"externalAuth": {"cluster": "auth", "allowedHeaders": ["x-envoy-original-path", "x-user"]}}],
         "backendRefs": [{"cluster": "right"}]}
      ]}}]}]
    }"#;
    let mut host = get("/");
    host.request.push(("X-Envoy-Max-Retries", b"9"));
    host.request.push(("x-envoy-original-path", b"/lie"));
    host.request.push(("x-user", b"me"));
    let (progress, calls) = run(&host, CONFIG);
    assert!(matches!(progress, RequestProgress::Waiting(_)));
    assert_eq!(
        calls[1..],
        [
            "remove Request X-Envoy-Max-Retries",
            "remove Request x-envoy-original-path",
            "call auth 10s :method: GET :scheme: http :authority: s :path: / content-length: 0 x-user: me",
        ]
    );
}

/// Istio's: the filter runs in sidecars and gateways, and more than once where several plugins fit.
const SIDECAR: &str = r#"{
  "version": 1,
  "settings": {"clientNamespace": "n", "metrics": false, "ruleProperty": false, "istioSidecar": true},
  "services": [{"namespace": "n", "name": "s", "ports": [{"port": 80, "cluster": "own", "producer": {"rules": [
    {"backendRefs": [{"cluster": "plain"}]}]}}]}]
}"#;

#[test]
fn a_second_filter_lets_pass_what_the_first_has_decided() {
    let mut host = get("/x");
    host.properties = vec![("xds.node.id", "sidecar~10.0.0.1~pod.n~n.svc.cluster.local")];
    let (progress, calls) = run(&host, SIDECAR);
    assert!(matches!(progress, RequestProgress::Continue(_)));
    assert_eq!(
        calls,
        [
            "property gamma.decided",
            "read Request",
            "property gamma.decided = 1",
            "set Request x-gamma-cluster: plain",
        ]
    );
    host.properties.push(("gamma.decided", "1"));
    let (progress, calls) = run(&host, SIDECAR);
    assert!(matches!(progress, RequestProgress::Untouched));
    assert_eq!(calls, ["property gamma.decided"]);
}

/// The next filter may know the Service.
#[test]
fn what_passes_is_not_decided() {
    let mut host = get("/x");
    host.request[2].1 = b"elsewhere";
    let (_, calls) = run(&host, SIDECAR);
    assert_eq!(calls, ["property gamma.decided", "read Request"]);
}

#[test]
fn gateways_are_left_alone() {
    for (id, decides) in [
        ("sidecar~10.0.0.1~pod.n~n.svc.cluster.local", true),
        ("router~10.0.0.1~pod.n~n.svc.cluster.local", false),
        ("waypoint~10.0.0.1~pod.n~n.svc.cluster.local", false),
        ("", false),
    ] {
        let mut host = get("/x");
        host.properties = vec![("node.id", id)];
        let (progress, calls) = run(&host, SIDECAR);
        let continued = matches!(progress, RequestProgress::Continue(_));
        assert_eq!((continued, calls.is_empty()), (decides, !decides), "{id}");
        // Elsewhere the name of the node means nothing.
        let (progress, _) = run(&host, &SIDECAR.replace("true", "false"));
        assert!(matches!(progress, RequestProgress::Continue(_)), "{id}");
    }
}

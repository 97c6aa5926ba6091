//! What the filter does for the habits of single hosts, where no fixture shows it.

use std::collections::BTreeSet;

use gamma_interpreter::{
    Headers, Hosted, LocalReply, Turn,
    profile::{APISIX, BARE, ENVOY, HostProfile, NGINX},
};

use crate::{COMPAT, headers, value};

const RULES: &str = r#"
    {"matches": [{"path": {"type": "Exact", "value": "/a%2Fb"}}], "backendRefs": [{"cluster": "raw"}]},
    {"matches": [{"path": {"value": "/new"}}], "backendRefs": [{"cluster": "new"}],
     "filters": [{"urlRewrite": {"hostname": "other", "path": {"replacePrefixMatch": "/v2"}}}]},
    {"matches": [{"path": {"value": "/split"}}], "backendRefs": [{"cluster": "one"}, {"cluster": "two"}]},
    {"matches": [{"path": {"value": "/all"}}], "timeouts": {"request": "1s"}, "retry": {},
     "sessionPersistence": {"name": "s", "absoluteTimeout": "1h"},
     "backendRefs": [{"cluster": "one", "filters": [{"requestMirror": {"cluster": "two"}}]}],
     "filters": [{"requestHeaderModifier": {"remove": ["x-debug"]}}, {"externalAuth": {"cluster": "auth"}}]}"#;

fn config(host: &str, rules: &str) -> String {
    format!(
        r#"{{"version": 1, "settings": {{{host} "clientNamespace": "shop"}},
            "services": [{{"namespace": "shop", "name": "cart", "ports": [{{"port": 80, "cluster": "cart",
            "producer": {{"rules": [{rules}]}}}}]}}]}}"#
    )
}

fn nginx() -> Hosted {
    Hosted::start(&COMPAT, NGINX, &config(r#""host": "nginx","#, RULES)).unwrap()
}

fn get(profile: &HostProfile, path: &str) -> Headers {
    let authority = profile.authority.unwrap_or("cart");
    headers(&[
        (":authority", authority),
        (":path", path),
        (":method", "GET"),
        (":scheme", "http"),
        ("Host", "cart"),
    ])
}

fn cluster(host: &mut Hosted, request: Headers) -> Option<String> {
    assert_eq!(host.request(request).unwrap(), Turn::GoesOn);
    let cluster = value(&host.visible(), "x-gamma-cluster");
    host.end().unwrap();
    cluster
}

#[test]
fn the_path_is_matched_as_the_client_sent_it() {
    let mut host = nginx();
    host.vm().set_property("request\0path", b"/a%2Fb");
    assert_eq!(
        cluster(&mut host, get(&NGINX, "/a/b")).as_deref(),
        Some("raw")
    );
}

#[test]
fn rewrites_are_handed_over_where_they_can_be_read() {
    let mut host = nginx();
    host.vm().set_property("request\0path", b"/new/a%20b?q");
    host.request(get(&NGINX, "/new/a b?q")).unwrap();
    let visible = host.visible();
    assert_eq!(
        value(&visible, "x-gamma-path").as_deref(),
        Some("/v2/a%20b?q")
    );
    assert_eq!(value(&visible, "x-gamma-host").as_deref(), Some("other"));
    assert_eq!(value(&visible, ":authority").as_deref(), Some("_:28000"));

    // Where they can be written, no other host stays beside the new one.
    let mut host = Hosted::start(&COMPAT, APISIX, &config("", RULES)).unwrap();
    host.request(get(&APISIX, "/new/a")).unwrap();
    let visible = host.visible();
    for name in [":authority", "host"] {
        assert_eq!(value(&visible, name).as_deref(), Some("other"), "{name}");
    }
    assert_eq!(value(&visible, ":path").as_deref(), Some("/v2/a"));
}

#[test]
fn grpc_errors_are_said_in_headers() {
    let mut host = nginx();
    let mut request = get(&NGINX, "/nowhere");
    request.extend(headers(&[("Content-Type", "application/grpc")]));
    let Turn::Replied(reply) = host.request(request).unwrap() else {
        panic!("not answered");
    };
    assert_eq!((reply.status, reply.grpc_status), (200, None));
    assert_eq!(value(&reply.headers, "grpc-status").as_deref(), Some("12"));
    let kind = value(&reply.headers, "content-type");
    assert_eq!(kind.as_deref(), Some("application/grpc"));
    let message = value(&reply.headers, "grpc-message").unwrap();
    let is_plain = |byte: u8| (b' '..=b'~').contains(&byte) && byte != b'%';
    assert!(message.bytes().all(is_plain), "{message}");
}

/// WasmX stops the VM at a counter whose name is too long; Kubernetes allows names of 253 bytes.
#[test]
fn counters_have_short_names_that_differ() {
    let rules: Vec<String> = ["/1", "/2"]
        .iter()
        .map(|path| {
            let long = "n".repeat(253);
            format!(
                r#"{{"route": "HTTPRoute/{long}/{long}{path}", "name": "0", "matches": [{{"path": {{"value": "{path}"}}}}],
                     "backendRefs": [{{"cluster": "{long}{path}"}}]}}"#
            )
        })
        .collect();
    let config = config(r#""host": "nginx","#, &rules.join(","));
    let mut host = Hosted::start(&COMPAT, NGINX, &config).unwrap();
    for path in ["/1", "/2", "/1"] {
        host.request(get(&NGINX, path)).unwrap();
        host.end().unwrap();
    }
    let counters = host.vm().counters();
    let counts: Vec<u64> = counters.iter().map(|(_, count)| *count).collect();
    assert_eq!(counts, [2, 1], "{counters:?}");
    for (name, _) in counters {
        assert!(name.len() <= 200 && name.ends_with("gamma_requests_total"));
        assert!(name.contains("answer=.=forwarded;.;route=.=HTTPRoute/n"));
    }
}

/// Without a source of randomness, and without a clock.
#[test]
fn workers_draw_different_splits() {
    let mut drawn = BTreeSet::new();
    for worker in 0..20 {
        let mut host = Hosted::start(&COMPAT, BARE, &config("", RULES)).unwrap();
        let mut request = get(&BARE, "/split");
        request.extend(headers(&[("x-request-id", &worker.to_string())]));
        drawn.insert(cluster(&mut host, request).unwrap());
    }
    assert_eq!(drawn.len(), 2, "{drawn:?}");
    // And one worker's requests are as the weights say.
    let mut host = Hosted::start(&COMPAT, BARE, &config("", RULES)).unwrap();
    let draws = (0..400).map(|_| cluster(&mut host, get(&BARE, "/split")).unwrap());
    let ones = draws.filter(|cluster| cluster == "one").count();
    assert!((150..250).contains(&ones), "{ones}");
}

#[test]
fn what_a_host_cannot_do_is_said_once_at_configure() {
    let said = |profile, host: &str, rules| {
        let mut hosted = Hosted::start(&COMPAT, profile, &config(host, rules)).unwrap();
        hosted.vm().take_log()
    };
    let log = said(NGINX, r#""host": "nginx","#, RULES);
    for feature in [
        "timeouts",
        "retry",
        "RequestMirror",
        "sessionPersistence",
        "RequestHeaderModifier.remove",
        "URLRewrite",
        "ExternalAuth",
    ] {
        let line = format!("{feature} in nginx: ");
        let lines = log.iter().filter(|said| said.starts_with(&line));
        assert_eq!(lines.count(), 1, "{feature}: {log:?}");
    }
    let plain = r#"{"backendRefs": [{"cluster": "one"}]}"#;
    assert_eq!(said(NGINX, r#""host": "nginx","#, plain).len(), 1);
    assert_eq!(said(ENVOY, r#""host": "envoy","#, RULES).len(), 1);
    let log = said(BARE, "", RULES);
    assert!(log.iter().any(|line| line.contains("no clock")), "{log:?}");
}

/// A body that arrives while a request waits, or after it was answered, must not let it go on.
#[test]
fn a_request_that_waits_is_not_let_go_by_its_body() {
    let mut host = nginx();
    let turn = host.request(get(&NGINX, "/all")).unwrap();
    assert!(matches!(turn, Turn::Calls(_)), "{turn:?}");
    let turn = host.request(get(&NGINX, "/nowhere")).unwrap();
    let Turn::Replied(LocalReply { status, .. }) = turn else {
        panic!("{turn:?}");
    };
    assert_eq!(status, 404);
}

//! Two ways in which a client could choose its upstream in nginx. In a lenient host, so that a module from before
//! they were closed can be tried too: `GAMMA_COMPAT_WASM=old.wasm cargo test -p gamma-tests --test hosts holes`.

use gamma_interpreter::{Headers, Hosted, LocalReply, Turn, profile::NGINX};

use crate::{COMPAT, headers, value};

/// A Service of which the requests here know nothing: they pass through.
const CONFIG: &str = r#"{"version": 1, "settings": {"host": "nginx", "clientNamespace": "shop"},
    "services": [{"namespace": "shop", "name": "cart", "ports": [{"port": 80, "cluster": "cart",
    "producer": {"rules": [
      {"matches": [{"path": {"value": "/edited"}}], "backendRefs": [{"cluster": "cart"}],
       "filters": [{"requestHeaderModifier": {"remove": ["x-debug"]}}]},
      {"backendRefs": [{"cluster": "cart"}]}]}}]}]}"#;

fn start() -> Hosted {
    // Modules from before `settings.host` don't know it.
    let old = CONFIG.replace(r#""host": "nginx", "#, "");
    Hosted::start_leniently(&COMPAT, NGINX, CONFIG)
        .or_else(|_| Hosted::start_leniently(&COMPAT, NGINX, &old))
        .unwrap()
}

fn request(authority: &str, path: &str, more: &[(&str, &str)]) -> Headers {
    let mut request = headers(&[
        (":authority", "_:28000"),
        (":path", path),
        (":method", "GET"),
        (":scheme", "http"),
        ("Host", authority),
    ]);
    request.extend(headers(more));
    request
}

/// "A client that puts 96 other header lines before it gets `x-gamma-cluster` past the scrubber."
#[test]
fn no_number_of_headers_gets_a_cluster_past_the_filter() {
    for lines in [0, 1, 90, 94, 95, 96, 97, 200] {
        let mut host = start();
        let names: Vec<String> = (0..lines).map(|i| format!("X-Fill-{i}")).collect();
        let mut more: Vec<(&str, &str)> = names.iter().map(|name| (&**name, "1")).collect();
        more.push(("X-Gamma-Cluster", "internal"));
        let turn = host.request(request("elsewhere", "/", &more)).unwrap();
        match turn {
            Turn::GoesOn => {
                let cluster = value(&host.visible(), "x-gamma-cluster");
                assert_eq!(cluster, None, "after {lines} headers");
            }
            Turn::Replied(LocalReply { status, .. }) => assert_eq!(status, 431, "{lines}"),
            turn => panic!("{lines}: {turn:?}"),
        }
    }
}

/// "Headers that the filter removes from a request still reach the upstream."
#[test]
fn what_is_removed_does_not_reach_the_upstream() {
    let secrets = [
        ("X-Gamma-Cluster", "internal"),
        ("X-Gamma-Endpoint", "10.0.0.1:22"),
        ("X-Envoy-Retry-On", "5xx"),
        ("X-Debug", "all"),
    ];
    for (authority, path) in [("cart", "/"), ("cart", "/edited"), ("elsewhere", "/")] {
        let mut host = start();
        let turn = host.request(request(authority, path, &secrets)).unwrap();
        assert_eq!(turn, Turn::GoesOn);
        let visible = host.visible();
        let sent = [visible, host.hidden()].concat();
        for (name, secret) in &secrets[..if path == "/edited" { 4 } else { 3 }] {
            let values = sent.iter().filter(|(other, value)| {
                other.eq_ignore_ascii_case(name.as_bytes()) && value == secret.as_bytes()
            });
            assert_eq!(values.count(), 0, "{name} of {authority}{path}: {sent:?}");
        }
    }
}

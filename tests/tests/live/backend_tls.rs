//! TLS to backends as BackendTLSPolicies ask for, with real certificates and servers.

use std::{fs, net::SocketAddr};

use gamma_compile::Options;
use gamma_testbed::{
    client::{Client, Request, Response},
    envoy,
    manifests::read,
    shop::{EditedShop, backend, get},
    stage::{Backends, Stage, wasm},
};

use crate::{
    certificates::Authority,
    terminator::{Spy, terminator},
};

/// Services, and a route on `front` whose rules lead to each port of `pay`.
const MANIFESTS: &str = r#"
apiVersion: v1
kind: Service
metadata: {name: front}
spec: {ports: [{name: http, port: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: pay}
spec:
  ports:
    - {name: https, port: 443, appProtocol: https}
    - {name: h2c, port: 444, appProtocol: kubernetes.io/h2c}
    - {name: http, port: 80}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: front}
spec:
  parentRefs: [{group: "", kind: Service, name: front}]
  rules:
    - {matches: [{path: {value: /https}}], backendRefs: [{name: pay, port: 443}]}
    - {matches: [{path: {value: /h2c}}], backendRefs: [{name: pay, port: 444}]}
    - {matches: [{path: {value: /http}}], backendRefs: [{name: pay, port: 80}]}
    - matches: [{path: {value: /mirrored}}]
      filters: [{type: RequestMirror, requestMirror: {backendRef: {name: pay, port: 443}}}]
      backendRefs: [{name: front, port: 80}]
    - matches: [{path: {value: /session}}]
      sessionPersistence: {sessionName: s}
      backendRefs: [{name: pay, port: 443}]
---
"#;

fn config_map(name: &str, pem: &str) -> String {
    let pem = pem.replace('\n', "\n    ");
    format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\ndata:\n  ca.crt: |\n    {pem}\n---\n"
    )
}

/// A policy for `pay`; `section` is more of its targetRef.
fn policy(name: &str, section: &str, hostname: &str, trust: &str, names: &str) -> String {
    format!(
        "apiVersion: gateway.networking.k8s.io/v1\nkind: BackendTLSPolicy\nmetadata: {{name: {name}}}\n\
         spec:\n  targetRefs: [{{group: '', kind: Service, name: pay{section}}}]\n  \
         validation: {{hostname: {hostname}, {trust}, subjectAltNames: [{names}]}}\n---\n"
    )
}

fn refs(names: &[&str]) -> String {
    let refs = names
        .iter()
        .map(|name| format!("{{group: '', kind: ConfigMap, name: {name}}}"));
    format!(
        "caCertificateRefs: [{}]",
        refs.collect::<Vec<_>>().join(", ")
    )
}

/// An Envoy before backends, where all ports of `pay` lead to `server`.
fn stage(more: &str, server: SocketAddr) -> (Stage, Backends) {
    let manifests = read(&format!("{MANIFESTS}{more}")).unwrap();
    let mut backends = Backends::start(&manifests).unwrap();
    backends.replace("pay", server);
    let options = envoy::Options::default();
    let stage = Stage::start(&backends.manifests, &Options::default(), &wasm(), &options).unwrap();
    (stage, backends)
}

fn ask(stage: &Stage, path: &str) -> Response {
    let request = Request::get("front", path);
    Client::new(stage.address()).send(&request).unwrap()
}

/// An echo backend whose answers say `pay`.
fn echo() -> gamma_testbed::echo::Echo {
    let identity = gamma_testbed::echo::Identity::new("default", "pay", 443);
    gamma_testbed::echo::Echo::start(identity).unwrap()
}

/// What it is about, the server, `hostname`, the ConfigMaps that are trusted, `subjectAltNames`, and who
/// answers or with which status.
type TlsCase<'c> = (&'c str, &'c Spy, &'c str, &'c [&'c str], String, &'c str);

/// Whether a certificate is taken, and what becomes of the request if it is not. No case sends a byte in
/// plain text.
#[test]
fn only_the_certificate_that_the_policy_asks_for_is_taken() {
    let echo = echo();
    let [right, wrong] = ["right", "wrong"].map(Authority::new);
    let names = [
        "pay.shop.svc",
        "alias.shop.svc",
        "spiffe://cluster.local/ns/shop/sa/pay",
    ];
    let server = terminator(&right.certificate(&names), "", echo.address());
    let spy = Spy::on(server.listener("tls").unwrap());
    let for_all = terminator(&right.certificate(&["*.shop.svc"]), "", echo.address());
    let wildcard = Spy::on(for_all.listener("tls").unwrap());
    let maps = config_map("right", &right.pem)
        + &config_map("wrong", &wrong.pem)
        + &config_map("both", &format!("{}{}", wrong.pem, right.pem));
    let dns = |name: &str| format!("{{type: Hostname, hostname: '{name}'}}");
    let uri = |uri: &str| format!("{{type: URI, uri: '{uri}'}}");
    let spiffe = uri("spiffe://cluster.local/ns/shop/sa/pay");
    let table: &[TlsCase<'_>] = &[
        (
            "the right name",
            &spy,
            "pay.shop.svc",
            &["right"],
            String::new(),
            "pay",
        ),
        (
            "another of its names",
            &spy,
            "alias.shop.svc",
            &["right"],
            String::new(),
            "pay",
        ),
        (
            "an authority that did not sign",
            &spy,
            "pay.shop.svc",
            &["wrong"],
            String::new(),
            "503",
        ),
        (
            "several authorities",
            &spy,
            "pay.shop.svc",
            &["wrong", "right"],
            String::new(),
            "pay",
        ),
        (
            "a bundle",
            &spy,
            "pay.shop.svc",
            &["both"],
            String::new(),
            "pay",
        ),
        (
            "one of the references is wrong",
            &spy,
            "pay.shop.svc",
            &["right", "absent"],
            String::new(),
            "pay",
        ),
        (
            "a name that it does not have",
            &spy,
            "cart.shop.svc",
            &["right"],
            String::new(),
            "503",
        ),
        (
            "the host name is for SNI only",
            &spy,
            "cart.shop.svc",
            &["right"],
            dns("pay.shop.svc"),
            "pay",
        ),
        (
            "the host name does not do",
            &spy,
            "pay.shop.svc",
            &["right"],
            dns("cart.shop.svc"),
            "503",
        ),
        (
            "a URI",
            &spy,
            "cart.shop.svc",
            &["right"],
            spiffe.clone(),
            "pay",
        ),
        (
            "another URI",
            &spy,
            "pay.shop.svc",
            &["right"],
            uri("spiffe://cluster.local/ns/shop/sa/cart"),
            "503",
        ),
        (
            "one of several",
            &spy,
            "a.b",
            &["right"],
            format!("{}, {spiffe}", dns("c.d")),
            "pay",
        ),
        (
            "any name below",
            &spy,
            "a.b",
            &["right"],
            dns("*.shop.svc"),
            "pay",
        ),
        (
            "no name below",
            &spy,
            "a.b",
            &["right"],
            dns("*.svc"),
            "503",
        ),
        (
            "a certificate for all below",
            &wildcard,
            "pay.shop.svc",
            &["right"],
            String::new(),
            "pay",
        ),
        (
            "that is not for those beside",
            &wildcard,
            "pay.mall.svc",
            &["right"],
            String::new(),
            "503",
        ),
        (
            "asked for as it is written",
            &wildcard,
            "a.b",
            &["right"],
            dns("*.shop.svc"),
            "pay",
        ),
        (
            "no certificate at all",
            &spy,
            "pay.shop.svc",
            &["absent"],
            String::new(),
            "500",
        ),
    ];
    for (what, spy, hostname, trusted, names, expected) in table {
        let policy = policy("pay", "", hostname, &refs(trusted), names);
        let (stage, _backends) = stage(&format!("{maps}{policy}"), spy.address);
        let answer = backend(&ask(&stage, "/https"));
        assert_eq!(answer, *expected, "{what}\n{}", stage.envoy().log_tail());
        let connections = spy.tls_connections();
        assert_eq!(connections > 0, *expected != "500", "{what}: {connections}");
    }
}

#[test]
fn the_host_name_is_asked_for_and_the_protocol_is_agreed_on() {
    let echo = echo();
    let authority = Authority::new("right");
    let certificate = authority.certificate(&["pay.shop.svc"]);
    let server = terminator(&certificate, "pay.shop.svc", echo.address());
    let spy = Spy::on(server.listener("tls").unwrap());
    let trust = refs(&["right"]);
    let map = config_map("right", &authority.pem);
    let (stage, backends) = stage(
        &(map + &policy("pay", "", "pay.shop.svc", &trust, "")),
        spy.address,
    );
    let version = |path: &str| ask(&stage, path).echoed().unwrap().version;
    assert_eq!(version("/https"), "HTTP/1.1");
    assert_eq!(version("/h2c"), "HTTP/2.0");
    assert_eq!(version("/session"), "HTTP/1.1");
    spy.tls_connections();
    // A mirror's copy goes by TLS, too.
    let front = ask(&stage, "/mirrored").echoed().unwrap().backend;
    assert_eq!(front, "front");
    drop(backends);
    let stats = || {
        let stats = stage
            .envoy()
            .admin_get("/stats?filter=pay/443.upstream_rq_200");
        stats.unwrap()
    };
    gamma_testbed::gammactl::until("the copy", || {
        let stats = stats();
        stats.contains(": 3").then_some(()).ok_or(stats)
    })
    .unwrap();
    spy.tls_connections();
}

#[test]
fn a_policy_for_a_port_is_for_that_port_alone_and_comes_first() {
    let echo = echo();
    let [right, wrong] = ["right", "wrong"].map(Authority::new);
    let server = terminator(&right.certificate(&["pay.shop.svc"]), "", echo.address());
    let spy = Spy::on(server.listener("tls").unwrap());
    let maps = config_map("right", &right.pem) + &config_map("wrong", &wrong.pem);
    let of = |name: &str, section: &str, trusted: &str| {
        policy(name, section, "pay.shop.svc", &refs(&[trusted]), "")
    };
    let https = of("port", ", sectionName: https", "right");
    {
        let (stage, _backends) = stage(&format!("{maps}{https}"), spy.address);
        assert_eq!(backend(&ask(&stage, "/https")), "pay");
        spy.tls_connections();
    }
    // The policy for all ports says what is wrong for the one that has its own.
    let all = of("all", "", "wrong");
    let (stage, _backends) = stage(&format!("{maps}{all}{https}"), spy.address);
    assert_eq!(backend(&ask(&stage, "/https")), "pay");
    assert_eq!(backend(&ask(&stage, "/http")), "503");
    assert!(spy.tls_connections() > 1);
}

/// A port that says that it speaks TLS, and no policy: not a byte is sent.
#[test]
fn without_a_policy_nothing_is_sent_in_plain_text() {
    let echo = echo();
    let spy = Spy::on(echo.address());
    let (stage, _backends) = stage("", spy.address);
    let answer = ask(&stage, "/https");
    assert_eq!(answer.status, 500);
    // Nor to those who ask for it by itself.
    let request = Request::get("pay:443", "/");
    let answer = Client::new(stage.address()).send(&request).unwrap();
    assert_eq!(answer.status, 503);
    assert_eq!(ask(&stage, "/mirrored").status, 200);
    assert_eq!(spy.tls_connections(), 0);
    // Whoever does not ask for TLS gets what there was before.
    assert_eq!(backend(&ask(&stage, "/http")), "pay");
}

#[test]
fn a_running_envoy_follows_policies_and_certificates() {
    let mut shop = EditedShop::new();
    let [right, wrong] = ["right", "wrong"].map(Authority::new);
    let certificate = right.certificate(&["base.default.svc"]);
    let server = terminator(&certificate, "", shop.services["base"][0]);
    let address = server.listener("tls").unwrap();
    shop.services.insert("base".into(), vec![address]);
    shop.save();
    let path = shop.path("policy.yaml");
    let more = ["-f", path.to_str().unwrap()];
    let policy = policy("base", "", "base.default.svc", &refs(&["ca"]), "");
    let policy = policy.replace("name: pay", "name: base");
    let update = |text: &str| {
        fs::write(&path, text).unwrap();
        let output = shop.command(&more).output().unwrap();
        assert!(output.status.success(), "{output:?}");
    };
    let with = |authority: &Authority| config_map("ca", &authority.pem) + &policy;
    update(&with(&wrong));
    let envoy = shop.envoy();
    let answer = || {
        let address = envoy.listener("gamma_127.0.0.1:0").unwrap();
        backend(&get(address, "front", "/"))
    };
    assert_eq!(answer(), "503");
    update(&with(&right));
    assert_eq!(answer(), "base");
    // The policy without its certificate.
    update(&policy);
    assert_eq!(answer(), "500");
    update(&with(&right));
    assert_eq!(answer(), "base");
}

//! What `gammactl istio` writes, in an Envoy that is set up as Istio sets up a sidecar.

mod edges;
mod patch;
mod sidecar;
mod two_plugins;

use std::time::Duration;

use gamma_compile::{ClusterNaming, Options, compile};
use gamma_envoy::{
    istio,
    istio::{ConfigFormat, IstioObject, IstioOptions, Scope, needed},
};
use gamma_manifest::{Manifests, diagnostic::Diagnostics};
use gamma_testbed::{
    client::{Client, Request, Response},
    manifests,
    stage::Backends,
};
use sidecar::Sidecar;

const MANIFESTS: &str = r#"
apiVersion: v1
kind: Service
metadata: {name: cart, namespace: shop}
spec: {ports: [{port: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: v1, namespace: shop}
spec: {ports: [{port: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: v2, namespace: shop}
spec: {ports: [{port: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: ledger, namespace: billing}
spec: {ports: [{port: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: plain, namespace: shop}
spec: {ports: [{port: 80}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: cart, namespace: shop}
spec:
  parentRefs: [{group: "", kind: Service, name: cart}]
  rules:
    - matches: [{path: {value: /v2}}]
      backendRefs: [{name: v2, port: 80, weight: 1000000}]
    - matches: [{path: {value: /host}}]
      filters: [{type: URLRewrite, urlRewrite: {hostname: plain.shop, path: {type: ReplacePrefixMatch, replacePrefixMatch: /new}}}]
      backendRefs: [{name: v1, port: 80}]
    - matches: [{path: {value: /elsewhere}}]
      filters: [{type: URLRewrite, urlRewrite: {hostname: elsewhere.example}}]
      backendRefs: [{name: v1, port: 80}]
    - matches: [{path: {value: /copied}}]
      filters: [{type: RequestMirror, requestMirror: {backendRef: {name: v2, port: 80}}}]
      backendRefs: [{name: v1, port: 80}]
    - matches: [{path: {value: /patient}}]
      retry: {codes: [503], attempts: 2, backoff: 10ms}
      backendRefs: [{name: v1, port: 80}]
    - matches: [{path: {value: /impatient}}]
      timeouts: {request: 300ms}
      backendRefs: [{name: v1, port: 80}]
    - matches: [{path: {value: /moved}}]
      filters: [{type: RequestRedirect, requestRedirect: {hostname: example.com, statusCode: 301}}]
    - matches: [{path: {value: /broken}}]
      backendRefs: [{name: nowhere, port: 80}]
    - matches: [{path: {value: /a}}, {headers: [{name: x-a, value: b}], path: {value: /a/b/c}}]
      backendRefs: [{name: v1, port: 80}]
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: cart-for-web, namespace: web}
spec:
  parentRefs: [{group: "", kind: Service, name: cart, namespace: shop}]
  rules: [{backendRefs: [{name: ledger, namespace: billing, port: 80}]}]
"#;

fn options() -> IstioOptions {
    let image = "oci://registry.example.com/gamma-filter:0.1.0";
    IstioOptions {
        config_format: ConfigFormat::Plain,
        ..IstioOptions::new("gamma", image.parse().unwrap())
    }
}

fn objects(manifests: &Manifests, scope: &Scope) -> Vec<IstioObject> {
    let compile_options = Options {
        cluster_names: ClusterNaming::Istio,
        ..Options::default()
    };
    let config = compile(manifests, &compile_options, &mut Diagnostics::default());
    istio::objects(&needed(config, scope, &[]), scope, &options())
}

fn mesh() -> Scope {
    Scope::Mesh {
        root_namespace: "istio-system".into(),
    }
}

struct Mesh {
    backends: Backends,
    sidecar: Sidecar,
}

impl Mesh {
    /// A sidecar in `namespace` that got what is for `scope`.
    fn start(namespace: &str, scope: &Scope) -> Self {
        let manifests = manifests::read(MANIFESTS).unwrap();
        let backends = Backends::start(&manifests).unwrap();
        let objects = objects(&manifests, scope);
        let sidecar = Sidecar::start(&backends, namespace, &objects);
        Self { backends, sidecar }
    }

    fn send(&self, request: &Request) -> Response {
        Client::new(self.sidecar.address()).send(request).unwrap()
    }

    /// Who answered, and by which route of the sidecar.
    fn answered(&self, request: &Request) -> (String, String) {
        let response = self.send(request);
        let echoed = response.echoed();
        let backend = echoed.unwrap_or_else(|_| panic!("{request:?} {response:?}"));
        let route = response.header("x-route").unwrap_or_default();
        (backend.backend, route)
    }
}

/// A route that the sidecar had before.
const ISTIO: &str = "default";
const GAMMA: &str = "gamma";

#[test]
fn routes_are_obeyed_and_all_else_is_as_before() {
    let mesh = Mesh::start("shop", &mesh());
    // Host, path, who answers, the sidecar's route.
    let table = [
        ("cart", "/v2", "v2", GAMMA),
        ("cart.shop:80", "/v2/x", "v2", GAMMA),
        ("cart.shop.svc.cluster.local", "/a", "v1", GAMMA),
        // The rewritten host has a virtual host of its own, or none.
        ("cart", "/host/x", "v1", GAMMA),
        ("cart", "/elsewhere", "v1", GAMMA),
        ("cart", "/patient", "v1", "gamma_backoff_10ms"),
        // No routes: Istio's own.
        ("plain", "/v2", "plain", ISTIO),
        ("v1.shop", "/", "v1", ISTIO),
        ("ledger.billing", "/", "ledger", ISTIO),
        // No Service at all.
        ("api.example.com", "/v2", "passthrough", ISTIO),
        ("cart:8080", "/v2", "passthrough", ISTIO),
    ];
    for (host, path, backend, route) in table {
        let answered = mesh.answered(&Request::get(host, path));
        let expected = (backend.to_owned(), route.to_owned());
        assert_eq!(answered, expected, "{host}{path}");
    }
}

#[test]
fn a_client_can_not_choose_a_cluster() {
    let mesh = Mesh::start("shop", &mesh());
    for host in ["cart", "plain", "api.example.com"] {
        let plain = Request::get(host, "/v2");
        let forged = plain.clone().header(
            "x-gamma-cluster",
            "outbound|80||ledger.billing.svc.cluster.local",
        );
        assert_eq!(mesh.answered(&forged), mesh.answered(&plain), "{host}");
        let response = mesh.send(&forged);
        let headers = response.echoed().unwrap().headers;
        let leaked = headers
            .iter()
            .find(|(name, _)| name.starts_with("x-gamma-"));
        assert_eq!(leaked, None, "{host}");
    }
}

#[test]
fn the_filter_answers_what_no_backend_gets() {
    let mesh = Mesh::start("shop", &mesh());
    let status = |path| mesh.send(&Request::get("cart", path)).status;
    assert_eq!(status("/nothing"), 404);
    assert_eq!(status("/broken"), 500);
    assert_eq!(status("/moved"), 301);
    let slow = Request::get("cart", "/impatient").header("x-echo-delay-ms", "3000");
    assert_eq!(mesh.send(&slow).status, 504);
}

#[test]
fn rewrites_retries_and_copies_work() {
    let mesh = Mesh::start("shop", &mesh());
    let rewritten = mesh
        .send(&Request::get("cart", "/host/x?q=1"))
        .echoed()
        .unwrap();
    assert_eq!(
        (&*rewritten.host, &*rewritten.path),
        ("plain.shop", "/new/x?q=1")
    );

    let unsteady = Request::get("cart", "/patient")
        .header("x-echo-status", "503")
        .header("x-echo-first", "2");
    assert_eq!(mesh.send(&unsteady).status, 200);

    mesh.send(&Request::get("cart", "/copied"));
    let copy = || {
        let echoes = mesh.backends.echoes.iter();
        let mut v2 = echoes.filter(|echo| echo.identity().service == "v2");
        v2.any(|echo| {
            echo.received()
                .iter()
                .any(|request| request.path == "/copied")
        })
    };
    sidecar::eventually(Duration::from_secs(30), copy);
}

#[test]
fn one_plugin_for_the_mesh_knows_the_namespace_of_each_sidecar() {
    // Where the client is, what its sidecar got, and who answers `cart.shop/v2`.
    let table = [
        ("shop", mesh(), "v2"),
        ("web", mesh(), "ledger"),
        ("other", mesh(), "v2"),
        ("web", Scope::Namespace("web".into()), "ledger"),
        ("other", Scope::Namespace("other".into()), "v2"),
    ];
    for (namespace, scope, backend) in table {
        let mesh = Mesh::start(namespace, &scope);
        let answered = mesh.answered(&Request::get("cart.shop", "/v2"));
        assert_eq!(
            answered,
            (backend.into(), GAMMA.into()),
            "{namespace} {scope:?}"
        );
    }
}

/// The EnvoyFilter comes first when both are applied, and goes last: nothing changes for anybody.
#[test]
fn the_route_without_the_filter_does_nothing() {
    let manifests = manifests::read(MANIFESTS).unwrap();
    let backends = Backends::start(&manifests).unwrap();
    let mut objects = objects(&manifests, &mesh());
    objects.retain(|object| object.full_name().starts_with("EnvoyFilter "));
    let sidecar = Sidecar::start(&backends, "shop", &objects);
    let mesh = Mesh { backends, sidecar };
    for (host, backend) in [
        ("cart", "cart"),
        ("plain", "plain"),
        ("x.example", "passthrough"),
    ] {
        let answered = mesh.answered(&Request::get(host, "/v2"));
        assert_eq!(answered, (backend.to_owned(), ISTIO.to_owned()));
    }
}

#[test]
fn what_is_written_is_yaml_of_the_same() {
    let objects = objects(&manifests::read(MANIFESTS).unwrap(), &mesh());
    let yaml = istio::yaml(&objects, "a comment\nof two lines");
    assert!(yaml.starts_with("# a comment\n# of two lines\napiVersion: "));
    let documents: Vec<&str> = yaml.split("---\n").collect();
    assert_eq!(documents.len(), objects.len());
    for (document, object) in documents.iter().zip(&objects) {
        let read: serde_json::Value = serde_saphyr::from_str(document).unwrap();
        assert_eq!(read, object.0);
    }
}

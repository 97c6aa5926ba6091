//! Two plugins in one sidecar: that of the mesh and that of a namespace. Istio runs both, that of the root
//! namespace first.

use gamma_envoy::istio::{IstioObject, Scope};
use gamma_testbed::{
    client::{Client, Request},
    manifests,
    stage::Backends,
};

use crate::{GAMMA, mesh, objects, sidecar::Sidecar};

/// Decided once more, `/api/v2/x` would become `/api/v2/v2/x`, and `/v2/api/x` would go to v1.
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
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: cart, namespace: shop}
spec:
  parentRefs: [{group: "", kind: Service, name: cart}]
  rules:
    - matches: [{path: {value: /api}}]
      filters:
        - {type: URLRewrite, urlRewrite: {path: {type: ReplacePrefixMatch, replacePrefixMatch: REPLACEMENT}}}
        - {type: RequestHeaderModifier, requestHeaderModifier: {add: [{name: x-times, value: one}]}}
      backendRefs: [{name: v2, port: 80}]
    - backendRefs: [{name: v1, port: 80}]
"#;

#[test]
fn a_request_is_decided_once() {
    for (replacement, path) in [("/v2/api", "/v2/api/x"), ("/api/v2", "/api/v2/x")] {
        let manifests = manifests::read(&MANIFESTS.replace("REPLACEMENT", replacement)).unwrap();
        let backends = Backends::start(&manifests).unwrap();
        let both: Vec<IstioObject> = [mesh(), Scope::Namespace("shop".into())]
            .iter()
            .flat_map(|scope| objects(&manifests, scope))
            .collect();
        let sidecar = Sidecar::start(&backends, "shop", &both);
        let mut client = Client::new(sidecar.address());
        // A client that says that its request is decided is not believed.
        for request in [
            Request::get("cart", "/api/x"),
            Request::get("cart", "/api/x").header("gamma.decided", "1"),
            Request::get("cart", "/api/x").header("x-gamma-decided", "1"),
        ] {
            let response = client.send(&request).unwrap();
            assert_eq!(response.header("x-route").as_deref(), Some(GAMMA));
            let echoed = response.echoed().unwrap();
            assert_eq!((&*echoed.backend, &*echoed.path), ("v2", path));
            let times = echoed.headers.iter().filter(|(name, _)| *name == "x-times");
            let times: Vec<&str> = times.map(|(_, value)| value.as_str()).collect();
            assert_eq!(times, ["one"]);
            let mut names = echoed.headers.iter().map(|(name, _)| name);
            assert_eq!(names.find(|name| name.starts_with("x-gamma-")), None);
        }
    }
}

//! `gammactl istio` warns where Istio does on its own something that changes the routes.

use crate::{OCI, SERVICES, codes, gammactl, said};

#[test]
fn what_istio_does_otherwise_is_said() {
    let route = |metadata: &str, rule: &str| {
        format!(
            "{SERVICES}---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {{name: cart, namespace: shop{metadata}}}
spec:
  parentRefs: [{{group: '', kind: Service, name: cart}}]
  rules: [{{{rule}}}]
"
        )
    };
    let plain = "backendRefs: [{name: cart, port: 80}]";
    let created = ", creationTimestamp: '2026-01-31T12:00:00Z'";
    let labelled = format!("{created}, labels: {{istio.io/rev: gamma}}");
    let session = format!("sessionPersistence: {{}}, {plain}");
    let mirror = format!(
        "filters: [{{type: RequestMirror, requestMirror: {{backendRef: {{name: pods, port: 80}}}}}}], \
         {plain}"
    );
    let table = [
        (route("", plain), vec![]),
        (route(created, plain), vec!["G601"]),
        (route(&labelled, plain), vec![]),
        (
            route("", "backendRefs: [{name: pods, port: 80}]"),
            vec!["G604"],
        ),
        (route("", &mirror), vec!["G604"]),
        (route("", &session), vec!["G605"]),
    ];
    for (manifests, expected) in table {
        let output = gammactl(&["-f", "-", "--image", OCI], &manifests);
        assert_eq!(output.status.code(), Some(0));
        assert_eq!(codes(&output), expected, "{}", said(&output));
        let strict = gammactl(&["-f", "-", "--image", OCI, "--strict"], &manifests);
        let code = if expected.is_empty() { 0 } else { 1 };
        assert_eq!(strict.status.code(), Some(code));
    }
}

/// A label keeps a route from the istiods of other revisions only.
#[test]
fn a_revision_that_istio_has_keeps_no_route_from_it() {
    let route = |revision: &str| {
        format!(
            "{SERVICES}---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  {{name: cart, namespace: shop, creationTimestamp: '2026-01-31T12:00:00Z', labels: {{istio.io/rev: {revision}}}}}
spec:
  parentRefs: [{{group: '', kind: Service, name: cart}}]
  rules: [{{backendRefs: [{{name: cart, port: 80}}]}}]
"
        )
    };
    let table: [(&str, &[&str], &[&str]); 5] = [
        ("gamma", &[], &[]),
        ("default", &[], &["G601"]),
        ("canary", &[], &[]),
        (
            "canary",
            &["--istio-revision", "stable", "canary"],
            &["G601"],
        ),
        ("gamma", &["--istio-revision", "stable"], &[]),
    ];
    for (revision, flags, expected) in table {
        let arguments = [&["-f", "-", "--image", OCI], flags].concat();
        let output = gammactl(&arguments, &route(revision));
        assert_eq!(codes(&output), expected, "{revision} {flags:?}");
    }
}

/// Ports that Istio takes for something else, and backends for which a sidecar has no cluster.
#[test]
fn what_istio_makes_of_services_is_said() {
    let manifests = |kind: &str, annotation: &str, port: &str, route: &str| {
        format!(
            "
apiVersion: v1
kind: Service
metadata: {{name: cart, namespace: shop, annotations: {{{annotation}}}}}
spec: {{ports: [{{port: 80{port}}}]}}
---
apiVersion: gateway.networking.k8s.io/v1
kind: {kind}
metadata: {{name: cart, namespace: {route}}}
spec:
  parentRefs: [{{group: '', kind: Service, name: cart, namespace: shop}}]
  rules: [{{backendRefs: [{{name: cart, namespace: shop, port: 80}}]}}]
"
        )
    };
    let http = |port: &str| manifests("HTTPRoute", "", port, "shop");
    let grpc = |port: &str| manifests("GRPCRoute", "", port, "shop");
    let exported = |to: &str, route: &str| {
        let annotation = format!("networking.istio.io/exportTo: '{to}'");
        manifests("HTTPRoute", &annotation, "", route)
    };
    let web: &[&str] = &["--client-namespace", "web"];
    let table: [(String, &[&str], &[&str]); 16] = [
        (http(""), &[], &[]),
        (http(", name: http-web"), &[], &[]),
        (http(", name: tcp-web"), &[], &["G620"]),
        (http(", name: mysql"), &[], &["G620"]),
        (http(", name: tcp-web, appProtocol: http"), &[], &[]),
        (grpc(""), &[], &[]),
        (grpc(", name: grpc"), &[], &[]),
        (grpc(", name: http"), &[], &["G621"]),
        (
            grpc(", name: http, appProtocol: kubernetes.io/h2c"),
            &[],
            &[],
        ),
        (grpc(", name: redis"), &[], &["G620", "G621"]),
        (exported("*", "shop"), &[], &[]),
        (exported(".", "shop"), &[], &["G622"]),
        (exported(".", "shop"), web, &["G622"]),
        (exported("web", "shop"), web, &[]),
        (exported("~", "web"), &[], &["G622"]),
        (exported("web", "web"), &[], &[]),
    ];
    for (manifests, flags, expected) in table {
        let arguments = [&["-f", "-", "--image", OCI], flags].concat();
        let output = gammactl(&arguments, &manifests);
        assert_eq!(output.status.code(), Some(0));
        assert_eq!(codes(&output), expected, "{manifests}{}", said(&output));
    }
    let import = "
apiVersion: multicluster.x-k8s.io/v1alpha1
kind: ServiceImport
metadata: {name: far, namespace: shop}
spec: {type: ClusterSetIP, ports: [{port: 80}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: cart, namespace: shop}
spec:
  parentRefs: [{group: '', kind: Service, name: cart}]
  rules: [{backendRefs: [{group: multicluster.x-k8s.io, kind: ServiceImport, name: far, port: 80}]}]
";
    let output = gammactl(
        &["-f", "-", "--image", OCI],
        &format!("{SERVICES}---{import}"),
    );
    assert_eq!(codes(&output), ["G623"], "{}", said(&output));
}

/// The mesh encrypts by itself: whoever means another TLS is told where to say that.
#[test]
fn tls_is_left_to_the_mesh() {
    let service = |protocol: &str| {
        format!(
            "{SERVICES}---
apiVersion: v1
kind: Service
metadata: {{name: pay, namespace: shop}}
spec: {{ports: [{{name: p, port: 443, appProtocol: {protocol}}}]}}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {{name: cart, namespace: shop}}
spec:
  parentRefs: [{{group: '', kind: Service, name: cart}}]
  rules: [{{backendRefs: [{{name: pay, port: 443}}]}}]
---
"
        )
    };
    let policy = "apiVersion: gateway.networking.k8s.io/v1
kind: BackendTLSPolicy
metadata: {name: pay, namespace: shop}
spec:
  targetRefs: [{group: '', kind: Service, name: pay}]
  validation: {hostname: a.b, caCertificateRefs: [{group: '', kind: ConfigMap, name: absent}]}
";
    let table = [
        (service("http"), vec![]),
        (service("grpc"), vec![]),
        (service("https"), vec!["G228"]),
        (service("kubernetes.io/wss"), vec!["G228"]),
        (service("http") + policy, vec!["G228"]),
    ];
    for (manifests, expected) in table {
        let output = gammactl(&["-f", "-", "--image", OCI], &manifests);
        assert_eq!(output.status.code(), Some(0));
        assert_eq!(codes(&output), expected, "{}", said(&output));
        let objects = String::from_utf8_lossy(&output.stdout);
        assert!(objects.contains("outbound|443||pay.shop.svc.cluster.local"));
    }
}

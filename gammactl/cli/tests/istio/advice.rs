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

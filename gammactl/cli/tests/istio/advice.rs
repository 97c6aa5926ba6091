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

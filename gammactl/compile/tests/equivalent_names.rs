//! Lints compare names as the router does: of headers in any case and the first of each alone, of query
//! parameters exactly.

mod checked;

const REDIRECTS_TO_EACH_OTHER: &str = "
    - matches: [{path: {type: Exact, value: /a}, queryParams: [{name: v, value: '1'}]}]
      filters: [{type: RequestRedirect, requestRedirect: {path: {type: ReplaceFullPath, replaceFullPath: /b}}}]
    - matches: [{path: {type: Exact, value: /b}, queryParams: [{name: NAME, value: '1'}]}]
      filters: [{type: RequestRedirect, requestRedirect: {path: {type: ReplaceFullPath, replaceFullPath: /a}}}]
";

const METHOD_BESIDE_HEADERS: &str = "
    - matches: [{method: GET, path: {value: /a}}]
      backendRefs: [{name: cart, port: 80}]
    - matches: [{path: {value: /a}, headers: [{name: x-a, value: '1'}, {name: NAME, value: '1'}]}]
      backendRefs: [{name: cart, port: 80}]
";

#[test]
fn query_parameters_in_another_case_are_others() {
    let said = |name| codes(&REDIRECTS_TO_EACH_OTHER.replace("NAME", name));
    assert!(said("v").contains(&"G406"));
    assert!(!said("V").contains(&"G406"));
}

#[test]
fn a_repeated_header_makes_no_match_longer() {
    let said = |name| codes(&METHOD_BESIDE_HEADERS.replace("NAME", name));
    assert!(said("x-b").contains(&"G419"));
    assert!(!said("X-A").contains(&"G419"));
}

/// The codes of what is said about a route with these rules.
fn codes(rules: &str) -> Vec<&'static str> {
    let text = format!(
        "
apiVersion: v1
kind: Service
metadata: {{name: cart}}
spec: {{ports: [{{name: http, port: 80}}]}}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {{name: cart}}
spec:
  parentRefs: [{{group: '', kind: Service, name: cart}}]
  rules:{rules}"
    );
    let (_, diagnostics, _) = checked::checked_text("route.yaml", &text);
    diagnostics.iter().map(|found| found.code.id).collect()
}

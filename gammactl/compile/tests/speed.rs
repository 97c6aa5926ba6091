//! Large inputs. The bounds are generous, for builds without optimisation on a busy machine: they are
//! there for what grows with the square of the input.

mod checked;

use std::{
    fmt::Write as _,
    time::{Duration, Instant},
};

const ROUTES: usize = 2000;
const BOUND: Duration = Duration::from_secs(20);

fn routes(rule: impl Fn(usize) -> String) -> String {
    let mut text = String::from(
        "apiVersion: v1\nkind: Service\nmetadata: {name: cart}\nspec: {ports: [{port: 80}]}\n",
    );
    for i in 0..ROUTES {
        let rule = rule(i);
        write!(
            text,
            "---\napiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\n\
             metadata: {{name: r{i}}}\nspec:\n\
             \x20 parentRefs: [{{group: '', kind: Service, name: cart}}]\n  rules: [{rule}]\n"
        )
        .unwrap();
    }
    text
}

/// How many findings there are; all are written, too.
fn findings(text: &str) -> usize {
    let start = Instant::now();
    let (sources, diagnostics, _) = checked::checked_text("many.yaml", text);
    for format in [
        gamma_manifest::diagnostic::Format::Text,
        gamma_manifest::diagnostic::Format::Sarif,
    ] {
        gamma_manifest::diagnostic::render(&diagnostics, &sources, format);
    }
    let time = start.elapsed();
    assert!(time < BOUND, "{time:?}");
    diagnostics.iter().count()
}

const BACKENDS: &str = "backendRefs: [{name: cart, port: 80}]";

#[test]
fn many_good_routes_on_one_port() {
    let text = routes(|i| format!("{{matches: [{{path: {{value: /a/{i}}}}}], {BACKENDS}}}"));
    assert_eq!(findings(&text), 0);
}

#[test]
fn many_routes_that_claim_the_same() {
    let text = routes(|_| format!("{{{BACKENDS}}}"));
    assert_eq!(findings(&text), ROUTES - 1);
}

#[test]
fn many_missing_services() {
    let backend = |i| format!("backendRefs: [{{name: missing-{i}, port: 80}}]");
    let text = routes(|i| format!("{{matches: [{{path: {{value: /a/{i}}}}}], {}}}", backend(i)));
    assert_eq!(findings(&text), ROUTES);
}

#[test]
fn many_redirects_on_one_path() {
    let redirect = "filters: [{type: RequestRedirect, requestRedirect: {path: \
                    {type: ReplaceFullPath, replaceFullPath: /b}}}]";
    let text = routes(|i| {
        let matches = format!("[{{path: {{value: /a}}, headers: [{{name: x, value: v{i}}}]}}]");
        format!("{{matches: {matches}, {redirect}}}")
    });
    assert_eq!(findings(&text), 0);
}

#[test]
fn many_regular_expressions_beside_prefixes() {
    let text = routes(|i| match i % 2 {
        0 => format!("{{matches: [{{path: {{value: /a/{i}}}}}], {BACKENDS}}}"),
        _ => format!(
            "{{matches: [{{path: {{type: RegularExpression, value: '/a/{}/[a-z]'}}}}], {BACKENDS}}}",
            i - 1
        ),
    });
    assert_eq!(findings(&text), ROUTES / 2);
}

#[test]
fn one_grpc_route_beside_many_http_routes() {
    let mut text = routes(|i| format!("{{matches: [{{path: {{value: /a/{i}}}}}], {BACKENDS}}}"));
    text.push_str(
        "---\napiVersion: gateway.networking.k8s.io/v1\nkind: GRPCRoute\nmetadata: {name: grpc}\n\
         spec: {parentRefs: [{group: '', kind: Service, name: cart}], rules: [{backendRefs: \
         [{name: cart, port: 80}]}]}\n",
    );
    assert_eq!(findings(&text), ROUTES);
}

/// As `kubectl get -A -o yaml` and `-o json` print everything: the List is larger than any limit on what one
/// document may be.
#[test]
fn one_list_of_many_routes() {
    let route = |i: usize| {
        format!(
            "{{\"apiVersion\": \"gateway.networking.k8s.io/v1\", \"kind\": \"HTTPRoute\", \"metadata\": {{\"name\": \"r{i}\", \
             \"managedFields\": [{{\"fieldsV1\": {{\"f:spec\": {{\".\": {{}}, \"f:rules\": {{}}}}}}}}]}}, \"spec\": {{\"parentRefs\": \
             [{{\"group\": \"\", \"kind\": \"Service\", \"name\": \"cart\"}}], \"rules\": [{{\"matches\": [{{\"path\": {{\"value\": \
             \"/a/{i}\"}}}}], \"backendRefs\": [{{\"name\": \"cart\", \"port\": 80}}]}}]}}}}"
        )
    };
    let service = "{\"apiVersion\": \"v1\", \"kind\": \"Service\", \"metadata\": {\"name\": \"cart\"}, \
                   \"spec\": {\"ports\": [{\"port\": 80}]}}";
    let items: Vec<String> = std::iter::once(service.to_owned())
        .chain((0..ROUTES).map(route))
        .collect();
    let json = format!(
        "{{\"apiVersion\": \"v1\", \"items\": [{}], \"kind\": \"List\"}}",
        items.join(",\n")
    );
    assert_eq!(findings(&json), 0);
    let yaml = format!(
        "apiVersion: v1\nitems:\n- {}\nkind: List\n",
        items.join("\n- ")
    );
    assert_eq!(findings(&yaml), 0);
    // `jq -c` writes one line, and there is something to say about each route in it.
    let line = json
        .replace('\n', "")
        .replace("\"port\": 80}]}]}}", "\"port\": 81}]}]}}");
    assert_eq!(findings(&line), ROUTES);
    // Not taken apart, since it is a flow sequence.
    let flow = format!(
        "apiVersion: v1\nkind: List\nitems: [{}]\n",
        items.join(",\n")
    );
    assert_eq!(findings(&flow), 0);
}

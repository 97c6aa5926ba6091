//! What the page is told: places in the editor's units, edits that do what they say, and the picture.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may stop at the first surprise"
)]

use gamma_playground::{
    Workspace, cases, convert, diagnostic_page, parse_curl, read_log, schema, to_curl,
};
use serde_json::{Value, json};

const CART: &str = r#"# 😀 two units of UTF-16
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: cart, namespace: shop}
spec:
  parentRefs: [{group: "", kind: Service, name: cart}]
  rules:
  - name: beta
    matches: [{path: {value: /beta}, headers: [{name: x-user, value: me}], method: POST}]
    backendRefs: [{name: cart-v2, port: 80}]
  - backendRefs: [{name: cart-v1, port: 80, weight: 90}, {name: cart-v2, port: 80, weight: 10}]
"#;

const SERVICES: &str = "{apiVersion: v1, kind: Service, metadata: {name: cart, namespace: shop}, spec: {ports: [{port: 80}]}}
---
{apiVersion: v1, kind: Service, metadata: {name: cart-v1, namespace: shop}, spec: {ports: [{port: 80}]}}
---
{apiVersion: v1, kind: Service, metadata: {name: cart-v2, namespace: shop}, spec: {ports: [{port: 80}]}}
";

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn files(cart: &str) -> String {
    json!([{"name": "cart.yaml", "text": cart}, {"name": "services.yaml", "text": SERVICES}])
        .to_string()
}

fn set(cart: &str) -> (Workspace, Value) {
    let mut workspace = Workspace::new();
    assert_eq!(
        workspace.set_files(&files(cart), r#"{"namespace": "shop"}"#),
        "null"
    );
    let analysis = json(&workspace.analysis());
    (workspace, analysis)
}

/// The text that an editor would mark.
fn marked(text: &str, place: &Value) -> String {
    let units: Vec<u16> = text.encode_utf16().collect();
    let at = |end: &str| place[end].as_u64().unwrap() as usize;
    String::from_utf16(&units[at("start")..at("end")]).unwrap()
}

#[test]
fn a_decision_has_its_places() {
    let (workspace, analysis) = set(CART);
    assert_eq!(analysis["diagnostics"], json!([]));
    let request =
        json!({"method": "GET", "url": "http://cart/beta", "headers": [["x-user", "you"]]});
    let decision = json(&workspace.decide(&request.to_string()));
    assert_eq!(decision["rule"]["id"], "HTTPRoute/shop/cart/1");
    assert!(marked(CART, &decision["rule"]).starts_with("backendRefs: [{name: cart-v1"));
    let candidates = decision["candidates"].as_array().unwrap();
    assert_eq!(candidates.len(), 2);
    let failed = &candidates[0]["failed"];
    assert_eq!(failed["message"], "method is `GET`");
    assert_eq!(marked(CART, failed), "POST");
    assert_eq!(decision["backends"][0]["share"], 0.9);
    assert_eq!(decision["sent"]["path"], "/beta");
    let nodes: Vec<&str> = analysis["graph"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|node| node["id"].as_str().unwrap())
        .collect();
    let path = decision["path"].as_array().unwrap();
    assert_eq!(path.len(), 5, "{path:?}");
    for id in path {
        assert!(nodes.contains(&id.as_str().unwrap()), "{id}: {nodes:?}");
    }
    for edge in analysis["graph"]["edges"].as_array().unwrap() {
        for end in ["from", "to"] {
            assert!(nodes.contains(&edge[end].as_str().unwrap()), "{edge}");
        }
    }
}

/// Each mistake, and what its edit makes of it.
#[test]
fn an_edit_takes_the_finding_away() {
    for (good, bad, code) in [
        ("    backendRefs", "    backendRef", "G103"),
        ("name: cart-v1", "name: cart-v", "G203"),
        ("method: POST", "method: POTS", "G106"),
        ("{value: /beta}", "{type: Prefix, value: /beta}", "G106"),
        (
            "{value: /beta}",
            "{type: \"Exactly\", value: /beta}",
            "G106",
        ),
        ("kind: HTTPRoute", "kind: HTTPRoutes", "G112"),
    ] {
        let broken = CART.replacen(good, bad, 1);
        let (_, analysis) = set(&broken);
        let found = analysis["diagnostics"].as_array().unwrap();
        let found = found.iter().find(|found| found["code"] == code);
        let found = found.unwrap_or_else(|| panic!("{bad}: {analysis}"));
        let edit = &found["fix"]["edits"][0];
        assert_eq!(edit["file"], "cart.yaml", "{found}");
        let units: Vec<u16> = broken.encode_utf16().collect();
        let at = |end: &str| edit[end].as_u64().unwrap() as usize;
        let text = |units: &[u16]| String::from_utf16(units).unwrap();
        let mended = [
            text(&units[..at("start")]),
            edit["text"].as_str().unwrap().to_owned(),
            text(&units[at("end")..]),
        ];
        let (_, analysis) = set(&mended.concat());
        assert_eq!(analysis["diagnostics"], json!([]), "{bad}");
    }
}

/// There is a second thing to do, which an edit would not do.
#[test]
fn without_one_way_out_there_is_no_edit() {
    let both = CART.replacen(
        "  - backendRefs:",
        "  - backendRef: []\n    backendRefs:",
        1,
    );
    let (_, analysis) = set(&both);
    let found = &analysis["diagnostics"][0];
    assert_eq!(found["code"], "G103");
    assert_eq!(found["hint"], "did you mean `backendRefs`?");
    assert_eq!(found.get("fix"), None);
}

#[test]
fn problems_are_counted_where_they_are() {
    let (_, analysis) = set(&CART.replacen("name: cart-v1", "name: cart-v", 1));
    let nodes = analysis["graph"]["nodes"].as_array().unwrap();
    let of = |id: &str| nodes.iter().find(|node| node["id"] == id).unwrap();
    assert_eq!(of("HTTPRoute/shop/cart/1")["problems"], 1);
    assert_eq!(of("HTTPRoute/shop/cart/beta")["problems"], 0);
    assert_eq!(of("HTTPRoute/shop/cart")["problems"], 0);
    assert_eq!(of("backend/Service/shop/cart-v/80")["missing"], true);
}

#[test]
fn a_request_is_a_form_and_a_command() {
    let command = "curl -X POST -H 'x-user: me' --from web 'http://cart/a?b=c&d'";
    let form = parse_curl(command);
    assert_eq!(json(&form)["client_namespace"], "web");
    assert_eq!(to_curl(&form), command);
    let by_service =
        json!({"service": "cart", "namespace": "shop", "port": 80, "grpc": true, "path": "/s/M"});
    assert_eq!(
        to_curl(&by_service.to_string()),
        "curl -X POST -H 'content-type: application/grpc' http://cart.shop:80/s/M"
    );
}

#[test]
fn what_is_pasted_becomes_requests() {
    let har = json!({"log": {"entries": [{"request": {"method": "PUT", "url": "https://cart/a", "headers": []}}]}});
    for (text, first) in [
        (
            r#"[2026-11-21T08:00:10.123Z] "GET /items HTTP/1.1" 404 NR 0 0 1 - "-" "-" "d7c1" "catalog:80" "-""#,
            json!({"method": "GET", "url": "http://catalog:80/items", "status": 404}),
        ),
        (
            r#"{"method": "GET", "path": "/x", "authority": "cart", "response_code": 200}"#,
            json!({"url": "http://cart/x", "status": 200}),
        ),
        (
            &har.to_string(),
            json!({"method": "PUT", "url": "https://cart/a"}),
        ),
        (
            "\n# two\ncurl \\\n  http://cart/b",
            json!({"line": 3, "url": "http://cart/b"}),
        ),
        ("http://a/ http://b/", json!({"line": 1})),
    ] {
        let read = json(&read_log(text));
        for (field, value) in first.as_object().unwrap() {
            assert_eq!(read[0][field], *value, "{text}: {read}");
        }
    }
}

#[test]
fn a_change_has_a_request_to_ask_about() {
    let (workspace, _) = set(&CART.replacen("/beta", "/gamma", 1));
    let diff = json(&workspace.diff(&files(CART)));
    assert_eq!(diff["changed"], true);
    let change = &diff["services"][0]["tables"][0]["changes"][0];
    let request = &change["requests"][0]["request"];
    let decision = json(&workspace.decide(&request.to_string()));
    let name = format!(
        "{}/{}",
        change["after"]["rule"]["route"].as_str().unwrap(),
        change["after"]["rule"]["name"].as_str().unwrap()
    );
    assert_eq!(decision["rule"]["id"], name.as_str(), "{diff}");
}

#[test]
fn cases_of_the_page_are_run() {
    let case = "manifests: [.]\nclientNamespace: shop\nrequests:\n- {request: POST http://cart/beta, headers: ['x-user: me'], expect: {rule: shop/cart/beta}}\n- {request: GET http://cart/, expect: {rule: shop/cart/beta}}\n";
    let mut all = json(&files(CART));
    all.as_array_mut()
        .unwrap()
        .push(json!({"name": "cart.cases.yaml", "text": case}));
    let results = json(&cases(&all.to_string()));
    assert_eq!(
        (&results["passed"], &results["failed"]),
        (&json!(1), &json!(1)),
        "{results}"
    );
}

#[test]
fn a_conversion_comes_with_its_proof() {
    let text = "{apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {name: cart, namespace: shop}, spec: {hosts: [cart], http: [{route: [{destination: {host: cart-v1, port: {number: 80}}}]}]}}";
    let converted = json(&convert(&files(text), ""));
    assert_eq!(converted["objects"], 1, "{converted}");
    assert_eq!(converted["proof"]["holds"], true, "{converted}");
    assert!(
        converted["files"][0]["text"]
            .as_str()
            .unwrap()
            .contains("HTTPRoute")
    );
}

/// Each code that there is.
#[test]
fn every_code_has_a_page() {
    for code in gamma_manifest::diagnostic::codes::ALL {
        let page = json(&diagnostic_page(code.id));
        assert_eq!(page["code"], code.id);
        let text = page["text"].as_str().unwrap();
        assert!(
            text.len() > 20 && !text.contains("\n### "),
            "{}: {text}",
            code.id
        );
    }
}

#[test]
fn the_fields_of_a_route_are_described() {
    let schema = json(&schema());
    let rule = "/kinds/HTTPRoute/fields/spec/fields/rules/fields";
    let path = schema
        .pointer(&format!("{rule}/matches/fields/path/fields/type"))
        .unwrap();
    assert_eq!(
        path["enum"],
        json!(["Exact", "PathPrefix", "RegularExpression"])
    );
    let shared = format!("{rule}/backendRefs/fields/name/doc");
    assert!(schema.pointer(&shared).is_some());
}

/// As `kubectl get -o yaml` and `-o json` print them.
#[test]
fn what_is_pasted_beside_what_is_converted_is_taken_out_of_lists() {
    let block = "apiVersion: v1
kind: List
items:
  - apiVersion: v1
    kind: Service
    metadata:
      name: cart
      namespace: shop
      annotations:
        note: |
          two
            lines
    spec:
      ports:
        - {name: http, port: 80}
  - apiVersion: networking.istio.io/v1
    kind: VirtualService
    metadata: {name: cart, namespace: shop}
    spec:
      hosts: [cart]
      http: [{route: [{destination: {host: cart}}], retries: {attempts: 0}}]
";
    let in_json = json!({"apiVersion": "v1", "kind": "List", "items": [
        {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "cart", "namespace": "shop"},
         "spec": {"ports": [{"name": "http", "port": 80}]}},
        {"apiVersion": "networking.istio.io/v1", "kind": "VirtualService",
         "metadata": {"name": "cart", "namespace": "shop"},
         "spec": {"hosts": ["cart"],
                  "http": [{"route": [{"destination": {"host": "cart"}}], "retries": {"attempts": 0}}]}},
    ]});
    for text in [block.to_owned(), format!("{in_json:#}")] {
        let file = |text: String| json!([{"name": "list.yaml", "text": text}]).to_string();
        let converted = json(&convert(&file(text), ""));
        let others = converted["others"]["text"].as_str().unwrap();
        assert!(!others.contains("VirtualService"), "{others}");
        let routes = converted["files"][0]["text"].as_str().unwrap();
        let mut workspace = Workspace::new();
        workspace.set_files(&file(format!("{routes}---\n{others}")), "");
        let analysis = json(&workspace.analysis());
        assert_eq!(analysis["diagnostics"], json!([]), "{others}");
        assert_eq!(analysis["services"][0]["name"], "cart", "{others}");
    }
}

//! What somebody else has written can't make the page panic, hang or eat memory.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may stop at the first surprise"
)]

use gamma_playground::{Workspace, cases, convert, diagnostic_page, parse_curl, read_log, to_curl};
use serde_json::{Value, json};

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn error(text: &str) -> String {
    let answer = json(text);
    let error = answer["error"].as_str();
    error
        .unwrap_or_else(|| panic!("no error: {text:.200}"))
        .into()
}

fn files(text: &str) -> String {
    json!([{"name": "a.yaml", "text": text}]).to_string()
}

#[test]
fn what_is_no_json_is_refused_by_everything() {
    let deep = "[".repeat(100_000);
    for text in ["", "{", "[1]", "{\"name\": 1}", "null", "\u{0}", &deep] {
        let mut workspace = Workspace::new();
        error(&workspace.set_files(text, ""));
        error(&workspace.decide(text));
        error(&convert(text, ""));
        error(&cases(text));
        error(&to_curl(text));
        error(&diagnostic_page(text));
    }
    error(&Workspace::new().set_files("[]", "{"));
    error(&parse_curl(""));
    assert_eq!(read_log(""), "[]");
}

#[test]
fn a_workspace_without_files_says_so() {
    let workspace = Workspace::new();
    let request = json!({"method": "GET", "url": "http://cart/"}).to_string();
    for answer in [
        workspace.decide(&request),
        workspace.diff("[]"),
        workspace.print_check("json"),
    ] {
        assert_eq!(error(&answer), "there are no files yet");
    }
}

#[test]
fn too_much_is_refused_with_the_bound() {
    let large = files(&"#".repeat(17 << 20));
    let said = error(&Workspace::new().set_files(&large, ""));
    assert!(said.contains("16777216 are read at most"), "{said}");
    let many: Value = (0..3000)
        .map(|n| json!({"name": format!("{n}.yaml"), "text": ""}))
        .collect();
    let said = error(&Workspace::new().set_files(&many.to_string(), ""));
    assert_eq!(said, "files: 3000, and 2000 are read at most");
    let said = error(&to_curl(&json!({"path": "/".repeat(300_000)}).to_string()));
    assert!(said.starts_with("bytes of a request"), "{said}");
    let log = "{\"request\": \"http://cart/\"}\n".repeat(20_000);
    let read = json(&read_log(&log));
    let read = read.as_array().unwrap();
    assert_eq!(read.len(), 10_001);
    assert_eq!(
        read.last().unwrap()["error"],
        "10000 requests are read at most"
    );
}

/// Nested as deeply as a text has room for.
#[test]
fn depth_is_no_way_in() {
    for text in [
        "[".repeat(100_000),
        "{a: ".repeat(100_000),
        "- ".repeat(100_000),
        format!("a: &a [x]\nb: {}", "&b [*a, *a]\n".repeat(3)),
    ] {
        let mut workspace = Workspace::new();
        workspace.set_files(&files(&text), "");
        let analysis = json(&workspace.analysis());
        assert_ne!(analysis["diagnostics"], json!([]), "{text:.20}");
    }
}

fn manifests(rules: usize) -> String {
    let mut text = String::from(
        "{apiVersion: v1, kind: Service, metadata: {name: cart}, spec: {ports: [{port: 80}]}}\n",
    );
    for number in 0..rules {
        text.push_str(&format!(
            "---\napiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {{name: r{number}}}\n\
             spec:\n  parentRefs: [{{group: \"\", kind: Service, name: cart}}]\n  rules:\n  \
             - matches: [{{path: {{value: /p{number}}}, headers: [{{name: x, value: \"{number}\"}}]}}]\n    \
             backendRefs: [{{name: cart, port: 80}}]\n"
        ));
    }
    text
}

/// The time for an answer is that for what has to be written: of thousands of matches a page shows some.
#[test]
fn an_answer_does_not_grow_with_the_rules() {
    let mut workspace = Workspace::new();
    workspace.set_files(&files(&manifests(2000)), "");
    let analysis = json(&workspace.analysis());
    assert_eq!(analysis["rules"], 2000);
    let request = json!({"method": "GET", "url": "http://cart/p1500", "headers": [["x", "1500"]]});
    let answer = workspace.decide(&request.to_string());
    assert!(answer.len() < 300_000, "{} bytes", answer.len());
    let decision = json(&answer);
    assert_eq!(decision["tried"], 2000);
    assert_eq!(decision["rule"]["id"], "HTTPRoute/default/r1500/0");
    let candidates = decision["candidates"].as_array().unwrap();
    assert!(candidates.len() <= 200, "{}", candidates.len());
    let winner = decision["explain"]["winner"].as_u64().unwrap() as usize;
    assert_eq!(candidates[winner]["held"], true);
    assert_eq!(
        decision["explain"]["candidates"][winner]["route"],
        "HTTPRoute/default/r1500"
    );
}

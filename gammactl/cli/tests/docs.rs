//! `docs/diagnostics.md` knows every code, and its examples are what it says they are.

mod command;

use std::process::Output;

use command::fed;
use gamma_manifest::diagnostic::{Code, Severity, codes};
use gamma_testbed::module;
use serde_json::Value;

const PAGE: &str = include_str!("../../../docs/diagnostics.md");

/// What the page says is there.
const SERVICES: &str = "\
apiVersion: v1
kind: List
items:
  - {apiVersion: v1, kind: Service, metadata: {name: cart}, spec: {ports: [{name: http, port: 80}]}}
  - {apiVersion: v1, kind: Service, metadata: {name: stock}, spec: {ports: [{name: http, port: 80}]}}
  - {apiVersion: v1, kind: Service, metadata: {name: cart, namespace: store}, spec: {ports: [{name: http, port: 80}]}}
  - {apiVersion: v1, kind: Service, metadata: {name: stock, namespace: store}, spec: {ports: [{name: http, port: 80}]}}
---
";

const ROUTE: &str = "\
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: cart}
spec:
  parentRefs: [{group: '', kind: Service, name: cart}]
";

#[test]
fn every_code_is_in_the_table() {
    for code in codes::ALL {
        let row = format!(
            "\n| {} | {} | {} |\n",
            code.id,
            code.severity.as_str(),
            code.title
        );
        assert!(PAGE.contains(&row), "{row}");
    }
    assert_eq!(PAGE.matches("\n| G").count(), codes::ALL.len());
}

#[test]
fn every_code_has_a_section_with_its_severity() {
    for code in codes::ALL {
        let severity = match code.severity {
            Severity::Error => "Error",
            Severity::Warning => "Warning",
            Severity::Note => "Note",
        };
        let text = section(code);
        assert!(text.starts_with(&format!("*{severity}.* ")), "{}", code.id);
    }
    assert_eq!(PAGE.matches("\n### G").count(), codes::ALL.len());
}

/// An example would be longer than all the rest of the page, could not stand in a page, or would be a
/// registry or a cluster.
const WITHOUT_EXAMPLES: [&str; 17] = [
    "G116", "G602", "G603", "G610", "G611", "G612", "G613", "G614", "G615", "G616", "G640", "G641",
    "G642", "G643", "G644", "G650", "G707",
];

#[test]
fn bad_examples_give_the_code_and_good_ones_do_not() {
    for code in codes::ALL {
        if WITHOUT_EXAMPLES.contains(&code.id) {
            continue;
        }
        let bad = example(code, "bad");
        assert!(
            given(code, bad).contains(&code.id.to_owned()),
            "{}:\n{bad}",
            code.id
        );
        let good = example(code, "good");
        let given = given(code, good);
        assert!(!given.contains(&code.id.to_owned()), "{}:\n{good}", code.id);
        // A good example must not be bad in another way.
        for other in codes::ALL.iter().filter(|c| c.severity < Severity::Note) {
            assert!(
                !given.contains(&other.id.to_owned()),
                "{}: {given:?}\n{good}",
                code.id
            );
        }
    }
}

fn section(code: &Code) -> &'static str {
    let heading = format!("\n### {}: {}\n\n", code.id, code.title);
    let start = PAGE.find(&heading).unwrap_or_else(|| panic!("{}", code.id)) + heading.len();
    let rest = &PAGE[start..];
    &rest[..rest.find("\n### ").unwrap_or(rest.len())]
}

fn example(code: &Code, kind: &str) -> &'static str {
    let fence = format!("\n```yaml {kind}\n");
    let text = section(code);
    let start = text
        .find(&fence)
        .unwrap_or_else(|| panic!("{} {kind}", code.id))
        + fence.len();
    let rest = &text[start..];
    &rest[..rest.find("```").unwrap()]
}

/// The codes that are given for an example.
fn given(code: &Code, example: &str) -> Vec<String> {
    match code.id {
        "G120" => {
            let fragment = tempfile::NamedTempFile::new().unwrap();
            std::fs::write(fragment.path(), example).unwrap();
            let path = fragment.path().to_str().unwrap();
            let envoy = "envoy -f - --listen 127.0.0.1:80 --wasm gamma-filter.wasm --merge";
            said(&run(envoy.split(' ').chain([path]), SERVICES))
        }
        id if id.starts_with("G5") => tested(example),
        "G206" => checked(example, &["--require-reference-grants"]),
        "G441" => checked(example, &["--host", "nginx"]),
        "G228" => checked(example, &["--cluster-names", "istio"]),
        "G651" | "G652" | "G653" | "G654" => {
            let folder = tempfile::tempdir().unwrap();
            let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
            std::fs::write(path("filter.wasm"), module::WITH_PLACE).unwrap();
            let nginx = format!(
                "nginx -f - --listen 127.0.0.1:80 --resolver 127.0.0.1 --wasm {} -o {}",
                path("filter.wasm"),
                path("nginx")
            );
            said(&run(nginx.split(' '), &manifests(example)))
        }
        "G714" => converted(example, &["--prefix", "elements"]),
        id if id.starts_with("G7") => converted(example, &[]),
        id if id.starts_with("G6") => {
            let istio = "istio -f - --offline --image oci://example.com/filter";
            said(&run(istio.split(' '), &manifests(example)))
        }
        _ => checked(example, &[]),
    }
}

/// The codes that `gammactl convert` gives for objects, or for the `spec` of a VirtualService and objects behind it.
fn converted(example: &str, options: &[&str]) -> Vec<String> {
    if example.starts_with("apiVersion:") {
        return said_of_conversion(&format!("{SERVICES}{example}"), options);
    }
    let (spec, others) = example.split_once("\n---\n").unwrap_or((example, ""));
    let hosts = if spec.starts_with("hosts:") {
        ""
    } else {
        "  hosts: [cart]\n"
    };
    let spec: String = spec.lines().map(|line| format!("  {line}\n")).collect();
    let input = format!(
        "{SERVICES}apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {{name: cart}}\nspec:\n\
         {hosts}{spec}---\n{others}"
    );
    said_of_conversion(&input, options)
}

fn said_of_conversion(input: &str, options: &[&str]) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().to_str().unwrap();
    let convert = ["convert", "-f", "-", "--output", "json", "-o", output];
    let output = run(convert.iter().chain(options).copied(), input);
    let findings: Value = serde_json::from_slice(&output.stdout).unwrap();
    let findings = findings.as_array().unwrap().iter();
    findings
        .map(|f| f["code"].as_str().unwrap().to_owned())
        .collect()
}

/// The codes that `gammactl test` gives.
fn tested(example: &str) -> Vec<String> {
    let rule = "  rules: [{name: all, backendRefs: [{name: cart, port: 80}]}]\n";
    let file = format!("{example}---\n{SERVICES}{ROUTE}{rule}");
    let output = run(["test", "-", "--output", "json"].into_iter(), &file);
    let results: Value = serde_json::from_slice(&output.stdout).unwrap();
    let tests = results["tests"].as_array().unwrap().iter();
    let findings = tests.flat_map(|test| test["findings"].as_array().unwrap());
    findings
        .map(|f| f["code"].as_str().unwrap().to_owned())
        .collect()
}

/// The codes in the text that was said on standard error: `error[G120]: …`.
fn said(output: &Output) -> Vec<String> {
    let text = String::from_utf8_lossy(&output.stderr);
    text.lines()
        .filter_map(|line| Some(line.split_once('[')?.1.split_once("]: ")?.0.to_owned()))
        .collect()
}

/// The codes that `gammactl check` gives.
fn checked(example: &str, options: &[&str]) -> Vec<String> {
    let check = ["check", "-f", "-", "--output", "json"];
    let output = run(check.iter().chain(options).copied(), &manifests(example));
    let findings: Value = serde_json::from_slice(&output.stdout).unwrap();
    let findings = findings.as_array().unwrap().iter();
    findings
        .map(|f| f["code"].as_str().unwrap().to_owned())
        .collect()
}

fn run<'a>(arguments: impl Iterator<Item = &'a str>, input: &str) -> Output {
    fed(command::gammactl().args(arguments), input)
}

/// An example with what the page says is there.
fn manifests(example: &str) -> String {
    if example.starts_with('#') {
        example.to_owned()
    } else if example.starts_with("rules:") {
        let (rules, others) = example.split_once("\n---\n").unwrap_or((example, ""));
        let rules: String = rules.lines().map(|line| format!("  {line}\n")).collect();
        format!("{SERVICES}{ROUTE}{rules}---\n{others}")
    } else {
        format!("{SERVICES}{example}")
    }
}

//! What `gammactl envoy` writes depends on what else is written: options and fragments are combined, and the
//! bootstrap is looked at.

use std::{fs, process::Command};

use gamma_config::Config;
use serde_json::Value;

const MANIFESTS: &str = "\
apiVersion: v1
kind: Service
metadata: {name: cart}
spec: {ports: [{port: 80}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: cart}
spec:
  parentRefs: [{group: '', kind: Service, name: cart}]
  rules: [{backendRefs: [{name: cart, port: 80}]}]
";

/// A fragment for the generated connection manager.
fn in_manager(member: &str) -> String {
    format!(
        "static_resources: {{listeners: [{{name: '*', filter_chains: [{{name: '*', filters: [{{name: '*',\n  \
         typed_config: {{{member}}}}}]}}]}}]}}\n"
    )
}

/// What `gammactl envoy` writes with `options`, and with the fragment `fragment` if there is any text in it; or
/// what it says if it writes nothing.
fn written(options: &[&str], fragment: &str) -> Result<Value, String> {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("in.yaml"), MANIFESTS).unwrap();
    fs::write(directory.path().join("fragment.yaml"), fragment).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_gammactl"));
    command
        .current_dir(directory.path())
        .args(["envoy", "-f", "in.yaml", "--listen", "127.0.0.1:10000"])
        .args(["--wasm", "gamma-filter.wasm", "-o", "envoy.json"])
        .args(options);
    if !fragment.is_empty() {
        command.args(["--merge", "fragment.yaml"]);
    }
    let output = command.output().unwrap();
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    let text = fs::read(directory.path().join("envoy.json")).unwrap();
    Ok(serde_json::from_slice(&text).unwrap())
}

fn manager(bootstrap: &Value) -> &Value {
    let filter = "/static_resources/listeners/0/filter_chains/0/filters/0/typed_config";
    bootstrap.pointer(filter).unwrap()
}

fn plugin(bootstrap: &Value) -> &Value {
    let filters = manager(bootstrap)["http_filters"].as_array().unwrap();
    let gamma = filters.iter().find(|filter| filter["name"] == "gamma");
    &gamma.unwrap()["typed_config"]["config"]
}

fn config(bootstrap: &Value) -> Config {
    let configuration = &plugin(bootstrap)["configuration"]["value"];
    gamma_config::parse(configuration.as_str().unwrap().as_bytes()).unwrap()
}

#[test]
fn the_rule_is_said_where_something_reads_it() {
    let log = |format: &str| {
        in_manager(&format!(
            "access_log: [{{name: mine, typed_config: {{'@type': \
             type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog, path: /dev/stderr, \
             log_format: {{text_format_source: {format}}}}}}}]"
        ))
    };
    let reads = log("{inline_string: '%FILTER_STATE(wasm.gamma.rule:PLAIN)%'}");
    let reads_not = log("{inline_string: '%RESPONSE_CODE%'}");
    let may_read = log("{filename: /etc/format}");
    let without = in_manager("access_log: null");
    let header = "static_resources: {listeners: [{name: '*', filter_chains: [{name: '*', filters: [{name: '*',\n  \
        typed_config: {route_config: {response_headers_to_add: [{header: {key: x-rule,\n  \
        value: '%FILTER_STATE(wasm.gamma.rule:PLAIN)%'}}]}}}]}]}]}\n";
    let off = ["--access-log", "off"].as_slice();
    for (options, fragment, expected) in [
        ([].as_slice(), "", true),
        (&["--access-log", "all"], "", true),
        (&["--access-log", "errors"], "", true),
        (off, "", false),
        (&[], &*without, false),
        (&[], &*reads_not, true),
        (off, &*reads_not, false),
        (off, &*reads, true),
        (off, &*may_read, true),
        (off, header, true),
        (&["--access-log", "off", "--rule-property"], "", true),
        (&["--rule-property"], &*without, true),
        (&["--without", "rule-property"], &*reads, false),
    ] {
        let bootstrap = written(options, fragment).unwrap();
        let config = config(&bootstrap);
        assert_eq!(
            config.settings.rule_property, expected,
            "{options:?}\n{fragment}"
        );
        // What the filter does not call, it can't call.
        let allowed = &plugin(&bootstrap)["capability_restriction_config"]["allowed_capabilities"];
        assert_eq!(allowed.get("proxy_set_property").is_some(), expected);
    }
    let said = written(&["--rule-property", "--without", "rule-property"], "").unwrap_err();
    assert!(said.contains("opposite"), "{said}");
}

#[test]
fn the_log_is_about_what_is_asked_for() {
    for (which, logs, filters) in [("all", 1, 0), ("errors", 1, 1), ("off", 0, 0)] {
        let bootstrap = written(&["--access-log", which], "").unwrap();
        let found = manager(&bootstrap)["access_log"].as_array().unwrap();
        assert_eq!(found.len(), logs, "{which}");
        let filtered = found.iter().filter(|log| log.get("filter").is_some());
        assert_eq!(filtered.count(), filters, "{which}");
    }
}

#[test]
fn a_fragment_says_what_the_allocator_gives_back() {
    let of = |fragment: &str| written(&[], fragment).unwrap()["memory_allocator_manager"].clone();
    assert_eq!(of("")["bytes_to_release"], "5242880");
    let other = of("memory_allocator_manager: {bytes_to_release: 1024}");
    assert_eq!(other["bytes_to_release"], 1024);
    assert_eq!(other["memory_release_interval"], "1s");
    assert_eq!(of("memory_allocator_manager: null"), Value::Null);
}

//! `gammactl istio` is run as a process: which objects it writes for whom, and what it says about
//! them.

mod advice;
mod clients;
#[path = "../command/mod.rs"]
mod command;
mod crds;
mod file;
mod module;
mod options;
#[path = "../../../registry/tests/server/mod.rs"]
mod server;
mod size;

use std::process::Output;

use command::fed;
use serde_json::Value;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
const OCI: &str = "oci://registry.example.com/gamma-filter:0.1.0";

fn gammactl(arguments: &[&str], stdin: &str) -> Output {
    let mut command = command::gammactl();
    // What is looked up is the matter of `module`.
    let command = command.args(["istio", "--offline"]).args(arguments);
    fed(command.current_dir(ROOT), stdin)
}

fn said(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// The objects that are written for the shop, each checked against its CRD.
fn objects(arguments: &[&str]) -> Vec<Value> {
    let arguments = [&["-f", "examples/shop", "--image", OCI], arguments].concat();
    let output = gammactl(&arguments, "");
    assert!(output.status.success(), "{arguments:?} {}", said(&output));
    read(&output)
}

fn read(output: &Output) -> Vec<Value> {
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    let objects: Vec<Value> = text
        .split("---\n")
        .map(|document| serde_saphyr::from_str(document).unwrap())
        .collect();
    for object in &objects {
        crds::check(object);
    }
    objects
}

/// Each object's kind and namespace, and the client that is written into its config, if any.
fn placed(objects: &[Value]) -> Vec<String> {
    let place = |object: &Value| {
        let text = |pointer| object.pointer(pointer).and_then(Value::as_str);
        let client = text("/spec/pluginConfig/settings/clientNamespace");
        let parts = [text("/kind"), text("/metadata/namespace"), client];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
    };
    objects.iter().map(place).collect()
}

const MESH: [&str; 2] = ["EnvoyFilter istio-system", "WasmPlugin istio-system"];

/// Codes of what is said.
fn codes(output: &Output) -> Vec<String> {
    let said = said(output);
    let lines = said.lines().filter_map(|line| {
        let rest = line
            .strip_prefix("warning[")
            .or(line.strip_prefix("error["));
        Some(rest?[..4].to_owned())
    });
    lines.collect()
}

const SERVICES: &str = "
apiVersion: v1
kind: Service
metadata: {name: cart, namespace: shop}
spec: {ports: [{port: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: pods, namespace: shop}
spec: {clusterIP: None, ports: [{port: 80}]}
";

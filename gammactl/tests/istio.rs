//! `gammactl istio`: what is written for whom, and what is said about it.

mod istio_crds;

use std::{
    fmt::Write as _,
    fs,
    io::Write as _,
    path::Path,
    process::{Command, Output, Stdio},
};

use serde_json::{Value, json};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
const OCI: &str = "oci://registry.example.com/gamma-filter:0.1.0";
const HTTPS: &str = "https://example.com/gamma-filter.wasm";

fn gammactl(arguments: &[&str], stdin: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_gammactl"))
        .arg("istio")
        .args(arguments)
        .current_dir(ROOT)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that fails early does not read its input.
    let _ = child.stdin.take().unwrap().write_all(stdin.as_bytes());
    child.wait_with_output().unwrap()
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
        istio_crds::check(object);
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
const SHOP: [&str; 2] = ["EnvoyFilter shop", "WasmPlugin shop shop"];
const WEB: [&str; 2] = ["EnvoyFilter web", "WasmPlugin web web"];

#[test]
fn objects_are_where_their_clients_are() {
    let table: [(&[&str], &[&str]); 8] = [
        (&[], &MESH),
        (
            &["--root-namespace", "mesh"],
            &["EnvoyFilter mesh", "WasmPlugin mesh"],
        ),
        (&["-n", "shop"], &SHOP),
        (&["-n", "shop", "--client-namespace", ""], &MESH),
        (&["--client-namespace", "web"], &WEB),
        (&["-n", "shop", "--client-namespace", "web"], &WEB),
        (
            &["--client-namespace", "web", "shop", "web"],
            &[SHOP[0], SHOP[1], WEB[0], WEB[1]],
        ),
        (
            &["--split-by-namespace"],
            &[
                "EnvoyFilter billing",
                "WasmPlugin billing billing",
                SHOP[0],
                SHOP[1],
            ],
        ),
    ];
    for (arguments, expected) in table {
        let objects = objects(arguments);
        assert_eq!(placed(&objects), expected, "{arguments:?}");
    }
}

/// `namespace/name` of the Services in the config for the mesh, or for one namespace.
fn services(arguments: &[&str]) -> Vec<String> {
    let objects = objects(arguments);
    let services = objects[1]["spec"]["pluginConfig"]["services"].as_array();
    let text = |service: &Value, key: &str| service[key].as_str().unwrap().to_owned();
    services
        .into_iter()
        .flatten()
        .map(|service| format!("{}/{}", text(service, "namespace"), text(service, "name")))
        .collect()
}

#[test]
fn services_without_routes_are_left_to_istio() {
    let all = ["billing/ledger", "shop/cart", "shop/catalog", "shop/stock"];
    assert_eq!(services(&[]), all);
    // Its routes are for clients in shop.
    assert_eq!(services(&["--client-namespace", "web"]), all[1..]);
    // So are ports.
    let objects = objects(&[]);
    let catalog = &objects[1]["spec"]["pluginConfig"]["services"][2];
    assert_eq!(catalog["ports"].as_array().unwrap().len(), 1);
    assert_eq!(catalog["ports"][0]["port"], 80);
}

#[test]
fn only_services_that_are_called_are_there() {
    let table: [(&[&str], &[&str]); 4] = [
        (&["--services", "shop/cart"], &["shop/cart"]),
        (
            &["--services", "*/cart", "billing/*"],
            &["billing/ledger", "shop/cart"],
        ),
        (
            &["--client-namespace", "shop", "--services", "./*"],
            &["shop/cart", "shop/catalog", "shop/stock"],
        ),
        (
            &["--client-namespace", "web", "--services", "billing/*"],
            &[],
        ),
    ];
    for (arguments, expected) in table {
        assert_eq!(services(arguments), expected, "{arguments:?}");
    }
}

#[test]
fn every_option_is_a_field() {
    let objects = objects(&[
        "--name",
        "gamma-for-web",
        "--sha256",
        &"ab".repeat(32),
        "--image-pull-policy",
        "always",
        "--image-pull-secret",
        "registry",
        "--phase",
        "stats",
        "--priority",
        "-5",
        "--fail-strategy",
        "open",
        "--selector",
        "app=web",
        "tier=front",
    ]);
    let selector = json!({ "app": "web", "tier": "front" });
    let mut spec = objects[1]["spec"].clone();
    spec.as_object_mut().unwrap().remove("pluginConfig");
    assert_eq!(
        spec,
        json!({
            "url": OCI,
            "sha256": "ab".repeat(32),
            "imagePullPolicy": "Always",
            "imagePullSecret": "registry",
            "pluginName": "gamma",
            "phase": "STATS",
            "priority": -5,
            "failStrategy": "FAIL_OPEN",
            "match": [{ "mode": "CLIENT" }],
            "selector": { "matchLabels": selector },
        })
    );
    let labels = &objects[0]["spec"]["workloadSelector"]["labels"];
    assert_eq!(*labels, selector);
    for object in &objects {
        assert_eq!(object["metadata"]["name"], "gamma-for-web");
    }
}

#[test]
fn the_hash_is_that_of_what_is_downloaded() {
    let directory = tempfile::tempdir().unwrap();
    let file = |name: &str, content: &[u8]| {
        let path = directory.path().join(name);
        fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let wasm = file("good.wasm", b"\0asm\x01\0\0\0");
    let text = file("bad.wasm", b"hello");
    let run = |image: &str, more: &[&str]| {
        let arguments = [&["-f", "examples/shop", "--image", image], more].concat();
        gammactl(&arguments, "")
    };
    let written = read(&run(HTTPS, &["--wasm", &wasm]));
    // As `sha256sum` has it.
    let expected = "93a44bbb96c751218e4c00d479e4c14358122a389acca16205b1e4d0dc5f9476";
    assert_eq!(written[1]["spec"]["sha256"], expected);

    let refused: [(&str, &[&str], &str); 7] = [
        (OCI, &["--wasm", &wasm], "digest of the image"),
        ("file:///x.wasm", &["--wasm", &wasm], "digest of the image"),
        (HTTPS, &["--wasm", &text], "no WebAssembly module"),
        (HTTPS, &["--wasm", "no-such-file"], "no-such-file"),
        (OCI, &["--sha256", "abc"], "64 hexadecimal digits"),
        (
            HTTPS,
            &["--wasm", &wasm, "--sha256", "abc"],
            "cannot be used with",
        ),
        (
            "s3://bucket/x",
            &[],
            "write oci://, https://, http:// or file://",
        ),
    ];
    for (image, more, expected) in refused {
        let output = run(image, more);
        assert_eq!(output.status.code(), Some(2), "{image} {more:?}");
        assert!(said(&output).contains(expected), "{}", said(&output));
    }
}

#[test]
fn options_that_say_nothing_are_refused() {
    let table: [(&[&str], &str); 7] = [
        (&["--name", "Gamma"], "lower-case letters"),
        (&["--services", "shop/crat"], "there is no such Service"),
        (&["--services", "./*"], "add --split-by-namespace"),
        (&["--services", "cart"], "write NAMESPACE/NAME"),
        (&["--selector", "app"], "write KEY=VALUE"),
        (&["--selector", "app=*"], "without wildcards"),
        (
            &["--client-namespace", "shop", "--split-by-namespace"],
            "cannot be used",
        ),
    ];
    for (arguments, expected) in table {
        let arguments = [&["-f", "examples/shop", "--image", OCI], arguments].concat();
        let output = gammactl(&arguments, "");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(said(&output).contains(expected), "{}", said(&output));
    }
}

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

/// Routes of the size that is wanted, one after the other: where they are, and how many KiB.
fn large(routes: &[(&str, usize)]) -> String {
    let mut text = SERVICES.to_owned();
    for (namespace, kib) in routes {
        // Four KiB each, which is as long as a value may be.
        for rule in 0..kib / 4 {
            write!(
                text,
                "---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {{name: route-{rule}, namespace: {namespace}}}
spec:
  parentRefs: [{{group: '', kind: Service, name: cart, namespace: shop}}]
  rules:
    - matches: [{{headers: [{{name: x-large, value: {rule:04}{}}}]}}]
      backendRefs: [{{name: cart, namespace: shop, port: 80}}]
",
                "v".repeat(4092)
            )
            .unwrap();
        }
    }
    text
}

#[test]
fn objects_fit_into_kubernetes() {
    let manifests = large(&[("shop", 200)]);
    let output = gammactl(&["-f", "-", "--image", OCI], &manifests);
    assert!(codes(&output).is_empty(), "{}", said(&output));

    let manifests = large(&[("shop", 300)]);
    let output = gammactl(&["-f", "-", "--image", OCI], &manifests);
    assert_eq!(codes(&output), ["G602"]);
    assert!(said(&output).contains("kubectl apply --server-side"));
    assert_eq!(placed(&read(&output)), MESH);

    // Too much for one object, but not for one each.
    let manifests = large(&[("web", 800), ("app", 800)]);
    let output = gammactl(&["-f", "-", "--image", OCI], &manifests);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(said(&output).contains("each of 3 namespaces gets its own"));
    assert_eq!(placed(&read(&output)).len(), 6);
    let split = gammactl(
        &["-f", "-", "--image", OCI, "--split-by-namespace"],
        &manifests,
    );
    assert_eq!(output.stdout, split.stdout);
    assert!(!said(&split).contains("gets its own"));
}

#[test]
fn what_can_not_be_split_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let target = directory.path().join("gamma.yaml");
    let path = target.to_str().unwrap();
    // Everybody needs producer routes.
    let manifests = large(&[("shop", 1600)]);
    let output = gammactl(&["-f", "-", "--image", OCI, "-o", path], &manifests);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        codes(&output).contains(&"G603".to_owned()),
        "{}",
        said(&output)
    );
    assert!(
        said(&output).contains("shop/cart with 1.6 MiB"),
        "{}",
        said(&output)
    );
    assert!(!Path::new(path).exists());

    // Unless they don't call the Service.
    let other = manifests.replace(
        SERVICES,
        &format!(
            "{SERVICES}---
apiVersion: v1
kind: Service
metadata: {{name: small, namespace: shop}}
spec: {{ports: [{{port: 80}}]}}
"
        ),
    );
    let arguments = ["-f", "-", "--image", OCI, "--services", "shop/small"];
    let output = gammactl(&arguments, &other);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
}

/// `UPDATE=1 cargo test` writes what is there now.
#[test]
fn the_example_is_up_to_date() {
    let name = "examples/istio/gamma.yaml";
    let output = gammactl(&["-f", "examples/shop", "--image", OCI], "");
    let text = String::from_utf8(output.stdout).unwrap();
    let text = text.replace("-f FILE", &format!("-f {name}"));
    let path = Path::new(ROOT).join(name);
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, &text).unwrap();
    }
    assert_eq!(fs::read_to_string(&path).unwrap(), text);
}

#[test]
fn the_file_says_how_to_apply_it() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("gamma.yaml");
    let path = path.to_str().unwrap();
    let output = gammactl(&["-f", "examples/shop", "--image", OCI, "-o", path], "");
    assert!(output.status.success());
    let text = fs::read_to_string(path).unwrap();
    assert!(text.contains(&format!("#   kubectl apply --server-side -f {path}\n")));
    assert!(text.contains("every namespace of the mesh"));
}

//! The options of `gammactl istio` become fields of the objects.

use std::fs;

use serde_json::json;

use crate::{OCI, gammactl, objects, read, said};

const HTTPS: &str = "https://example.com/gamma-filter.wasm";

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
        (OCI, &["--wasm", &wasm], "digest of its manifest"),
        (
            "file:///x.wasm",
            &["--wasm", &wasm],
            "digest of its manifest",
        ),
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

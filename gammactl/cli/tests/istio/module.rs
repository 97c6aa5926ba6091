//! `gammactl istio` looks the module up before it writes anything, and writes down what it found.

use std::process::Output;

use serde_json::{Value, json};

use crate::{
    ROOT, codes, command, read, said,
    server::{Answer, Request, Server},
};

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
/// As `printf '%s' … | sha256sum` has it of the text below.
const DIGEST: &str = "c0cee6fda736092434ec8834a817109a994a9b0255c71af9fe4f44793c82482d";
const IMAGE: &str = r#"{"layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip"}]}"#;

fn registry() -> Server {
    Server::start(|request: &Request| {
        assert_eq!(request.header("user-agent"), Some("gammactl"));
        match &*request.path {
            path if path.ends_with(&format!("/v2/gamma/manifests/sha256:{DIGEST}")) => {
                Answer::new(200, MANIFEST, IMAGE)
            }
            "/v2/gamma/manifests/1" | "/v2/gamma/manifests/latest" => {
                Answer::new(200, MANIFEST, IMAGE)
            }
            "/v2/other/manifests/1" => Answer::new(200, MANIFEST, r#"{"layers":[]}"#),
            "/gamma.wasm" => Answer::new(200, "application/wasm", "\0asm\x01\0\0\0"),
            "/page" => Answer::new(200, "text/html", "<html>"),
            _ => Answer::new(404, "", ""),
        }
    })
}

fn istio(image: &str, more: &[&str]) -> Output {
    let mut command = command::gammactl();
    let command = command.args(["istio", "-f", "examples/shop", "--image", image]);
    let empty = tempfile::tempdir().unwrap();
    let command = command.args(more).env("DOCKER_CONFIG", empty.path());
    command.current_dir(ROOT).output().unwrap()
}

fn plugin(output: &Output) -> Value {
    assert!(output.status.success(), "{}", said(output));
    let spec = read(output).remove(1)["spec"].take();
    json!({ "url": spec["url"], "sha256": spec["sha256"] })
}

#[test]
fn what_was_found_is_pinned() {
    let server = registry();
    let at = |rest: &str| format!("oci://{}/{rest}", server.address);
    let pinned = format!("{}@sha256:{DIGEST}", at("gamma:1"));
    // Image, options, URL and hash that are written, and what is said.
    type Row<'a> = (String, &'a [&'a str], &'a str, Option<&'a str>, &'a str);
    let table: [Row<'_>; 5] = [
        (at("gamma:1"), &[], &pinned, None, "which is in the URL now"),
        (
            format!("{}/gamma:1", server.address),
            &[],
            &pinned,
            None,
            "which is in the URL now",
        ),
        (
            at("gamma"),
            &[],
            &at("gamma"),
            None,
            "take what is there when they start",
        ),
        (
            at("gamma:1"),
            &["--image-pull-policy", "always"],
            &at("gamma:1"),
            None,
            "take what is there when they start",
        ),
        (
            at("gamma:1"),
            &["--sha256", DIGEST],
            &at("gamma:1"),
            Some(DIGEST),
            "has the manifest sha256:",
        ),
    ];
    for (image, more, url, sha256, expected) in table {
        let output = istio(&image, more);
        assert_eq!(plugin(&output), json!({ "url": url, "sha256": sha256 }));
        assert!(said(&output).contains(expected), "{}", said(&output));
        assert!(said(&output).contains(DIGEST), "{}", said(&output));
    }
    let url = format!("http://{}/gamma.wasm", server.address);
    let sha256 = "93a44bbb96c751218e4c00d479e4c14358122a389acca16205b1e4d0dc5f9476";
    assert_eq!(
        plugin(&istio(&url, &[])),
        json!({ "url": url, "sha256": sha256 })
    );
}

#[test]
fn nothing_is_written_for_a_module_that_is_wrong() {
    let server = registry();
    let oci = |rest: &str| format!("oci://{}/{rest}", server.address);
    let http = |rest: &str| format!("http://{}/{rest}", server.address);
    let other = "ab".repeat(32);
    let table: [(String, &[&str], &str, &str); 8] = [
        (oci("gamma:2"), &[], "G612", "skopeo copy oci-archive:"),
        (oci("other:1"), &[], "G613", "`make image`"),
        (
            oci("gamma:1"),
            &["--sha256", &other],
            "G615",
            "skopeo inspect",
        ),
        (
            oci(&format!("gamma@sha256:{DIGEST}")),
            &["--sha256", &other],
            "G615",
            DIGEST,
        ),
        (http("page"), &[], "G616", "text/html"),
        (http("absent"), &[], "G612", "put the module there"),
        (
            http("gamma.wasm"),
            &["--sha256", &other],
            "G615",
            "sha256sum",
        ),
        ("oci://127.0.0.1:1/gamma:1".into(), &[], "G610", "--offline"),
    ];
    for (image, more, code, hint) in table {
        let output = istio(&image, more);
        assert_eq!(output.status.code(), Some(1), "{image} {more:?}");
        assert_eq!(codes(&output), [code], "{image} {}", said(&output));
        assert!(said(&output).contains(hint), "{}", said(&output));
        assert!(said(&output).contains("answer all of their outbound requests 403"));
        assert!(output.stdout.is_empty(), "{image}");
    }
    let output = istio("oci://127.0.0.1:1/Gamma", &[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        said(&output).contains("names no image"),
        "{}",
        said(&output)
    );
}

#[test]
fn it_is_said_when_nobody_looked() {
    let absent = "oci://127.0.0.1:1/gamma:1";
    let output = istio(absent, &["--offline"]);
    assert_eq!(plugin(&output)["url"], absent);
    assert!(
        said(&output).contains("was not looked up"),
        "{}",
        said(&output)
    );
    let file = istio("file:///opt/gamma.wasm", &[]);
    assert_eq!(plugin(&file)["url"], "file:///opt/gamma.wasm");
    assert!(
        said(&file).contains("a file in the sidecars"),
        "{}",
        said(&file)
    );
}

//! Objects of `gammactl istio` that are large are compressed; what is too large for Kubernetes is refused.

use std::{fmt::Write as _, path::Path};

use crate::{MESH, OCI, SERVICES, codes, gammactl, placed, read, said};

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

const PLAIN: [&str; 6] = ["-f", "-", "--image", OCI, "--config-format", "plain"];

#[test]
fn objects_fit_into_kubernetes() {
    let manifests = large(&[("shop", 200)]);
    let output = gammactl(&PLAIN, &manifests);
    assert!(codes(&output).is_empty(), "{}", said(&output));

    let manifests = large(&[("shop", 300)]);
    let output = gammactl(&PLAIN, &manifests);
    assert_eq!(codes(&output), ["G602"]);
    assert!(said(&output).contains("--config-format gzip"));
    assert_eq!(placed(&read(&output)), MESH);

    // Which is what is done if nobody says otherwise.
    let output = gammactl(&["-f", "-", "--image", OCI], &manifests);
    assert!(codes(&output).is_empty(), "{}", said(&output));
    let objects = read(&output);
    let config = &objects[1]["spec"]["pluginConfig"];
    assert_eq!(
        config.as_object().unwrap().keys().collect::<Vec<_>>(),
        ["gzip"]
    );
    gamma_config::parse(config.to_string().as_bytes()).unwrap();
}

/// Routes as people have them: names, paths and backends of their own.
#[test]
fn ten_thousand_routes_fit_into_one_object() {
    const MOST: usize = 512 * 1024;
    let mut text = SERVICES.to_owned();
    for number in 0..10_000 {
        write!(
            text,
            "---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {{name: route-{number}, namespace: shop}}
spec:
  parentRefs: [{{group: '', kind: Service, name: cart}}]
  rules:
    - matches: [{{path: {{value: /items/{number}/v1}}}}]
      backendRefs: [{{name: cart, port: 80}}]
    - matches: [{{path: {{value: /items/{number}/v2}}, headers: [{{name: x-user, value: u{number}}}]}}]
      backendRefs: [{{name: cart, port: 80}}]
"
        )
        .unwrap();
    }
    let output = gammactl(&["-f", "-", "--image", OCI], &text);
    assert!(codes(&output).is_empty(), "{}", said(&output));
    let objects = read(&output);
    let size = objects[1].to_string().len();
    println!("10,000 routes of two rules: {size} bytes");
    assert!(size < MOST, "{size}");
    let config = objects[1]["spec"]["pluginConfig"].to_string();
    let config = gamma_config::parse(config.as_bytes()).unwrap();
    let table = config.services[0].ports[0].producer.as_ref().unwrap();
    assert_eq!(table.rules.len(), 20_000);
}

#[test]
fn what_is_too_large_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let target = directory.path().join("gamma.yaml");
    let path = target.to_str().unwrap();
    let manifests = large(&[("shop", 1600)]);
    let arguments = [&PLAIN[..], &["-o", path]].concat();
    let output = gammactl(&arguments, &manifests);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        codes(&output).contains(&"G603".to_owned()),
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
    let arguments = [&PLAIN[..], &["--services", "shop/small"]].concat();
    let output = gammactl(&arguments, &other);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
}

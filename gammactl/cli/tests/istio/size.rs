//! Objects of `gammactl istio` that are too large for Kubernetes are divided or refused.

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

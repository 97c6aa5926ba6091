use gamma_manifest::{self as manifest, Manifests, diagnostic::Diagnostics, source::Sources};

use crate::ClusterNaming;

fn services() -> Manifests {
    let mut sources = Sources::default();
    sources.add(
        "services.yaml",
        "apiVersion: v1
kind: Service
metadata: {name: cart, namespace: shop}
spec: {ports: [{port: 80}]}
---
apiVersion: multicluster.x-k8s.io/v1alpha1
kind: ServiceImport
metadata: {name: cart, namespace: shop}
spec: {type: ClusterSetIP, ports: [{port: 80}]}
",
    );
    manifest::decode(&sources, "default", &mut Diagnostics::default())
}

fn names(template: &str) -> Vec<String> {
    let names: ClusterNaming = template.parse().unwrap();
    let manifests = services();
    manifests
        .services
        .iter()
        .map(|service| names.of(service, 80, "cluster.local"))
        .collect()
}

#[test]
fn a_service_and_an_import_of_its_name_have_clusters_of_their_own() {
    let table = [
        ("standalone", ["shop/cart/80", "shop/cart.clusterset/80"]),
        (
            "istio",
            [
                "outbound|80||cart.shop.svc.cluster.local",
                "outbound|80||cart.shop.svc.clusterset.local",
            ],
        ),
        (
            "{namespace}_{name}_{port}",
            ["shop_cart_80", "shop_cart.clusterset_80"],
        ),
        (
            "kube|{name}.{namespace}.svc.{domain}|{port}|x",
            [
                "kube|cart.shop.svc.cluster.local|80|x",
                "kube|cart.shop.svc.clusterset.local|80|x",
            ],
        ),
    ];
    for (template, expected) in table {
        assert_eq!(names(template), expected, "{template}");
    }
}

/// What `gammactl` calls by a name could have been written as a template.
#[test]
fn the_presets_are_templates() {
    assert_eq!(names("standalone"), names("{namespace}/{name}/{port}"));
    assert_eq!(
        names("istio"),
        names("outbound|{port}||{name}.{namespace}.svc.{domain}")
    );
}

#[test]
fn a_bad_template_is_explained() {
    let table = [
        ("isto", "did you mean `istio`?"),
        ("envoy", "which would be like `{namespace}/{name}/{port}`"),
        ("", "neither `standalone` nor `istio`"),
        (
            "{namespace}/{service}/{port}",
            "no placeholder {service}: use {namespace}, {name}, {port}, {domain}",
        ),
        ("{namspace}/{name}/{port}", "did you mean {namespace}?"),
        (
            "{namespace/{name}/{port}",
            "no placeholder {namespace/{name}",
        ),
        ("{namespace}/{name}/{port", "one brace is alone"),
        ("{namespace}/name}/{port}", "one brace is alone"),
        ("{name}:{port}", "{namespace} is missing"),
        ("{namespace}/{port}", "{name} is missing"),
        ("{namespace}/{name}", "{port} is missing"),
        (
            "{namespace}-{name}/{port}",
            "{namespace} and {name} run into each other",
        ),
        ("{namespace}/{name}{port}", "{name} and {port} run into"),
        ("{namespace}/{name}/{port}\n", "'\\n' can't be in a cluster"),
        ("{namespace}/{name}/{port}é", "'é' can't be in a cluster"),
    ];
    for (template, expected) in table {
        let error = template.parse::<ClusterNaming>().unwrap_err().to_string();
        assert!(error.contains(expected), "{template}: {error}");
    }
}

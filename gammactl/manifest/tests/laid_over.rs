//! Files are laid over the objects of a cluster, as `kubectl apply` would do.

use gamma_manifest::{
    Manifests, decode,
    diagnostic::{Diagnostics, codes},
    source::Sources,
};

const LIVE_ROUTE: &str = "\
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: cart, namespace: shop, creationTimestamp: '2026-01-31T12:00:00Z'}
spec: {parentRefs: [{group: '', kind: Service, name: cart}], rules: [{name: live}]}
";
const FILE_ROUTE: &str = "\
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: cart, namespace: shop}
spec: {parentRefs: [{group: '', kind: Service, name: cart}], rules: [{name: file}]}
";
const LIVE_SERVICE: &str = "\
apiVersion: v1
kind: Service
metadata: {name: cart, namespace: shop}
spec: {clusterIP: 10.96.0.7, clusterIPs: [10.96.0.7], ipFamilies: [IPv4], ports: [{port: 80}]}
";

fn over(file: &str, live: &[&str]) -> (Manifests, Diagnostics) {
    let mut sources = Sources::default();
    sources.add("file.yaml", file);
    for (number, live) in live.iter().enumerate() {
        sources.add_live(format!("kube:dev/{number}"), *live);
    }
    let mut diagnostics = Diagnostics::default();
    let manifests = decode(&sources, "default", &mut diagnostics);
    (manifests, diagnostics)
}

#[test]
fn a_file_replaces_the_object_of_its_name_and_keeps_its_age() {
    let (manifests, diagnostics) = over(FILE_ROUTE, &[LIVE_ROUTE]);
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    let [route] = &*manifests.routes else {
        panic!("{} routes", manifests.routes.len());
    };
    assert_eq!(route.rules[0].name.as_ref().unwrap().value, "file");
    let created = "2026-01-31T12:00:00Z".parse().unwrap();
    assert_eq!(route.metadata.creation_timestamp, Some(created));
    assert!(manifests.left_out.is_empty());
}

#[test]
fn what_has_another_name_or_namespace_stays() {
    let elsewhere = FILE_ROUTE.replace("namespace: shop", "namespace: web");
    let (manifests, diagnostics) = over(&elsewhere, &[LIVE_ROUTE]);
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    assert_eq!(manifests.routes.len(), 2);
}

#[test]
fn a_service_keeps_the_addresses_that_a_file_does_not_name() {
    let plain = "{apiVersion: v1, kind: Service, metadata: {name: cart, namespace: shop}, spec: {ports: [{port: 81}]}}";
    let (manifests, diagnostics) = over(plain, &[LIVE_SERVICE]);
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    let [service] = &*manifests.services else {
        panic!("{} Services", manifests.services.len());
    };
    assert_eq!(service.ports[0].port, 81);
    assert_eq!(service.cluster_ips[0].value.to_string(), "10.96.0.7");
    // `type: ExternalName` takes them away.
    let external = plain.replace(
        "spec: {ports: [{port: 81}]",
        "spec: {type: ExternalName, externalName: cart.example.com",
    );
    let (manifests, _) = over(&external, &[LIVE_SERVICE]);
    assert!(manifests.services[0].cluster_ips.is_empty());
}

#[test]
fn two_files_of_one_name_are_still_a_mistake() {
    let twice = format!("{FILE_ROUTE}---\n{FILE_ROUTE}");
    let (_, diagnostics) = over(&twice, &[LIVE_ROUTE]);
    let found: Vec<_> = diagnostics.iter().map(|d| d.code).collect();
    assert_eq!(found, [&codes::DUPLICATE_OBJECT]);
}

#[test]
fn a_live_object_is_no_template() {
    let live = LIVE_ROUTE.replace(
        "name: live}",
        "name: live, matches: [{headers: [{name: x, value: '{{ .Values.x }}'}]}]}",
    );
    let (manifests, diagnostics) = over("", &[&live]);
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    assert_eq!(manifests.routes.len(), 1);
}

//! What is said about folders in which there is more than manifests.

use gamma_manifest::{Manifests, decode, diagnostic::Diagnostics, source::Sources};

const SERVICE: &str = "\
apiVersion: v1
kind: Service
metadata: {name: cart, namespace: shop}
spec: {ports: [{port: 80}]}
";
const ROUTE: &str = "\
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: cart, namespace: shop}
spec: {parentRefs: [{group: '', kind: Service, name: cart}], rules: [{backendRefs: [{name: cart, port: 80}]}]}
";

/// The manifests of some files, and each finding with its code, file and line.
fn read(files: &[(&str, &str)]) -> (Manifests, Vec<String>) {
    let mut sources = Sources::default();
    for (name, text) in files {
        sources.add(*name, *text);
    }
    let mut diagnostics = Diagnostics::default();
    let manifests = decode(&sources, "default", &mut diagnostics);
    diagnostics.sort();
    let said = diagnostics.iter().map(|d| {
        let span = d.span.unwrap();
        let (line, _) = sources.line_column(span);
        format!("{} {}:{line}", d.code.id, sources.of(span).name)
    });
    let said = said.collect();
    (manifests, said)
}

#[test]
fn a_kustomization_and_its_patches_are_no_objects() {
    let kustomization = "\
namespace: shop
resources: [route.yaml, service.yaml]
patches:
  - {path: weight.yaml}
  - {path: ./replicas.json, target: {kind: Deployment}}
  - {path: ../shared/route-patch.yaml, target: {kind: HTTPRoute}}
patchesStrategicMerge:
  - deployment.yaml
";
    let deployment = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: cart}\n";
    let (manifests, said) = read(&[
        ("app/base/deployment.yaml", deployment),
        ("app/base/kustomization.yaml", kustomization),
        (
            "app/base/replicas.json",
            "[{\"op\": \"replace\", \"path\": \"/spec/replicas\", \"value\": 3}]",
        ),
        ("app/base/route.yaml", ROUTE),
        ("app/base/service.yaml", SERVICE),
        ("app/base/weight.yaml", ROUTE),
        (
            "app/shared/route-patch.yaml",
            "- {op: remove, path: /spec/hostnames}\n",
        ),
    ]);
    assert_eq!((manifests.routes.len(), manifests.services.len()), (1, 1));
    assert_eq!(
        said,
        [
            "G113 app/base/deployment.yaml:1",
            "G113 app/base/kustomization.yaml:1",
            "G113 app/base/replicas.json:1",
            "G115 app/base/weight.yaml:1",
            "G115 app/shared/route-patch.yaml:1",
        ]
    );
}

#[test]
fn a_chart_is_named_and_only_what_matters_of_it_is_missing() {
    let route = "kind: HTTPRoute\nmetadata: {name: {{ .Values.name }}}\n";
    let (manifests, said) = read(&[
        (
            "shop/Chart.yaml",
            "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
        ),
        (
            "shop/templates/account.yaml",
            "kind: ServiceAccount\nmetadata: {name: {{ .Values.name }}}\n",
        ),
        ("shop/templates/route.yaml", route),
        ("shop/templates/service.yaml", SERVICE),
        ("shop/values-prod.yaml", "name: shop\n"),
        ("shop/values.yaml", "name: shop\nkind: {}\n"),
    ]);
    assert_eq!(manifests.services.len(), 1);
    assert_eq!(
        said,
        [
            "G113 shop/Chart.yaml:1",
            "G113 shop/templates/account.yaml:2",
            "G114 shop/templates/route.yaml:2",
            "G113 shop/values-prod.yaml:1",
            "G113 shop/values.yaml:1",
        ]
    );
}

#[test]
fn what_is_no_text_hides_nothing() {
    let mut sources = Sources::default();
    sources.add_bytes("latin1.yaml", b"a: \xe9\n".to_vec());
    sources.add_bytes("service.yaml.gz", b"\x1f\x8b\x08".to_vec());
    sources.add_bytes("service.yaml", SERVICE.into());
    let mut diagnostics = Diagnostics::default();
    let manifests = decode(&sources, "default", &mut diagnostics);
    assert_eq!(manifests.services.len(), 1);
    assert_eq!(
        diagnostics.iter().filter(|d| d.code.id == "G116").count(),
        2
    );
}

#[test]
fn manifests_alone_are_not_mentioned() {
    let (manifests, said) = read(&[("values.yaml", SERVICE), ("kustomization.yaml", ROUTE)]);
    assert_eq!((manifests.routes.len(), manifests.services.len()), (1, 1));
    assert!(said.is_empty(), "{said:?}");
}

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

/// A large List is read item by item. It must not matter.
#[test]
fn the_items_of_a_large_list_are_read_as_if_they_stood_alone() {
    let mut single = String::new();
    let mut yaml = String::from("apiVersion: v1\nitems:\n");
    let mut json = Vec::new();
    for i in 0..1500 {
        // Some are wrong, and each finding has its place.
        let name = if i % 300 == 7 { "Cart" } else { "cart" };
        let port = 80 + i % 7;
        single.push_str(&format!(
            "---\napiVersion: v1\nkind: Service\nmetadata: {{name: {name}-{i}}}\nspec:\n  ports:\n  - port: {port}\n"
        ));
        yaml.push_str(&format!(
            "- apiVersion: v1\n  kind: Service\n  metadata: {{name: {name}-{i}}}\n  spec:\n    ports:\n    - port: {port}\n"
        ));
        json.push(format!(
            "{{\"apiVersion\": \"v1\", \"kind\": \"Service\", \"metadata\": {{\"name\": \"{name}-{i}\"}}, \"spec\": {{\"ports\": [{{\"port\": {port}}}]}}}}"
        ));
    }
    yaml.push_str("kind: List\n");
    let json = format!(
        "{{\"apiVersion\": \"v1\", \"items\": [\n{}\n], \"kind\": \"List\"}}",
        json.join(",\n")
    );
    // What hangs together is read as a whole.
    let anchored =
        yaml.replacen("{name: cart-0}", "&m {name: cart-0}", 1) + "metadata: {}\nx: *m\n";
    let expected = read(&[("all.yaml", &single)]);
    assert_eq!(expected.1.len(), 5);
    let codes = |said: &[String]| {
        said.iter()
            .map(|said| said[..4].to_owned())
            .collect::<Vec<_>>()
    };
    let ports = |manifests: &Manifests| {
        let service = manifests.services.iter();
        service
            .map(|s| (s.metadata.name.value.clone(), s.ports[0].port))
            .collect::<Vec<_>>()
    };
    for text in [&yaml, &json, &anchored] {
        let (manifests, said) = read(&[("all.yaml", text)]);
        assert_eq!(ports(&manifests), ports(&expected.0));
        assert_eq!(codes(&said), codes(&expected.1));
    }
    let (_, said) = read(&[("all.yaml", &yaml)]);
    assert_eq!(said[0], format!("G106 all.yaml:{}", 3 + 7 * 6 + 2));
}

//! What is written beside routes: cases, policies, steps and the report.

use std::{fs, path::Path, process::Output};

use crate::{SOURCE, command, read, said, written};

fn tested(folder: &Path) -> Output {
    let test = ["test", folder.to_str().unwrap()];
    command::gammactl().args(test).output().unwrap()
}

/// Rules of every kind, whatever they do.
const MANY: &str = r#"
apiVersion: v1
kind: Service
metadata: {name: cart, namespace: shop}
spec: {selector: {app: cart}, ports: [{name: http, port: 80}, {name: http-b, port: 8080}]}
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: cart, namespace: shop}
spec:
  host: cart
  trafficPolicy: {loadBalancer: {simple: RANDOM}, outlierDetection: {minHealthPercent: 30}}
  subsets:
    - {name: v1, labels: {version: v1}}
    - {name: v2, labels: {version: v2}, trafficPolicy: {loadBalancer: {simple: LEAST_REQUEST}}}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: cart, namespace: shop}
spec:
  hosts: [cart]
  http:
    - match: [{uri: {prefix: /old}}]
      redirect: {uri: /new, authority: shop.example.com}
    - match: [{uri: {prefix: /api/}, sourceNamespace: far}]
      rewrite: {uri: /v2/, authority: other.example.com}
      timeout: 2s
      headers: {request: {set: {x-set: "1"}, remove: [x-gone]}, response: {add: {x-added: b}}}
      route: [{destination: {host: cart, subset: v1}}]
    - match: [{uri: {regex: "/v[0-9]+/.*"}, withoutHeaders: {x-internal: {}}}]
      corsPolicy: {allowOrigins: [{exact: "https://example.com"}], allowMethods: [GET]}
      route: [{destination: {host: cart, subset: v2}}]
    - match: [{method: {regex: "POST|PUT"}, port: 80}, {queryParams: {q: {prefix: "a"}}}]
      mirror: {host: cart, subset: v2}
      mirrorPercentage: {value: 12.5}
      retries: {attempts: 3, perTryTimeout: 1s, retryOn: "503"}
      route:
        - {destination: {host: cart, subset: v1}, weight: 2}
        - {destination: {host: cart, subset: v2}, weight: 1}
    - route: [{destination: {host: cart, port: {number: 80}}}]
"#;

/// One for each match, and each of them holds only as long as the routes say the same.
#[test]
fn cases_pass_until_a_route_is_changed() {
    let directory = tempfile::tempdir().unwrap();
    let output = written(directory.path(), &["--accept", "G708"], MANY);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let output = tested(directory.path());
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success() && text.contains("0 failed"),
        "{text}"
    );
    let cases = read(directory.path(), "tests/shop.cases.yaml");
    let steps = read(directory.path(), "STEPS.md");
    assert!(steps.contains("\ngammactl test tests\n"), "{steps}");
    for (file, from, to) in [
        ("shop", "statusCode: 301", "statusCode: 302"),
        (
            "shop",
            "port: 80\n          weight: 2",
            "port: 80\n          weight: 3",
        ),
        ("shop", "numerator: 125000", "numerator: 125001"),
        ("shop", "backendRequest: \"1s\"", "backendRequest: \"2s\""),
        ("shop", "attempts: 3", "attempts: 2"),
        ("shop", "- 503", "- 502"),
        (
            "shop",
            "hostname: shop.example.com",
            "hostname: example.com",
        ),
        (
            "far",
            "replacePrefixMatch: \"/v2\"",
            "replacePrefixMatch: \"/v3\"",
        ),
        (
            "far",
            "hostname: other.example.com",
            "hostname: example.com",
        ),
        ("far", "value: b", "value: c"),
        ("far", "request: \"2s\"", "request: \"3s\""),
        (
            "shop",
            "PathPrefix\n            value: \"/old\"",
            "PathPrefix\n            value: \"/olds\"",
        ),
        ("shop", "method: PUT", "method: PATCH"),
    ] {
        let path = directory.path().join(format!("02-routes/{file}.yaml"));
        let routes = fs::read_to_string(&path).unwrap();
        assert!(routes.contains(from), "{from}: {routes}");
        fs::write(&path, routes.replace(from, to)).unwrap();
        let output = tested(directory.path());
        let text = String::from_utf8_lossy(&output.stdout);
        assert_eq!(output.status.code(), Some(1), "{from}: {text}\n{cases}");
        fs::write(&path, routes).unwrap();
    }
    assert!(tested(directory.path()).status.success());
}

#[test]
fn subsets_take_their_policies_with_them_where_istio_reads_them() {
    let directory = tempfile::tempdir().unwrap();
    let output = written(directory.path(), &["--accept", "G708"], MANY);
    assert!(
        !said(&output).contains("trafficPolicy"),
        "{}",
        said(&output)
    );
    let policies = read(directory.path(), "03-policies/shop.yaml");
    let (first, second) = policies.split_once("---\n").unwrap();
    assert!(
        first.contains("host: cart-v1.shop.svc.cluster.local") && first.contains("simple: RANDOM")
    );
    assert!(
        second.contains("host: cart-v2.shop.svc.cluster.local")
            && second.contains("simple: LEAST_REQUEST")
    );
    assert!(second.contains("minHealthPercent: 30"), "{second}");
    assert!(read(directory.path(), "02-routes/shop.yaml").contains("istio.io/rev: gamma"));
    // What it says of the Service itself is not carried over.
    let steps = read(directory.path(), "STEPS.md");
    assert!(steps.contains("kubectl apply -f 03-policies/"), "{steps}");
    assert!(
        steps.contains("kubectl delete virtualservices.networking.istio.io -n shop cart\n"),
        "{steps}"
    );
    assert!(
        steps.contains("destinationrules.networking.istio.io shop/cart stays"),
        "{steps}"
    );

    let directory = tempfile::tempdir().unwrap();
    let options = ["--accept", "G708", "--data-plane", "envoy"];
    let output = written(directory.path(), &options, MANY);
    let text = said(&output);
    assert_eq!(
        text.matches("trafficPolicy` is about connections").count(),
        2,
        "{text}"
    );
    assert!(!directory.path().join("03-policies").exists());
    assert!(!read(directory.path(), "02-routes/shop.yaml").contains("istio.io/rev"));
    let steps = read(directory.path(), "STEPS.md");
    assert!(steps.contains("gammactl envoy -f services.yaml"), "{steps}");
    assert!(
        steps.contains("kubectl delete destinationrules.networking.istio.io -n shop cart\n"),
        "{steps}"
    );
}

#[test]
fn the_report_has_each_finding_with_its_place_and_requests() {
    let directory = tempfile::tempdir().unwrap();
    let elsewhere = directory.path().join("elsewhere.json");
    let options = ["--accept", "G709", "--report", elsewhere.to_str().unwrap()];
    let gone = "    - match: [{uri: {prefix: /gone}}]\n      directResponse: {status: 410}\n    - route: [";
    let source = SOURCE.replace("    - route: [", gone);
    let output = written(directory.path(), &options, &source);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    let json = read(directory.path(), "convert.report.json");
    assert_eq!(json, fs::read_to_string(elsewhere).unwrap());
    let report: serde_json::Value = serde_json::from_str(&json).unwrap();
    let coverage = &report["coverage"];
    let number = |name: &str| coverage[name].as_u64().unwrap();
    assert_eq!(number("fields"), number("carried") + number("reported"));
    assert_eq!(number("reported"), 2, "{coverage}");
    let findings = report["findings"].as_array().unwrap();
    let of = |code: &str| -> Vec<&serde_json::Value> {
        let all = findings.iter();
        all.filter(|finding| finding["code"] == code).collect()
    };
    assert!(!of("G709").is_empty());
    assert!(of("G709").iter().all(|finding| finding["accepted"] == true));
    let gone = of("G708")[0];
    assert_eq!(gone["class"], "answeredOtherwise");
    assert_eq!(gone["accepted"], false);
    assert_eq!(gone["source"]["field"], "spec.http[1].directResponse");
    assert_eq!(gone["source"]["object"], "VirtualService shop/cart");
    assert_eq!(gone["services"][0], "shop/cart");
    let requests = gone["requests"].as_array().unwrap();
    assert!(
        requests
            .iter()
            .any(|request| request["curl"] == "curl http://cart.shop/gone")
    );
    assert!(
        requests
            .iter()
            .all(|request| request["now"] == "status 500"),
        "{requests:?}"
    );
    let text = read(directory.path(), "report.md");
    assert!(
        text.contains("| shop/cart | ")
            && text.contains("curl http://cart.shop/gone  # now status 500"),
        "{text}"
    );
}

/// Objects that go on doing something are not to be deleted.
#[test]
fn steps_delete_only_what_the_routes_do() {
    let directory = tempfile::tempdir().unwrap();
    let steps = |from: &str, to: &str| {
        written(
            directory.path(),
            &["--accept", "G709"],
            &SOURCE.replace(from, to),
        );
        read(directory.path(), "STEPS.md")
    };
    let delete = "kubectl delete virtualservices.networking.istio.io -n shop cart\n";
    let plain = steps("", "");
    assert!(
        plain.contains(delete) && plain.contains("kubectl apply -f before.yaml"),
        "{plain}"
    );
    for (to, said) in [
        (
            "  hosts: [cart, elsewhere.example.com]\n",
            "stays: it may do something",
        ),
        (
            "  hosts: [cart]\n  gateways: [mesh, edge]\n",
            "take `mesh` out of its `gateways`",
        ),
        (
            "  hosts: [cart]\n  tcp: [{route: [{destination: {host: cart}}]}]\n",
            "take `http` out of it",
        ),
        (
            "  hosts: [cart]\n  gateways: [edge]\n",
            "there is nothing to do",
        ),
    ] {
        let steps = steps("  hosts: [cart]\n", to);
        assert!(
            !steps.contains(delete) && steps.contains(said),
            "{to}: {steps}"
        );
    }
}

/// DestinationRules are obeyed where clusters are Istio's.
#[test]
fn what_is_written_with_policies_passes_check() {
    let service = "apiVersion: v1\nkind: Service\nmetadata: {name: cart, namespace: shop}\nspec: {selector: {app: cart}, ports: [{name: http, port: 80}]}\n";
    let rules = r#"---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: cart, namespace: shop}
spec:
  host: cart
  trafficPolicy: {loadBalancer: {simple: RANDOM}}
  subsets: [{name: v1, labels: {version: v1}}, {name: v2, labels: {version: v2}}]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: cart, namespace: shop}
spec:
  hosts: [cart]
  http:
    - retries: {attempts: 0}
      route:
        - {destination: {host: cart, subset: v1}, weight: 9}
        - {destination: {host: cart, subset: v2}, weight: 1}
"#;
    let directory = tempfile::tempdir().unwrap();
    let output = written(directory.path(), &[], &format!("{service}{rules}"));
    assert!(output.status.success(), "{}", said(&output));
    assert!(directory.path().join("03-policies").exists());
    fs::write(directory.path().join("service.yaml"), service).unwrap();
    let folder = directory.path().to_str().unwrap();
    let check = [
        "check",
        "--strict",
        "--cluster-names",
        "istio",
        "-f",
        folder,
    ];
    let output = command::gammactl().args(check).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
}

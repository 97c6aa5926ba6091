//! `gammactl convert` as a user meets it: exit codes, what is accepted, what is written.

mod command;

use std::{fs, process::Output};

use command::fed;

const SOURCE: &str = "\
apiVersion: v1
kind: Service
metadata: {name: cart, namespace: shop}
spec: {selector: {app: cart}, ports: [{name: http, port: 80}]}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: cart, namespace: shop}
spec:
  hosts: [cart]
  http:
    - match: [{uri: {prefix: /api}}]
      rewrite: {uri: /v2/}
      route: [{destination: {host: cart}}]
      retries: {attempts: 0}
    - route: [{destination: {host: cart}}]
      retries: {attempts: 0}
";

fn convert(options: &[&str], input: &str) -> Output {
    fed(
        command::gammactl()
            .args(["convert", "-f", "-"])
            .args(options),
        input,
    )
}

fn said(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn what_is_answered_otherwise_fails_until_it_is_accepted() {
    let output = convert(&[], SOURCE);
    assert_eq!(output.status.code(), Some(1));
    let text = said(&output);
    assert!(
        text.contains("error[G709]") && text.contains("--> -:13:"),
        "{text}"
    );
    assert!(text.contains("`/v2/x` instead of `/v2//x`"), "{text}");
    // Each request that the proof has found, with what becomes of it.
    assert!(text.contains("2 differ as said (0 accepted)"), "{text}");
    let found = "  G709 -:13: GET http://cart.shop/api  path: /v2/ → /v2\n";
    assert!(text.contains(found), "{text}");
    // The manifests are there all the same.
    assert!(String::from_utf8_lossy(&output.stdout).contains("replacePrefixMatch: \"/v2\""));

    for accept in ["G709", "G709=-:13"] {
        let output = convert(&["--accept", accept], SOURCE);
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        let text = said(&output);
        assert!(text.contains("2 differ as said (2 accepted)"), "{text}");
    }
    let elsewhere = convert(&["--accept", "G709=-:14"], SOURCE);
    assert_eq!(elsewhere.status.code(), Some(1));
    assert!(said(&elsewhere).contains("need not be accepted"));
}

#[test]
fn a_file_of_what_is_accepted_is_read_line_by_line() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("accepted");
    fs::write(&file, "# known\nG709=-:13   # the backend was asked\n\n").unwrap();
    let path = file.to_str().unwrap();
    assert_eq!(
        convert(&["--accepted", path], SOURCE).status.code(),
        Some(0)
    );
    fs::write(&file, "\nG101\n").unwrap();
    let output = convert(&["--accepted", path], SOURCE);
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("accepted:2"), "{}", said(&output));
}

#[test]
fn what_its_own_api_refuses_is_left_out_and_said() {
    let broken = SOURCE.replace("uri: {prefix: /api}", "uri: {prefix: /api, exact: /x}");
    let output = convert(&["--accept", "G709"], &broken);
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("error[G111]"), "{}", said(&output));
    assert!(output.stdout.is_empty());
}

#[test]
fn what_acts_on_nothing_is_written_nowhere() {
    let output = convert(&[], &SOURCE.replace("hosts: [cart]", "hosts: [chart]"));
    assert_eq!(output.status.code(), Some(1));
    let text = said(&output);
    assert!(
        text.contains("error[G702]") && text.contains("nothing is written"),
        "{text}"
    );
    assert!(output.stdout.is_empty());
}

/// With rules of which none can hold Istio has no route for any request; without rules it has the Service's own.
#[test]
fn rules_that_never_hold_leave_no_request_to_the_service() {
    let begin = SOURCE.find("  http:").unwrap();
    let rules = "  http: [{match: [{uri: {prefix: api}}], route: [{destination: {host: cart}}], retries: {attempts: 0}}]\n";
    let output = convert(&[], &format!("{}{rules}", &SOURCE[..begin]));
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("error[G709]"), "{}", said(&output));
    let routes = String::from_utf8_lossy(&output.stdout);
    assert!(
        routes.contains("HTTPRoute") && !routes.contains("backendRefs"),
        "{routes}"
    );
}

#[test]
fn a_list_that_grows_too_long_is_said_and_not_written() {
    let rules: String = (0..200)
        .map(|n| {
            let of = if n % 2 == 0 {
                format!("headers: {{h{n}: {{exact: v}}}}")
            } else {
                format!("uri: {{prefix: /p{n}}}")
            };
            format!("    - {{match: [{{{of}}}], route: [{{destination: {{host: cart}}, headers: {{request: {{set: {{n: '{n}'}}}}}}}}]}}\n")
        })
        .collect();
    let begin = SOURCE.find("    - match").unwrap();
    let output = convert(&[], &format!("{}{rules}", &SOURCE[..begin]));
    assert_eq!(output.status.code(), Some(1));
    let text = said(&output);
    assert!(
        text.contains("error[G707]: the rules become more than"),
        "{text}"
    );
    assert!(
        output.stdout.is_empty() && !text.contains("please report"),
        "{text}"
    );
}

#[test]
fn an_input_without_anything_to_convert_is_an_error() {
    let (service, _) = SOURCE.split_once("---").unwrap();
    let output = convert(&[], service);
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("kubectl get"), "{}", said(&output));
}

#[test]
fn the_same_input_gives_the_same_files_which_check_takes() {
    let directory = tempfile::tempdir().unwrap();
    let source = SOURCE.replace("prefix: /api", "prefix: /api/");
    let written = |name: &str| {
        let path = directory.path().join(name);
        let output = convert(&["-o", path.to_str().unwrap()], &source);
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        path
    };
    let (one, other) = (written("one"), written("other"));
    let read = |path: &std::path::Path| fs::read(path.join("02-routes/shop.yaml")).unwrap();
    assert_eq!(read(&one), read(&other));
    let (service, _) = SOURCE.split_once("---").unwrap();
    fs::write(one.join("service.yaml"), service).unwrap();
    let check = ["check", "--strict", "-f", one.to_str().unwrap()];
    let output = command::gammactl().args(check).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));

    // What an earlier conversion has left is pointed at, and stays.
    fs::write(one.join("02-routes/old.yaml"), "").unwrap();
    let output = convert(&["-o", one.to_str().unwrap(), "--accept", "G709"], SOURCE);
    assert!(
        said(&output).contains("old.yaml is not of this conversion"),
        "{}",
        said(&output)
    );
}

/// The source, converted into `folder`, with the Services beside it.
fn written(folder: &std::path::Path, options: &[&str], source: &str) -> Output {
    let directory = folder.to_str().unwrap();
    convert(&[options, &["-o", directory]].concat(), source)
}

fn read(folder: &std::path::Path, file: &str) -> String {
    fs::read_to_string(folder.join(file)).unwrap()
}

fn tested(folder: &std::path::Path) -> Output {
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

#[test]
fn prefixes_of_elements_are_what_was_asked_for_and_said() {
    let directory = tempfile::tempdir().unwrap();
    let source = SOURCE.replace("      rewrite: {uri: /v2/}\n", "");
    let output = written(directory.path(), &["--prefix", "elements"], &source);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(
        said(&output).contains("error[G714]: `/api` does not take `/apix`"),
        "{}",
        said(&output)
    );
    assert!(!read(directory.path(), "02-routes/shop.yaml").contains("RegularExpression"));
    assert!(read(directory.path(), "report.md").contains("curl http://cart.shop/apix\n"));
    let output = written(
        directory.path(),
        &["--prefix", "elements", "--accept", "G714"],
        &source,
    );
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));

    let output = written(directory.path(), &[], &source);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(read(directory.path(), "02-routes/shop.yaml").contains("/api[^/].*"));
}

#[test]
fn default_retries_are_written_if_they_are_to_be_kept() {
    let source = SOURCE.replace("      retries: {attempts: 0}\n", "");
    let lost = convert(&["--accept", "G709"], &source);
    assert!(
        said(&lost).contains("warning[G721]: Istio sends requests again"),
        "{}",
        said(&lost)
    );
    assert!(!String::from_utf8_lossy(&lost.stdout).contains("retry:"));
    let kept = convert(&["--accept", "G709", "--keep-default-retries"], &source);
    assert!(
        said(&kept).contains("warning[G721]: more is sent again"),
        "{}",
        said(&kept)
    );
    let routes = String::from_utf8_lossy(&kept.stdout);
    assert!(
        routes.contains("attempts: 2") && routes.contains("backoff: \"25ms\""),
        "{routes}"
    );
}

#[test]
fn what_istio_refuses_is_refused_and_what_is_cut_is_said() {
    for (from, to) in [
        ("uri: {prefix: /api}", "headers: {x: {prefix: ''}}"),
        ("uri: {prefix: /api}", "withoutHeaders: {x: {prefix: ''}}"),
        ("      rewrite: {uri: /v2/}", "      timeout: 0s"),
        ("      rewrite: {uri: /v2/}", "      timeout: 999us"),
    ] {
        let output = convert(&[], &SOURCE.replace(from, to));
        assert!(
            said(&output).contains("error[G106]"),
            "{to}: {}",
            said(&output)
        );
        assert!(output.stdout.is_empty(), "{to}");
    }
    let output = convert(
        &[],
        &SOURCE.replace("rewrite: {uri: /v2/}", "timeout: 1.5ms"),
    );
    assert!(
        said(&output).contains("`1.5ms` is written as 1ms"),
        "{}",
        said(&output)
    );
    let output = convert(
        &[],
        &SOURCE.replace("rewrite: {uri: /v2/}", "timeout: 1.5s"),
    );
    assert!(
        !said(&output).contains("is written as"),
        "{}",
        said(&output)
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

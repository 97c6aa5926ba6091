//! `gammactl convert` as a user meets it: exit codes, what is accepted, what is written.

#[path = "../command/mod.rs"]
mod command;
mod outputs;

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

/// The source, converted into `folder`, with the Services beside it.
fn written(folder: &std::path::Path, options: &[&str], source: &str) -> Output {
    let directory = folder.to_str().unwrap();
    convert(&[options, &["-o", directory]].concat(), source)
}

fn read(folder: &std::path::Path, file: &str) -> String {
    fs::read_to_string(folder.join(file)).unwrap()
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

//! The command line as a user meets it: exit codes, and what goes where.

mod command;

use std::{fs, path::Path, process::Output};

use command::fed;

const GOOD: &str = "\
apiVersion: v1
kind: Service
metadata: {name: cart}
spec: {ports: [{port: 80}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: cart}
spec:
  parentRefs: [{group: '', kind: Service, name: cart}]
  rules: [{backendRefs: [{name: cart, port: 80}]}]
";

fn gammactl(arguments: &[&str], stdin: &str) -> Output {
    fed(command::gammactl().args(arguments), stdin)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.into()).unwrap()
}

#[test]
fn a_plain_correct_manifest_says_nothing_and_exits_0() {
    for command in ["compile", "check"] {
        let output = gammactl(&[command, "-f", "-"], GOOD);
        assert_eq!(output.status.code(), Some(0), "{command}");
        assert_eq!(text(&output.stderr), "", "{command}");
    }
    let output = gammactl(&["compile", "-f", "-", "-n", "shop"], GOOD);
    let config = gamma_config::parse(&output.stdout).unwrap();
    // Like `kubectl apply -n`: manifests without a namespace are put there.
    assert_eq!(config.services[0].namespace, "shop");
    assert_eq!(config.settings.client_namespace.as_deref(), Some("shop"));
}

#[test]
fn warnings_exit_0_unless_strict() {
    let partly = GOOD.replace("rules: [{", "rules: [{nmae: x, ");
    let output = gammactl(&["compile", "-f", "-"], &partly);
    assert_eq!(output.status.code(), Some(0));
    assert!(gamma_config::parse(&output.stdout).is_ok());
    let said = text(&output.stderr);
    assert!(
        said.contains("warning[G103]") && said.contains("did you mean `name`?"),
        "{said}"
    );
    assert!(said.ends_with("1 warning\n"), "{said}");
    let output = gammactl(&["compile", "--strict", "-f", "-"], &partly);
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
}

#[test]
fn errors_exit_1_and_write_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let target = directory.path().join("config.json");
    fs::write(&target, "old").unwrap();
    let bad = GOOD.replace("port: 80}]}]", "port: 80000}]}]");
    let output = gammactl(
        &["compile", "-f", "-", "-o", target.to_str().unwrap()],
        &bad,
    );
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("error[G106]"));
    assert_eq!(fs::read_to_string(&target).unwrap(), "old");
}

#[test]
fn unreadable_input_and_bad_usage_exit_2() {
    let empty = tempfile::tempdir().unwrap();
    let empty = empty.path().to_str().unwrap();
    for arguments in [
        &["compile", "-f", "no-such-file.yaml"][..],
        &["compile", "-f", empty],
        &["compile"],
        &["complie", "-f", "-"],
        &["envoy", "-f", "-", "--listen", "10000", "--wasm", "x"],
        // A port is digits, without a sign.
        &["envoy", "-f", "-", "--listen", "[::]:+80", "--wasm", "x"],
        &["envoy", "-f", "-", "--capture", "[::]:+80", "--wasm", "x"],
        &[
            "explain",
            "-f",
            "-",
            "http://a/",
            "--destination",
            "10.0.0.1:+80",
        ],
        &[],
    ] {
        let output = gammactl(arguments, "");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(!output.stderr.is_empty(), "{arguments:?}");
    }
}

#[test]
fn an_input_without_manifests_is_an_error() {
    let output = gammactl(&["check", "-f", "-"], "# nothing\n");
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("error[G110]"));
}

#[test]
fn reference_grants_are_asked_for_only_on_request() {
    let cross = GOOD
        .replace(
            "metadata: {name: cart}\nspec: {ports",
            "metadata: {name: cart, namespace: other}\nspec: {ports",
        )
        .replace(
            "kind: Service, name: cart",
            "kind: Service, name: cart, namespace: other",
        )
        .replace("{name: cart, port", "{name: cart, namespace: other, port");
    let code = |arguments: &[&str], input: &str| {
        let output = gammactl(arguments, input);
        (
            output.status.code(),
            text(&output.stderr).contains("warning[G206]"),
        )
    };
    let required = ["check", "-f", "-", "--require-reference-grants"];
    assert_eq!(code(&["check", "-f", "-"], &cross), (Some(0), false));
    assert_eq!(code(&required, &cross), (Some(0), true));
    let granted = format!(
        "{cross}---
apiVersion: gateway.networking.k8s.io/v1beta1
kind: ReferenceGrant
metadata: {{name: allow, namespace: other}}
spec:
  from: [{{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: default}}]
  to: [{{group: '', kind: Service}}]
"
    );
    assert_eq!(code(&required, &granted), (Some(0), false));
    let other_kind = granted.replace(
        "kind: HTTPRoute, namespace: default",
        "kind: GRPCRoute, namespace: default",
    );
    assert_eq!(code(&required, &other_kind), (Some(0), true));
}

#[test]
fn a_file_that_is_no_yaml_does_not_hide_the_others() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("a.yaml"), "kind: [\n").unwrap();
    let unknown = GOOD.replace("rules: [{", "rules: [{nmae: x, ");
    fs::write(directory.path().join("b.yaml"), unknown).unwrap();
    let path = directory.path().to_str().unwrap();
    let output = gammactl(&["check", "-f", path], "");
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output.stderr);
    assert!(
        said.contains("error[G101]") && said.contains("a.yaml:2:1"),
        "{said}"
    );
    assert!(
        said.contains("warning[G103]") && said.contains("b.yaml:"),
        "{said}"
    );
    assert!(said.ends_with("1 error, 1 warning\n"), "{said}");
}

#[test]
fn lints_are_warnings_of_compile_and_notes_are_for_check() {
    let twice = GOOD.replace(
        "port: 80}]}]",
        "port: 80}]}, {backendRefs: [{name: cart, port: 80}]}]",
    );
    let slash = GOOD.replace("rules: [{", "rules: [{matches: [{path: {value: /a/}}], ");
    for (manifest, command, expected) in [
        (&twice, "compile", "warning[G401]"),
        (&twice, "check", "warning[G401]"),
        (&slash, "check", "note[G421]"),
        (&slash, "compile", ""),
    ] {
        let output = gammactl(&[command, "-f", "-"], manifest);
        assert_eq!(output.status.code(), Some(0), "{command} {expected}");
        let said = text(&output.stderr);
        assert!(said.starts_with(expected), "{command} {expected}: {said}");
        assert!(!expected.is_empty() || said.is_empty(), "{said}");
        let strict = gammactl(&[command, "--strict", "-f", "-"], manifest);
        let fails = expected.starts_with("warning");
        assert_eq!(
            strict.status.code(),
            Some(i32::from(fails)),
            "{command} {expected}"
        );
    }
}

#[test]
fn check_writes_annotations_and_sarif_to_standard_output() {
    let bad = GOOD.replace("cart, port", "crat, port");
    let github = gammactl(&["check", "-f", "-", "--output", "github"], &bad);
    assert_eq!(github.status.code(), Some(0));
    let annotation = "::warning file=-,line=11,col=33,title=G203::backendRef names Service";
    assert!(
        text(&github.stdout).starts_with(annotation),
        "{}",
        text(&github.stdout)
    );
    let strict = ["check", "-f", "-", "--output", "sarif", "--strict"];
    let sarif = gammactl(&strict, &bad);
    assert_eq!(sarif.status.code(), Some(1));
    let log: serde_json::Value = serde_json::from_slice(&sarif.stdout).unwrap();
    assert_eq!(log["runs"][0]["results"][0]["ruleId"], "G203");
    // Nothing found is a log, too: it takes back what was found before.
    let none = gammactl(&strict, GOOD);
    assert_eq!(none.status.code(), Some(0));
    let log: serde_json::Value = serde_json::from_slice(&none.stdout).unwrap();
    assert_eq!(log["runs"][0]["results"], serde_json::json!([]));
    assert!(github.stderr.is_empty() && sarif.stderr.is_empty() && none.stderr.is_empty());
}

#[test]
fn check_writes_json_for_tools() {
    let output = gammactl(
        &["check", "-f", "-", "--output", "json"],
        &GOOD.replace("cart, port", "crat, port"),
    );
    let findings: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(findings[0]["code"], "G203");
    assert_eq!(findings[0]["file"], "-");
    assert_eq!(findings[0]["line"], 11);
    assert!(output.stderr.is_empty());
}

#[test]
fn the_output_does_not_depend_on_the_order_of_files() {
    let directory = tempfile::tempdir().unwrap();
    let documents: Vec<&str> = GOOD.split("---\n").collect();
    let paths: Vec<String> = documents
        .iter()
        .enumerate()
        .map(|(i, document)| {
            let path = directory.path().join(format!("{i}.yaml"));
            fs::write(&path, document).unwrap();
            path.to_string_lossy().into_owned()
        })
        .collect();
    let forth = gammactl(&["compile", "-f", &paths[0], &paths[1]], "");
    let back = gammactl(&["compile", "-f", &paths[1], "-f", &paths[0]], "");
    assert_eq!(forth.status.code(), Some(0));
    assert_eq!(text(&forth.stdout), text(&back.stdout));
}

#[test]
fn envoy_writes_yaml_or_json_by_extension() {
    let directory = tempfile::tempdir().unwrap();
    for name in ["envoy.yaml", "envoy.json"] {
        let path = directory.path().join(name);
        let output = gammactl(
            &[
                "envoy",
                "-f",
                "-",
                "--listen",
                "127.0.0.1:1",
                "127.0.0.1:2",
                "--wasm",
                "f.wasm",
                "-o",
                path.to_str().unwrap(),
            ],
            GOOD,
        );
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        let written = fs::read_to_string(&path).unwrap();
        let is_json = serde_json::from_str::<serde_json::Value>(&written).is_ok();
        assert_eq!(is_json, Path::new(name).extension().unwrap() == "json");
        assert!(written.contains("gamma_127.0.0.1:2"));
    }
}

#[test]
fn version_names_the_format_it_writes() {
    let output = gammactl(&["--version"], "");
    assert!(text(&output.stdout).contains("route config version 1"));
}

/// A copy is for the host that the request is for, unless Envoy's own habit is asked for.
#[test]
fn mirrored_hosts_have_a_suffix_only_on_request() {
    let mirror =
        "filters: [{type: RequestMirror, requestMirror: {backendRef: {name: cart, port: 80}}}], ";
    let manifest = GOOD.replace(
        "backendRefs: [{name: cart",
        &format!("{mirror}backendRefs: [{{name: cart"),
    );
    let mut arguments = vec!["envoy", "-f", "-", "--listen", "127.0.0.1:1", "--wasm", "x"];
    let plain = text(&gammactl(&arguments, &manifest).stdout);
    assert!(
        plain.contains("disable_shadow_host_suffix_append: true"),
        "{plain}"
    );
    arguments.push("--mirror-host-suffix");
    let suffixed = text(&gammactl(&arguments, &manifest).stdout);
    assert!(
        suffixed.contains("disable_shadow_host_suffix_append: false"),
        "{suffixed}"
    );
}

#[test]
fn what_costs_can_be_turned_off() {
    let arguments = [
        "compile",
        "-f",
        "-",
        "--without",
        "metrics",
        "--without",
        "rule-property",
        "reason-header",
    ];
    let config = gamma_config::parse(&gammactl(&arguments, GOOD).stdout).unwrap();
    let settings = config.settings;
    assert!(!settings.metrics && !settings.rule_property && !settings.reason_header);
}

#[test]
fn every_shell_gets_completions_that_know_the_commands() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let output = gammactl(&["completions", shell], "");
        assert_eq!(output.status.code(), Some(0), "{shell}");
        let script = text(&output.stdout);
        assert!(
            script.contains("compile") && script.contains("cluster-domain"),
            "{shell}"
        );
    }
}

#[test]
fn every_command_has_examples_in_its_help_and_a_page() {
    let help = text(&gammactl(&["help"], "").stdout);
    let (_, commands) = help.split_once("Commands:\n").unwrap();
    let names: Vec<&str> = commands
        .lines()
        .map_while(|line| line.strip_prefix("  ")?.split_whitespace().next())
        .filter(|name| *name != "help")
        .collect();
    assert!(names.len() > 3, "{help}");
    for name in names {
        let help = text(&gammactl(&[name, "--help"], "").stdout);
        assert!(
            help.contains("Examples:\n  ") && help.contains(&format!("gammactl {name}")),
            "{help}"
        );
        let page = format!("../../docs/commands/{name}.md");
        assert!(Path::new(&page).exists(), "{page}");
    }
}

/// What wants TLS and has no policy gets nothing, unless a fragment sees to its connection.
#[test]
fn a_fragment_may_see_to_the_tls_of_a_backend() {
    let manifests = "\
apiVersion: v1
kind: Service
metadata: {name: front}
spec: {ports: [{name: http, port: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: pay}
spec: {ports: [{name: https, port: 443, appProtocol: https}, {name: wss, port: 444, appProtocol: kubernetes.io/wss}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: front}
spec:
  parentRefs: [{group: '', kind: Service, name: front}]
  rules: [{backendRefs: [{name: pay, port: 443}, {name: pay, port: 444}]}]
";
    let fragment = tempfile::NamedTempFile::new().unwrap();
    let path = fragment.path().to_str().unwrap();
    let built = |clusters: &str| {
        let text = format!("static_resources: {{clusters: [{clusters}]}}\n");
        std::fs::write(path, text).unwrap();
        let envoy = "envoy -f - --listen 127.0.0.1:0 --wasm gamma-filter.wasm --merge";
        let mut command = command::gammactl();
        let output = command::fed(command.args(envoy.split(' ').chain([path])), manifests);
        assert!(output.status.success(), "{output:?}");
        let said = String::from_utf8(output.stderr).unwrap();
        let written = String::from_utf8(output.stdout).unwrap();
        let warned = said.matches("warning[G224]").count();
        (
            warned,
            written.matches("pay.default.svc.cluster.local").count(),
        )
    };
    let tls = "transport_socket: {name: envoy.transport_sockets.tls}";
    assert_eq!(built(""), (2, 0));
    assert_eq!(built(&format!("{{name: default/pay/443, {tls}}}")), (1, 1));
    assert_eq!(
        built("{name: default/pay/443, transport_socket: null}"),
        (2, 0)
    );
    assert_eq!(built(&format!("{{name: '*', {tls}}}")), (0, 2));
    assert_eq!(
        built("{name: default/pay/444, connect_timeout: 2s}"),
        (2, 0)
    );
}

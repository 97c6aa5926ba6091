//! `gammactl test` as a user meets it: which files it finds, exit codes, what goes where, `--watch`.

use std::{
    fs,
    io::{BufRead as _, BufReader, Write as _},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Output, Stdio},
    sync::mpsc::{Receiver, channel},
    thread,
    time::Duration,
};

use tempfile::TempDir;

const MANIFESTS: &str = "\
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
  rules: [{name: all, backendRefs: [{name: cart, port: 80}]}]
";

const CASES: &str = "\
manifests: ['*.yaml']
requests:
  - {request: cart/, expect: {rule: default/cart/all}}
  - {name: nobody, request: nobody/, expect: {passThrough: true}}
";

/// A folder with routes and cases that stand beside them.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("routes")).unwrap();
    fs::write(folder.path().join("routes/cart.yaml"), MANIFESTS).unwrap();
    fs::write(folder.path().join("routes/cart.cases.yaml"), CASES).unwrap();
    folder
}

fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gammactl"));
    command.current_dir(folder).args(arguments);
    command
}

fn gammactl(folder: &TempDir, arguments: &[&str]) -> Output {
    let mut command = command(folder.path(), arguments);
    command.stdin(Stdio::null()).output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

#[test]
fn a_folder_holds_routes_and_their_cases() {
    let folder = folder();
    // Cases are no manifests.
    let checked = gammactl(&folder, &["check", "-f", "routes"]);
    assert_eq!(checked.status.code(), Some(0), "{}", text(&checked.stderr));

    let tested = gammactl(&folder, &["test", "routes"]);
    assert_eq!(tested.status.code(), Some(0));
    assert_eq!(
        text(&tested.stdout),
        "\
running 2 tests
test routes/cart.cases.yaml: GET http://cart/ ... ok
test routes/cart.cases.yaml: nobody ... ok

test result: ok. 2 passed; 0 failed; 0 filtered out
"
    );
    assert_eq!(text(&tested.stderr), "");
}

#[test]
fn exit_codes_tell_failures_from_unreadable_input() {
    let folder = folder();
    fs::write(
        folder.path().join("wrong.yaml"),
        CASES.replace("all", "none"),
    )
    .unwrap();
    fs::write(
        folder.path().join("typo.yaml"),
        CASES.replace("request:", "reqeust:"),
    )
    .unwrap();
    fs::create_dir(folder.path().join("empty")).unwrap();
    for (arguments, code, says) in [
        (&["routes"][..], 0, "test result: ok"),
        (&["routes", "routes/cart.cases.yaml"], 0, "4 passed"),
        (&["wrong.yaml"], 1, "test result: FAILED"),
        (&["typo.yaml"], 1, "did you mean `request`?"),
        (&["nowhere.yaml"], 2, "nowhere.yaml"),
        (&["empty"], 2, "*.cases.yaml"),
        (&[], 2, "Usage"),
        (
            &["routes", "--junit", "no/such/folder.xml"],
            2,
            "no/such/folder.xml",
        ),
        (&["-", "--watch"], 2, "standard input"),
    ] {
        let output = gammactl(&folder, &[&["test"], arguments].concat());
        let said = [text(&output.stdout), text(&output.stderr)].concat();
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {said}");
        assert!(said.contains(says), "{arguments:?}: {said}");
    }
}

#[test]
fn standard_input_is_a_case_file_too() {
    let folder = folder();
    let mut child = command(&folder.path().join("routes"), &["test", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(CASES.as_bytes()).unwrap();
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(text(&output.stdout).contains("test -: nobody ... ok"));
}

#[test]
fn the_examples_pass() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let output = command(&root, &["test", "examples"]).output().unwrap();
    let said = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(said.contains("test result: ok. 17 passed"), "{said}");
}

#[test]
fn a_filter_leaves_the_others_out() {
    let folder = folder();
    let output = gammactl(&folder, &["test", "routes", "--filter", "nobody"]);
    let said = text(&output.stdout);
    assert!(said.contains("running 1 test\n"), "{said}");
    assert!(
        said.ends_with("1 passed; 0 failed; 1 filtered out\n"),
        "{said}"
    );
}

#[test]
fn junit_is_written_beside_what_is_printed() {
    let folder = folder();
    // What XML would take for its own.
    let cases = CASES
        .replace("nobody,", "'<nobody> & \"\\x1b[1m\"',")
        .replace("all", "none");
    fs::write(folder.path().join("routes/cart.cases.yaml"), cases).unwrap();
    let output = gammactl(&folder, &["test", "routes", "--junit", "results.xml"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stdout).contains("1 passed; 1 failed"));
    let xml = fs::read_to_string(folder.path().join("results.xml")).unwrap();
    let document = roxmltree::Document::parse(&xml).unwrap();
    let of = |name: &str| -> Vec<_> {
        let nodes = document.descendants();
        nodes.filter(|node| node.has_tag_name(name)).collect()
    };
    assert_eq!(of("testsuites")[0].attribute("failures"), Some("1"));
    assert_eq!(
        of("testsuite")[0].attribute("name"),
        Some("routes/cart.cases.yaml")
    );
    assert_eq!(of("testcase").len(), 2);
    let failure = of("failure")[0];
    assert!(
        failure
            .attribute("message")
            .unwrap()
            .starts_with("rule: expected")
    );
    assert!(
        failure
            .text()
            .unwrap()
            .contains("HTTPRoute/default/cart/all")
    );
}

#[test]
fn json_has_every_test() {
    let folder = folder();
    let output = gammactl(&folder, &["test", "routes", "--output", "json"]);
    let results: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(results["passed"], 2);
    assert_eq!(results["tests"][1]["name"], "nobody");
    assert_eq!(results["tests"][1]["line"], 4);
}

/// A `gammactl test --watch`, and what it prints.
struct Watching {
    child: Child,
    lines: Receiver<String>,
}

impl Watching {
    fn start(folder: &TempDir) -> Self {
        let mut child = command(folder.path(), &["test", "routes", "--watch"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let stdout = child.stdout.take().unwrap();
        Self {
            child,
            lines: lines(stdout),
        }
    }

    /// Reads up to a line that begins like this.
    fn until(&self, start: &str) {
        loop {
            // Longer than any machine takes; nothing waits for it unless it fails.
            let line = self.lines.recv_timeout(Duration::from_secs(30));
            let line = line.unwrap_or_else(|_| panic!("no line begins with {start:?}"));
            if line.starts_with(start) {
                return;
            }
        }
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn lines(stdout: ChildStdout) -> Receiver<String> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    receiver
}

#[test]
fn a_watch_runs_again_when_a_manifest_or_a_case_changes() {
    let folder = folder();
    let routes = folder.path().join("routes");
    let write = |name: &str, text: &str| {
        let temporary: PathBuf = routes.join(format!(".{name}.new"));
        fs::write(&temporary, text).unwrap();
        fs::rename(temporary, routes.join(name)).unwrap();
    };
    let watching = Watching::start(&folder);
    let until = |result: &str| watching.until(&format!("test result: {result}"));
    until("ok. 2 passed");
    write("cart.yaml", &MANIFESTS.replace("name: all", "name: other"));
    until("FAILED. 1 passed; 1 failed");
    write("cart.cases.yaml", &CASES.replace("cart/all", "cart/other"));
    until("ok. 2 passed");
    // Mistakes don't end it, and neither do files that are gone.
    write("cart.cases.yaml", "manifests: [");
    until("FAILED. 0 passed; 1 failed");
    write("cart.cases.yaml", CASES);
    until("FAILED. 1 passed; 1 failed");
    fs::remove_file(routes.join("cart.yaml")).unwrap();
    until("FAILED. 0 passed; 1 failed");
    write("cart.yaml", MANIFESTS);
    until("ok. 2 passed");
}

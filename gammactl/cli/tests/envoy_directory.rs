//! `gammactl envoy -o DIR` is run without an Envoy: which files it writes, and who may write them.

use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    time::SystemTime,
};

use tempfile::TempDir;

const MANIFESTS: &str = "\
apiVersion: v1
kind: Service
metadata: {name: cart}
spec: {ports: [{port: 80, name: http}]}
---
apiVersion: v1
kind: Service
metadata: {name: by-dns}
spec: {ports: [{port: 8080, appProtocol: kubernetes.io/h2c}]}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: cart-1, labels: {kubernetes.io/service-name: cart}}
addressType: IPv4
ports: [{name: http, port: 8080}]
endpoints: [{addresses: [10.0.0.1], conditions: {ready: true}}]
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: cart}
spec:
  parentRefs: [{group: '', kind: Service, name: cart}]
  rules:
    - matches: [{path: {value: /patient}}]
      retry: {codes: [503], attempts: 1, backoff: 500ms}
      backendRefs: [{name: by-dns, port: 8080}]
    - backendRefs: [{name: cart, port: 80}]
";

struct Place(TempDir);

impl Place {
    fn new() -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        fs::write(place.path("in.yaml"), MANIFESTS).unwrap();
        fs::write(place.path("gamma-filter.wasm"), "the module").unwrap();
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn command(&self, more: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gammactl"));
        command
            .current_dir(self.0.path())
            .args(["envoy", "-f", "in.yaml", "--listen", "127.0.0.1:10000"])
            .args(["--wasm", "gamma-filter.wasm", "--pause", "0s"])
            .args(more);
        command
    }

    fn run(&self, more: &[&str]) -> (Option<i32>, String) {
        let Output {
            status,
            stdout,
            stderr,
        } = self.command(more).output().unwrap();
        let said = String::from_utf8([stdout, stderr].concat()).unwrap();
        (status.code(), said)
    }

    fn good(&self, more: &[&str]) -> String {
        let (code, said) = self.run(more);
        assert_eq!(code, Some(0), "{said}");
        said
    }

    /// Every file below `folder` with its text, and when it was written.
    fn files(&self, folder: &str) -> BTreeMap<String, (String, SystemTime)> {
        let mut files = BTreeMap::new();
        let mut folders = vec![self.path(folder)];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                let name = path.strip_prefix(self.0.path()).unwrap();
                let written = fs::metadata(&path).unwrap().modified().unwrap();
                let text = fs::read_to_string(&path).unwrap();
                files.insert(name.display().to_string(), (text, written));
            }
        }
        files
    }
}

#[test]
fn the_files_are_as_they_should_be() {
    let place = Place::new();
    for (golden, more) in [
        ("plain", &["--admin", "127.0.0.1:9"][..]),
        (
            "capture",
            &[
                "--capture",
                "0.0.0.0:15001",
                "--dir-as",
                "/etc/envoy/",
                "-n",
                "shop",
            ],
        ),
    ] {
        let output = format!("{golden}/");
        let said = place.good(&[more, &["-o", &output]].concat());
        assert!(
            said.starts_with("services +2 -0, routes +1 -0, clusters +"),
            "{said}"
        );
        let text: String = place
            .files(golden)
            .into_iter()
            .map(|(name, (text, _))| format!("==== {name}\n{text}"))
            .collect();
        let expected =
            Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/envoy/{golden}.txt"));
        if std::env::var_os("UPDATE").is_some() {
            fs::write(&expected, &text).unwrap();
        }
        assert_eq!(text, fs::read_to_string(expected).unwrap(), "{golden}");
    }
}

#[test]
fn what_has_not_changed_is_not_written() {
    let place = Place::new();
    place.good(&["-o", "d/"]);
    let before = place.files("d");
    assert!(place.good(&["-o", "d"]).starts_with("nothing new\n"));
    assert_eq!(place.files("d"), before);
    let moved = MANIFESTS.replace("10.0.0.1", "10.0.0.2");
    fs::write(place.path("in.yaml"), moved).unwrap();
    assert!(place.good(&["-o", "d"]).starts_with("endpoints ~1: "));
    let after = place.files("d");
    let changed: Vec<&String> = after
        .keys()
        .filter(|name| after.get(*name) != before.get(*name))
        .collect();
    assert_eq!(changed, ["d/eds/default_cart_80.json"]);
}

#[test]
fn a_new_module_is_a_new_filter() {
    let place = Place::new();
    place.good(&["-o", "d/"]);
    fs::write(place.path("gamma-filter.wasm"), "a new module").unwrap();
    assert!(place.good(&["-o", "d"]).starts_with("settings: written"));
    fs::remove_file(place.path("gamma-filter.wasm")).unwrap();
    let warning = "warning: gamma-filter.wasm can't be read: No such file";
    assert!(place.good(&["-o", "d"]).contains(warning));
    // Envoy's paths need not be paths here.
    let elsewhere = place.good(&["-o", "d", "--dir-as", "/etc/envoy"]);
    assert!(!elsewhere.contains(warning), "{elsewhere}");
}

#[test]
fn what_is_left_over_goes() {
    let place = Place::new();
    place.good(&["-o", "d/"]);
    for (file, text) in [
        // Of a Service that is gone, of a run that was killed, of another version.
        ("d/eds/default_gone_80.json", "{}"),
        ("d/eds/default_cart_80.json.new", "{\"vers"),
        ("d/rds/old.json", "not JSON"),
        ("d/cds.json", "{\"somethingElse\": []}"),
        ("d/ecds.json", ""),
    ] {
        fs::write(place.path(file), text).unwrap();
    }
    fs::write(place.path("d/mine.txt"), "stays").unwrap();
    place.good(&["-o", "d/"]);
    let names: Vec<String> = place.files("d").into_keys().collect();
    assert_eq!(
        names,
        [
            "d/.lock",
            "d/cds.json",
            "d/ecds.json",
            "d/eds/default_cart_80.json",
            "d/envoy.yaml",
            "d/mine.txt",
            "d/rds/gamma.json"
        ]
    );
    let clean = Place::new();
    clean.good(&["-o", "d/"]);
    for (name, (text, _)) in clean.files("d") {
        assert_eq!(place.files("d")[&name].0, text, "{name}");
    }
}

#[test]
fn usage_errors_exit_2() {
    let place = Place::new();
    fs::create_dir(place.path("foreign")).unwrap();
    fs::write(place.path("foreign/envoy.yaml"), "admin: {}\n").unwrap();
    fs::write(place.path("file.d"), "").unwrap();
    for (more, expected) in [
        (
            &["--watch"][..],
            "--watch needs a directory to write to: -o DIR/",
        ),
        (
            &["--watch", "-o", "envoy.yaml"],
            "--watch needs a directory",
        ),
        (&["--watch", "-o", "file.d"], "--watch needs a directory"),
        (&["--dir-as", "/x"], "--dir-as needs a directory"),
        (
            &["-o", "foreign"],
            "foreign/envoy.yaml was not written by gammactl",
        ),
        (
            &["-o", "d/", "--watch", "-f", "-"],
            "standard input never changes",
        ),
        (
            &["-o", "d/", "--capture", "0.0.0.0:0"],
            "redirected to a fixed port",
        ),
        (&["-o", "d/", "--drain", "soon"], "invalid value 'soon'"),
        (&["-o", "d/", "--merge", "missing.yaml"], "missing.yaml: "),
    ] {
        let (code, said) = place.run(more);
        assert_eq!(code, Some(2), "{more:?}: {said}");
        assert!(said.contains(expected), "{more:?}: {said}");
    }
}

/// What is written would be read.
#[test]
fn the_output_is_not_among_the_input() {
    let place = Place::new();
    fs::create_dir(place.path("manifests")).unwrap();
    fs::rename(place.path("in.yaml"), place.path("manifests/in.yaml")).unwrap();
    let run = |output: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gammactl"));
        command
            .current_dir(place.0.path())
            .args(["envoy", "-f", "manifests", "--listen", "127.0.0.1:1"])
            .args(["--wasm", "gamma-filter.wasm", "-o", output]);
        let output = command.output().unwrap();
        (
            output.status.code(),
            String::from_utf8(output.stderr).unwrap(),
        )
    };
    for output in [
        "manifests",
        "manifests/",
        "manifests/envoy/",
        "./manifests/envoy",
    ] {
        let (code, said) = run(output);
        assert_eq!(code, Some(2), "{output}: {said}");
        assert!(said.contains("is inside manifests"), "{output}: {said}");
    }
    assert_eq!(run("manifests-envoy/"), (Some(0), String::new()));
}

#[test]
fn input_that_is_wrong_changes_nothing() {
    let place = Place::new();
    place.good(&["-o", "d/"]);
    let before = place.files("d");
    fs::write(place.path("fragment.yaml"), "static_resorces: {}\n").unwrap();
    let (code, said) = place.run(&["-o", "d/", "--merge", "fragment.yaml"]);
    assert_eq!(code, Some(1), "{said}");
    for part in [
        "error[G120]",
        "fragment.yaml:1:1",
        "did you mean `static_resources`?",
    ] {
        assert!(said.contains(part), "{said}");
    }
    let taken = "dynamic_resources: {cds_config: {ads: {}}}\n";
    fs::write(place.path("fragment.yaml"), taken).unwrap();
    let (code, said) = place.run(&["-o", "d/", "--merge", "fragment.yaml"]);
    assert_eq!(code, Some(1), "{said}");
    assert!(
        said.contains("`dynamic_resources.cds_config` is taken"),
        "{said}"
    );
    fs::write(place.path("in.yaml"), "a: [").unwrap();
    let (code, said) = place.run(&["-o", "d/"]);
    assert_eq!((code, said.contains("G101")), (Some(1), true), "{said}");
    assert_eq!(place.files("d"), before);
}

/// A command that goes on; killed when dropped.
struct Going(Child);

impl Drop for Going {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn one_writer_at_a_time() {
    let place = Place::new();
    let mut watch = place.command(&["-o", "d/", "--watch"]);
    let mut going = Going(watch.stdout(Stdio::piped()).spawn().unwrap());
    let mut line = String::new();
    let mut said = BufReader::new(going.0.stdout.take().unwrap());
    said.read_line(&mut line).unwrap();
    assert!(line.contains("written to d/"), "{line}");
    let (code, said) = place.run(&["-o", "d/"]);
    assert_eq!(code, Some(2), "{said}");
    assert!(
        said.contains("d/: another gammactl writes to this directory"),
        "{said}"
    );
    let id = going.0.id().to_string();
    let sent = Command::new("kill").args(["-s", "INT", &id]).status();
    assert!(sent.unwrap().success());
    assert_eq!(going.0.wait().unwrap().code(), Some(0));
    place.good(&["-o", "d/"]);
}

#[test]
fn a_write_that_fails_is_tried_again_without_another_change() {
    let place = Place::new();
    place.good(&["-o", "d/"]);
    let mut watch = place.command(&["-o", "d/", "--watch"]);
    watch.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut going = Going(watch.spawn().unwrap());
    let mut said = BufReader::new(going.0.stdout.take().unwrap()).lines();
    let mut errors = BufReader::new(going.0.stderr.take().unwrap()).lines();
    assert_eq!(said.next().unwrap().unwrap(), "nothing new");
    let filter = place.path("d/ecds.json");
    fs::remove_file(&filter).unwrap();
    fs::create_dir(&filter).unwrap();
    let changed = MANIFESTS.replace("/patient", "/very-patient");
    fs::write(place.path("in.yaml"), changed).unwrap();
    let error = errors.next().unwrap().unwrap();
    assert!(error.starts_with("error: d/ecds.json: "), "{error}");
    fs::remove_dir(&filter).unwrap();
    let line = said.next().unwrap().unwrap();
    assert!(line.contains("written to d/"), "{line}");
    let text = fs::read_to_string(&filter).unwrap();
    assert!(text.contains("/very-patient"), "{text}");
}

const WITHOUT_FRONTEND: &str = "\
apiVersion: v1
kind: Service
metadata: {name: headless}
spec: {clusterIP: None, ports: [{port: 80, name: http}, {port: 443, name: https, appProtocol: https}]}
---
apiVersion: v1
kind: Service
metadata: {name: outside}
spec: {type: ExternalName, externalName: example.com, ports: [{port: 443, name: https, appProtocol: https}]}
---
apiVersion: v1
kind: Service
metadata: {name: refused}
spec: {clusterIP: None, ports: [{port: 80, name: http}]}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: refused-1, labels: {kubernetes.io/service-name: refused}}
addressType: IPv4
ports: [{name: http, port: 8080}]
endpoints: [{addresses: [10.0.0.1], conditions: {ready: true}}]
---
apiVersion: gateway.networking.k8s.io/v1
kind: BackendTLSPolicy
metadata: {name: refused}
spec:
  targetRefs: [{group: '', kind: Service, name: refused}]
  validation: {hostname: refused, caCertificateRefs: [{group: '', kind: ConfigMap, name: gone}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: cart}
spec:
  parentRefs: [{group: '', kind: Service, name: cart}]
  rules: [{backendRefs: [{name: headless, port: 80}, {name: headless, port: 443}, {name: refused, port: 80}]}]
---
apiVersion: v1
kind: Service
metadata: {name: cart}
spec: {ports: [{port: 80, name: http}]}
";

/// Envoy refuses endpoints that are called otherwise than the cluster that asks for them.
#[test]
fn endpoints_are_called_like_their_cluster() {
    let place = Place::new();
    fs::write(place.path("in.yaml"), WITHOUT_FRONTEND).unwrap();
    place.good(&["--capture", "127.0.0.1:10001", "-o", "envoy.json"]);
    let text = fs::read_to_string(place.path("envoy.json")).unwrap();
    let bootstrap: serde_json::Value = serde_json::from_str(&text).unwrap();
    let clusters = bootstrap["static_resources"]["clusters"].as_array();
    let mut called: Vec<&str> = Vec::new();
    for cluster in clusters.unwrap() {
        if let Some(endpoints) = cluster.get("load_assignment") {
            assert_eq!(endpoints["cluster_name"], cluster["name"], "{cluster:#}");
            called.push(cluster["name"].as_str().unwrap());
        }
    }
    let direct = |name: &&&str| name.starts_with("original_dst/");
    assert_eq!(called.iter().filter(direct).count(), 5, "{called:?}");
}

/// A fragment makes TLS to one cluster of a port: the other gets no plain text.
#[test]
fn a_fragment_for_one_cluster_opens_no_other() {
    const FRAGMENT: &str = "\
static_resources:
  clusters:
    - name: default/headless/443
      transport_socket: {name: mine}
";
    let place = Place::new();
    fs::write(place.path("in.yaml"), WITHOUT_FRONTEND).unwrap();
    fs::write(place.path("merge.yaml"), FRAGMENT).unwrap();
    let more = ["--capture", "127.0.0.1:10001", "--merge", "merge.yaml"];
    place.good(&[&more[..], &["-o", "envoy.json"]].concat());
    let text = fs::read_to_string(place.path("envoy.json")).unwrap();
    let bootstrap: serde_json::Value = serde_json::from_str(&text).unwrap();
    let clusters = bootstrap["static_resources"]["clusters"].as_array();
    let of = |name: &str| {
        let mut clusters = clusters.unwrap().iter();
        let cluster = clusters.find(|cluster| cluster["name"] == name).unwrap();
        let endpoints = cluster["load_assignment"]["endpoints"].as_array().unwrap();
        (cluster.get("transport_socket").is_some(), endpoints.len())
    };
    assert_eq!(of("default/headless/443"), (true, 1));
    assert_eq!(of("original_dst/default/headless/443"), (false, 0));
    assert_eq!(of("original_dst/default/headless/80"), (false, 1));
}

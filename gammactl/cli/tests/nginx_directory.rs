//! `gammactl nginx -o DIR` is run without an nginx: which files it writes, and what it refuses. What nginx does with the file
//! is tried in `tests/tests/hosts/nginx`.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use gamma_golden as golden;
use gamma_testbed::module;
use tempfile::TempDir;

const MANIFESTS: &str = "tests/nginx/everything.yaml";

struct Place(TempDir);

impl Place {
    fn new() -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        fs::write(place.path("filter.wasm"), module::WITH_PLACE).unwrap();
        fs::copy(MANIFESTS, place.path("in.yaml")).unwrap();
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn command(&self, more: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gammactl"));
        command.current_dir(self.0.path());
        command
            .args("nginx -f in.yaml --listen 127.0.0.1:8080 --wasm filter.wasm -o out".split(' '));
        command.args(more);
        command
    }

    fn run(&self, more: &[&str]) -> Output {
        self.command(more).output().unwrap()
    }

    /// The text of `nginx.conf` after a run that succeeds.
    fn conf(&self, more: &[&str]) -> String {
        let output = self.run(more);
        assert!(output.status.success(), "{output:?}");
        fs::read_to_string(self.path("out/nginx.conf")).unwrap()
    }

    /// The module that it names.
    fn module(&self, more: &[&str]) -> Vec<u8> {
        let name = module_of(&self.conf(more));
        fs::read(self.path("out").join(name)).unwrap()
    }

    fn files(&self) -> Vec<String> {
        let Ok(entries) = fs::read_dir(self.path("out")) else {
            return Vec::new();
        };
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.filter(|name| !name.starts_with('.')).collect();
        names.sort();
        names
    }

    fn edit(&self, from: &str, to: &str) {
        let text = fs::read_to_string(self.path("in.yaml")).unwrap();
        assert!(text.contains(from), "{from}");
        fs::write(self.path("in.yaml"), text.replace(from, to)).unwrap();
    }
}

/// The file of the module in a configuration.
fn module_of(conf: &str) -> String {
    let (_, rest) = conf.split_once("/out/gamma-filter-").unwrap();
    format!("gamma-filter-{}", rest.split_once(';').unwrap().0)
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn the_file_is_this_word_for_word() {
    let place = Place::new();
    let conf = place.conf(&["--dir-as", "/etc/nginx/gamma/"]);
    let mut wrong = Vec::new();
    golden::check(Path::new(MANIFESTS), "conf", &conf, &mut wrong);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let again = place.run(&["--dir-as", "/etc/nginx/gamma"]);
    assert_eq!(
        String::from_utf8_lossy(&again.stdout),
        "out is up to date\n"
    );
}

#[test]
fn options_are_obeyed() {
    let place = Place::new();
    let conf = place.conf(&[
        "--others",
        "127.0.0.1:81",
        "--include",
        "/etc/nginx/conf.d/*.conf",
        "--resolver",
        "fd00::a",
        "--timeout",
        "1h",
    ]);
    for expected in [
        "upstream gamma_others {\n        server 127.0.0.1:81;",
        "\"\" gamma_others;",
        "include /etc/nginx/conf.d/*.conf;",
        "resolver [fd00::a];",
        "proxy_read_timeout 3600000ms;",
        &format!("module gamma {}/gamma-filter-", place.path("out").display()),
    ] {
        assert!(conf.contains(expected), "{expected}\n{conf}");
    }
}

/// What clients belong to a namespace, which the filter can't ask nginx for.
#[test]
fn the_module_has_the_config_of_one_namespace() {
    let place = Place::new();
    for (more, namespace) in [
        (&[][..], "default"),
        (&["-n", "shop"], "shop"),
        (&["-n", "shop", "--client-namespace", "web"], "web"),
    ] {
        let bytes = place.module(more);
        let text = String::from_utf8_lossy(&bytes);
        for expected in [
            format!(r#""clientNamespace":"{namespace}""#),
            r#""host":"nginx""#.into(),
        ] {
            assert!(text.contains(&expected), "{expected}: {text}");
        }
    }
    let bytes = place.module(&["--config-format", "gzip"]);
    assert!(String::from_utf8_lossy(&bytes).contains(r#"{"gzip":""#));
}

/// `nginx.conf` names the module that it was written for. The one before stays, as nginx has not been reloaded yet, and
/// what is not gammactl's.
#[test]
fn another_config_is_another_module() {
    let place = Place::new();
    let first = module_of(&place.conf(&[]));
    let foreign = ["ca-company.pem", "gamma-filter-compat.wasm"];
    for file in foreign {
        fs::write(place.path("out").join(file), "").unwrap();
    }
    place.edit("value: /pay}", "value: /buy}");
    let second = module_of(&place.conf(&[]));
    place.edit("value: /buy}", "value: /sell}");
    let third = module_of(&place.conf(&[]));
    let sorted = |files: [&str; 2]| {
        let mut files: Vec<String> = [&foreign[..], &files, &["nginx.conf"]]
            .concat()
            .into_iter()
            .map(String::from)
            .collect();
        files.sort();
        files
    };
    assert_eq!(place.files(), sorted([&second, &third]));
    assert_ne!(first, second);
    place.edit("value: /sell}", "value: /pay}");
    assert_eq!(module_of(&place.conf(&[])), first);
    assert_eq!(place.files(), sorted([&first, &third]));
}

#[test]
fn what_is_wrong_writes_nothing() {
    let place = Place::new();
    place.conf(&[]);
    let before = place.files();
    // What the API server would refuse.
    place.edit("- name: pay\n", "- name: -pay-\n");
    place.edit("type: RequestMirror,", "type: Mirror,");
    let refused = place.run(&[]);
    assert_eq!(refused.status.code(), Some(1), "{refused:?}");
    assert!(said(&refused).contains("error[G1"), "{}", said(&refused));
    assert_eq!(place.files(), before);

    let place = Place::new();
    for (more, code, words) in [
        (&["--strict"][..], 1, "warning[G441]: `RequestMirror`"),
        (&["--host", "envoy"], 2, "--host is nginx here"),
        (&["--client-namespace", ""], 2, "name one"),
        (&["--others", "127.0.0.1"], 2, "a host and a port"),
        (&["--resolver", "10.0.0.1; evil"], 2, "an address"),
        (&["--wasm", "in.yaml"], 2, "cannot be used multiple times"),
    ] {
        let refused = place.run(more);
        assert_eq!(refused.status.code(), Some(code), "{more:?} {refused:?}");
        assert!(
            said(&refused).contains(words),
            "{more:?}: {}",
            said(&refused)
        );
        assert_eq!(place.files(), [""; 0], "{more:?}");
    }
    fs::write(place.path("filter.wasm"), "no module").unwrap();
    let refused = place.run(&[]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(said(&refused).contains("error[G616]"), "{}", said(&refused));
    assert_eq!(place.files(), [""; 0]);
}

#[test]
fn a_directory_that_is_not_ours_is_left_alone() {
    let place = Place::new();
    fs::create_dir(place.path("out")).unwrap();
    fs::write(place.path("out/nginx.conf"), "events {}").unwrap();
    let refused = place.run(&[]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(
        said(&refused).contains("was not written by gammactl"),
        "{}",
        said(&refused)
    );
    assert_eq!(place.files(), ["nginx.conf"]);
    let refused = place.run(&["-f", "."]);
    assert!(
        said(&refused).contains("name another directory"),
        "{}",
        said(&refused)
    );
}

#[test]
fn a_watch_writes_again() {
    let place = Place::new();
    let mut command = place.command(&["--watch"]);
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut next = || lines.next().unwrap().unwrap();
    assert!(next().starts_with("written to out: start nginx, or reload it"));
    let first = place.files();
    place.edit("value: /pay}", "value: /buy}");
    assert!(next().starts_with("written to out"));
    assert_ne!(place.files(), first);
    child.kill().unwrap();
    child.wait().unwrap();
}

/// `--bake` of `gammactl compile`.
#[test]
fn compile_bakes_a_module_into_a_file() {
    let place = Place::new();
    let compile = |more: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gammactl"));
        command.current_dir(place.0.path());
        command.args(["compile", "-f", "in.yaml", "--bake", "filter.wasm"]);
        command.args(more).output().unwrap()
    };
    assert_eq!(compile(&[]).status.code(), Some(2));
    assert!(compile(&["-o", "first.wasm"]).status.success());
    let first = fs::read(place.path("first.wasm")).unwrap();
    assert!(first.starts_with(module::WITH_PLACE.get(..8).unwrap()) && first.len() > 1_000);
    // The same module, the same config: the same bytes, whether it was baked before or not.
    fs::write(place.path("filter.wasm"), &first).unwrap();
    assert!(compile(&["-o", "second.wasm"]).status.success());
    assert_eq!(fs::read(place.path("second.wasm")).unwrap(), first);
}

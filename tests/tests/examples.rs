//! What a user copies works as it stands: `examples/`, `envoy-configs/`, and the command line that
//! goes from one to the other.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use gamma_testbed::{
    client::{Client, Request, Response},
    echo::{Echo, Identity},
    envoy::{Bootstrap, Envoy, Options, validate},
    stage::wasm,
};

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

fn gammactl() -> Command {
    let binary = root().join("target/release/gammactl");
    assert!(binary.is_file(), "run `make build`");
    Command::new(binary)
}

/// The copies in `examples/` and `envoy-configs/` use fixed ports; tests must not.
fn with_ports(text: &str, ports: &[(&str, u16)]) -> String {
    ports.iter().fold(text.to_owned(), |text, (fixed, free)| {
        text.replace(fixed, &free.to_string())
    })
}

fn echo(service: &str) -> Echo {
    Echo::start(Identity::new("shop", service, 80)).unwrap()
}

fn backend(response: &Response) -> String {
    response.echoed().map_or_else(
        |_| response.status.to_string(),
        |echoed| echoed.identity().service,
    )
}

#[test]
fn examples_give_no_findings() {
    let output = gammactl()
        .args(["check", "--strict", "-f", "examples/shop"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(
        output.status.success() && output.stderr.is_empty(),
        "{output:?}"
    );
}

/// `kubectl apply -f examples/shop` goes through the files in the order of their names.
#[test]
fn the_shop_applies_to_a_fresh_cluster_in_one_go() {
    let entries = fs::read_dir(root().join("examples/shop")).unwrap();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut namespaces = Vec::new();
    let mut objects = 0;
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        for document in text.split("\n---\n") {
            let field = |name: &str| {
                let mut lines = document.lines();
                lines.find_map(|line| line.trim_start().strip_prefix(name)?.strip_prefix(": "))
            };
            let (kind, name) = (field("kind").unwrap(), field("name").unwrap());
            let at = format!("{kind} {name} in {}", file.display());
            objects += 1;
            if kind == "Namespace" {
                namespaces.push(name.to_owned());
                continue;
            }
            let namespace = field("namespace").unwrap();
            assert!(
                namespaces.iter().any(|n| n == namespace),
                "{at}: {namespace}"
            );
            // Kubernetes writes these, in ranges of its own.
            assert_ne!(kind, "EndpointSlice", "{at}");
            assert_eq!(field("clusterIP"), None, "{at}");
        }
    }
    assert!(objects > 10 && !namespaces.is_empty());
}

/// `gammactl envoy -f examples/shop …`, then `envoy -c`, as in the README.
#[test]
fn the_shop_runs_as_the_readme_says() {
    let directory = tempfile::tempdir().unwrap();
    let shop = directory.path().join("shop");
    fs::create_dir(&shop).unwrap();
    // The backends behind the fixed ports of shop-on-one-machine.
    let echoes: Vec<(String, Echo)> = (18081..=18089)
        .map(|port| (port.to_string(), echo(&format!("backend-{port}"))))
        .collect();
    let ports: Vec<(&str, u16)> = echoes
        .iter()
        .map(|(fixed, echo)| (fixed.as_str(), echo.address().port()))
        .collect();
    for folder in ["shop", "shop-on-one-machine"] {
        for entry in fs::read_dir(root().join("examples").join(folder)).unwrap() {
            let path = entry.unwrap().path();
            let text = with_ports(&fs::read_to_string(&path).unwrap(), &ports);
            fs::write(shop.join(path.file_name().unwrap()), text).unwrap();
        }
    }
    let bootstrap = directory.path().join("envoy.yaml");
    let output = gammactl()
        .args([
            "envoy",
            "-n",
            "shop",
            "--listen",
            "127.0.0.1:0",
            "--admin",
            "127.0.0.1:0",
        ])
        .arg("--wasm")
        .arg(wasm())
        .arg("-f")
        .arg(&shop)
        .arg("-o")
        .arg(&bootstrap)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    validate(Bootstrap::File(&bootstrap)).unwrap();
    let envoy = Envoy::start(Bootstrap::File(&bootstrap), &Options::default()).unwrap();
    let mut client = Client::new(envoy.listener("gamma_127.0.0.1:0").unwrap());
    for (host, path, expected) in [
        ("catalog", "/items/1", "backend-18083"),
        ("catalog", "/items/search", "backend-18084"),
        ("catalog", "/else", "404"),
        ("cart", "/checkout", "301"),
        ("ledger.billing", "/", "backend-18088"),
        ("catalog:9000", "/", "backend-18089"),
    ] {
        let response = client.send(&Request::get(host, path)).unwrap();
        assert_eq!(backend(&response), expected, "{host}{path}");
    }
}

struct Plain {
    envoy: Envoy,
    _echoes: [Echo; 2],
}

fn start(name: &str) -> Plain {
    let echoes = [echo("cart-v1"), echo("cart-v2")];
    let text = fs::read_to_string(root().join("envoy-configs").join(name)).unwrap();
    let [v1, v2] = &echoes;
    let text = with_ports(
        &text,
        &[
            ("9901", 0),
            ("10000", 0),
            ("18081", v1.address().port()),
            ("18082", v2.address().port()),
        ],
    );
    let text = text.replace("dist/gamma-filter.wasm", wasm().to_str().unwrap());
    let envoy = Envoy::start(Bootstrap::Text(&text), &Options::default()).unwrap();
    Plain {
        envoy,
        _echoes: echoes,
    }
}

#[test]
fn the_handwritten_config_routes_in_a_plain_envoy() {
    let plain = start("plain.yaml");
    let mut client = Client::new(plain.envoy.listener("gamma").unwrap());
    let mut get = |host: &str, path: &str| client.send(&Request::get(host, path)).unwrap();

    let beta = get("cart", "/beta/x");
    assert_eq!(backend(&beta), "cart-v2");
    let seen = beta.echoed().unwrap();
    assert_eq!(seen.header("x-beta").collect::<Vec<_>>(), ["yes"]);
    assert_eq!(seen.header("x-gamma-cluster").count(), 0);
    assert_eq!(
        get("cart.example.com", "/old").header("location").unwrap(),
        "http://cart.example.com/new"
    );
    assert_eq!(backend(&get("elsewhere", "/")), "404");

    let v2 = (0..1000)
        .filter(|_| backend(&get("cart", "/")) == "cart-v2")
        .count();
    assert!((50..150).contains(&v2), "{v2} of 1000");
}

#[test]
fn a_table_of_your_own_keeps_what_the_filter_lets_pass() {
    let plain = start("beside-your-own-routes.yaml");
    let mut client = Client::new(plain.envoy.listener("gamma").unwrap());
    let mut get = |request: Request| backend(&client.send(&request).unwrap());
    assert_eq!(get(Request::get("cart", "/beta")), "cart-v2");
    assert_eq!(get(Request::get("elsewhere", "/legacy/x")), "cart-v1");
    let forged = Request::get("elsewhere", "/legacy").header("x-gamma-cluster", "cart-v2");
    assert_eq!(get(forged), "cart-v1");
    assert_eq!(get(Request::get("elsewhere", "/")), "404");
}

#[test]
fn the_envoy_configs_hold_the_handwritten_config() {
    let handwritten = fs::read(root().join("examples/handwritten.json")).unwrap();
    let handwritten = gamma_config::Config {
        // For editors.
        schema: None,
        ..gamma_config::parse(&handwritten).unwrap()
    };
    let files: Vec<PathBuf> = fs::read_dir(root().join("envoy-configs"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    assert!(!files.is_empty());
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let (_, after) = text.split_once("value: |\n").unwrap();
        let (json, _) = after
            .split_once("- name: envoy.filters.http.router")
            .unwrap();
        assert_eq!(
            gamma_config::parse(json.as_bytes()).unwrap(),
            handwritten,
            "{}",
            file.display()
        );
    }
}

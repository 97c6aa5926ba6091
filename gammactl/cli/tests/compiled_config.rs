//! `gammactl compile` writes the same bytes for the same manifests, and its options change what
//! they should.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

fn gammactl(arguments: &[&str], directory: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gammactl"));
    command.args(arguments).current_dir(directory);
    command.output().unwrap()
}

fn stdout(arguments: &[&str]) -> String {
    let output = gammactl(arguments, Path::new(ROOT));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    String::from_utf8(output.stdout).unwrap()
}

/// Documents of manifests that differ in everything that matters, some of them with faults.
fn sets() -> Vec<Vec<String>> {
    let mut inputs = vec![vec![]];
    for entry in fs::read_dir(Path::new(ROOT).join("examples/shop")).unwrap() {
        inputs[0].push(entry.unwrap().path());
    }
    for folder in ["compile", "status"] {
        let folder = Path::new(ROOT).join("gammactl/compile/tests").join(folder);
        let entries = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path());
        let is_input = |path: &PathBuf| path.extension().is_some_and(|e| e == "yaml");
        inputs.extend(entries.filter(is_input).map(|path| vec![path]));
    }
    inputs
        .iter()
        .map(|paths| {
            let texts = paths.iter().map(|path| fs::read_to_string(path).unwrap());
            let documents =
                texts.flat_map(|text| text.split("\n---").map(str::to_owned).collect::<Vec<_>>());
            documents.collect()
        })
        .collect()
}

/// Writes the documents in another order, over other files.
fn shuffled(documents: &[String], seed: usize, directory: &Path) {
    let mut rest: Vec<&String> = documents.iter().collect();
    let mut state = seed;
    let mut draw = |below: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 33) % below
    };
    while !rest.is_empty() {
        let document = rest.remove(draw(rest.len()));
        let path = directory.join(format!("{}.yaml", draw(3)));
        let before = fs::read_to_string(&path).unwrap_or_default();
        fs::write(path, format!("{before}\n---\n{document}\n")).unwrap();
    }
}

#[test]
fn the_same_manifests_are_the_same_bytes() {
    for documents in sets() {
        for arguments in [
            &["compile", "-f"][..],
            &["compile", "-n", "shop", "-f"],
            &["compile", "--status", "-f"],
            &[
                "compile",
                "--status=json",
                "--require-reference-grants",
                "-f",
            ],
        ] {
            let mut outputs = Vec::new();
            for seed in 1..=4 {
                let directory = tempfile::tempdir().unwrap();
                shuffled(&documents, seed, directory.path());
                // From where it is run, and by which path, makes no difference either.
                let (path, from) = match seed % 2 {
                    0 => (directory.path().to_str().unwrap(), Path::new("/")),
                    _ => (".", directory.path()),
                };
                let output = gammactl(&[arguments, &[path]].concat(), from);
                assert!(output.status.success());
                outputs.push(String::from_utf8(output.stdout).unwrap());
            }
            outputs.dedup();
            assert_eq!(outputs.len(), 1, "{arguments:?}\n{documents:#?}");
        }
    }
}

fn config(arguments: &[&str]) -> gamma_config::Config {
    let arguments = [&["compile", "-f", "examples/shop"], arguments].concat();
    gamma_config::parse(stdout(&arguments).as_bytes()).unwrap()
}

/// The client that is written into the config, and the namespaces that consumer routes are for.
fn clients(arguments: &[&str]) -> (Option<String>, Vec<String>) {
    let config = config(arguments);
    let ports = config.services.iter().flat_map(|service| &service.ports);
    let consumers = ports.flat_map(|port| port.consumers.keys().cloned());
    (
        config.settings.client_namespace.clone(),
        consumers.collect(),
    )
}

#[test]
fn one_client_gets_what_it_needs() {
    let shop = || Some("shop".to_owned());
    let web = || Some("web".to_owned());
    let consumers = || vec!["shop".to_owned()];
    let table: [(&[&str], _, _); 6] = [
        (&[], None, consumers()),
        (&["-n", "shop"], shop(), consumers()),
        (&["-n", "web"], web(), vec![]),
        (&["--client-namespace", "shop"], shop(), consumers()),
        (&["-n", "shop", "--client-namespace", "web"], web(), vec![]),
        (&["-n", "shop", "--client-namespace", ""], None, consumers()),
    ];
    for (arguments, client, consumers) in table {
        assert_eq!(clients(arguments), (client, consumers), "{arguments:?}");
    }
}

/// Whatever is left out, that client's requests are decided as before.
#[test]
fn a_slice_keeps_every_producer_route() {
    let tables = |config: gamma_config::Config| -> Vec<_> {
        let ports = config
            .services
            .into_iter()
            .flat_map(|service| service.ports);
        ports.map(|port| (port.cluster, port.producer)).collect()
    };
    assert_eq!(tables(config(&[])), tables(config(&["-n", "web"])));
}

#[test]
fn bad_options_are_refused_with_a_way_out() {
    let table = [
        (["--client-namespace", "Shop"], "lower-case letters"),
        (["--cluster-names", "isto"], "did you mean `istio`?"),
        (
            ["--cluster-names", "{namespace}/{nmae}/{port}"],
            "did you mean {name}?",
        ),
    ];
    for (arguments, expected) in table {
        let arguments = [&["compile", "-f", "examples/shop"], &arguments[..]].concat();
        let output = gammactl(&arguments, Path::new(ROOT));
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(expected), "{said}");
    }
}

#[test]
fn clusters_are_named_by_the_template() {
    let config = config(&["--cluster-names", "{port}|{name}.{namespace}.{domain}"]);
    let text = serde_json::to_string(&config).unwrap();
    assert!(text.contains("\"80|cart-v1.shop.cluster.local\""));
    assert!(!text.contains("shop/cart-v1/80"));
}

#[test]
fn status_is_yaml_or_json_of_the_same() {
    let yaml = stdout(&["compile", "-f", "examples/shop", "--status"]);
    let json = stdout(&["compile", "-f", "examples/shop", "--status=json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let items = json["items"].as_array().unwrap();
    assert_eq!(items.len(), yaml.split("---\n").count());
    for (item, document) in items.iter().zip(yaml.split("---\n")) {
        assert_eq!(gamma_manifest::write_yaml(item, ""), document);
    }
}

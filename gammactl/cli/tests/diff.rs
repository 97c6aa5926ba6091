//! `gammactl diff` prints exactly the golden text about each pair `diff/cases/*.old.yaml` and
//! `*.new.yaml`. `UPDATE=1 cargo test` writes what is printed now.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

fn cases() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/diff/cases")
}

fn diff(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_gammactl"))
        .arg("diff")
        .args(arguments)
        .current_dir(cases())
        .output()
        .unwrap()
}

#[test]
fn changes_read_like_this() {
    let mut wrong = Vec::new();
    let mut names: Vec<String> = fs::read_dir(cases())
        .unwrap()
        .filter_map(|entry| {
            let name = entry.unwrap().file_name().into_string().unwrap();
            name.strip_suffix(".old.yaml").map(Into::into)
        })
        .collect();
    names.sort();
    assert!(names.len() >= 9);
    for name in names {
        let (old, new) = (format!("{name}.old.yaml"), format!("{name}.new.yaml"));
        for (format, extension) in [("text", "txt"), ("json", "json")] {
            // One file is enough to pin the shape.
            if format == "json" && name != "weights" {
                continue;
            }
            let output = diff(&[&old, &new, "--output", format]);
            assert_eq!(output.status.code(), Some(0), "{name}");
            let said = [output.stdout, output.stderr].concat();
            let said = String::from_utf8(said).unwrap();
            let golden = cases().join(format!("{name}.{extension}"));
            if std::env::var_os("UPDATE").is_some() {
                fs::write(&golden, said).unwrap();
            } else if fs::read_to_string(&golden).unwrap_or_default() != said {
                wrong.push(format!("{name}.{extension} is now:\n{said}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn exit_codes_tell_a_change_from_a_mistake() {
    let bad = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = bad.path().join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let pattern = r#"{"version": 1, "services": [{"namespace": "a", "name": "b", "ports": [{"port": 80,
        "cluster": "c", "producer": {"rules": [{"matches": [{"path":
        {"type": "RegularExpression", "value": "("}}]}]}}]}]}"#;
    let (unknown, pattern) = (
        file("a.json", r#"{"version": 1, "servces": []}"#),
        file("b.json", pattern),
    );
    let wrong = file(
        "c.yaml",
        "apiVersion: v1\nkind: Service\nmetadata: {name: [x]}\n",
    );
    let (old, new) = ("weights.old.yaml", "weights.new.yaml");
    for (arguments, code, says) in [
        (&[old, new][..], 0, ""),
        (&[old, new, "--exit-code"], 1, ""),
        (&[old, old, "--exit-code"], 0, "nothing changes"),
        (&[old, &unknown], 1, "error: NEW ("),
        (&[&pattern, new], 1, "error: OLD ("),
        (&[&wrong, new], 1, "error: OLD ("),
        (&["no-such-file", new], 2, "error: OLD: no-such-file"),
        (&["-", "-"], 2, "standard input"),
        (&[old], 2, "Usage"),
    ] {
        let output = diff(arguments);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {said}");
        assert!(said.contains(says), "{arguments:?}: {said}");
        assert_eq!(
            output.stdout.is_empty(),
            code == 2 || !says.is_empty(),
            "{arguments:?}"
        );
    }
}

#[test]
fn a_config_is_told_from_manifests_by_what_it_says() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("without-an-extension");
    let compiled = Command::new(env!("CARGO_BIN_EXE_gammactl"))
        .args(["compile", "-f", "weights.old.yaml", "-o"])
        .arg(&config)
        .current_dir(cases())
        .status()
        .unwrap();
    assert!(compiled.success());
    let config = config.to_str().unwrap();
    let output = diff(&[config, "weights.old.yaml", "--exit-code"]);
    assert_eq!(output.status.code(), Some(0));
    let output = diff(&[config, "weights.new.yaml", "--exit-code"]);
    assert_eq!(output.status.code(), Some(1));
    // Manifests know where a rule is, a config does not.
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("canary (weights.new.yaml:22)\n"), "{text}");
}

#[test]
fn only_clients_of_the_namespaces_asked_for_count() {
    let code = |from: &[&str]| {
        let arguments = [
            &["consumers.old.yaml", "consumers.new.yaml", "--exit-code"],
            from,
        ]
        .concat();
        diff(&arguments).status.code()
    };
    assert_eq!(code(&[]), Some(1));
    assert_eq!(code(&["--from", "web"]), Some(1));
    assert_eq!(code(&["--from", "shop"]), Some(0));
    assert_eq!(code(&["-n", "shop"]), Some(0), "all clients are there");
}

#[test]
fn order_of_documents_and_comments_do_not_count() {
    let shop = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/shop");
    let mut documents: Vec<String> = Vec::new();
    for entry in fs::read_dir(&shop).unwrap() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap();
        let without_comments = text
            .lines()
            .filter(|line| !line.trim_start().starts_with('#'));
        let text = without_comments.collect::<Vec<_>>().join("\n");
        documents.extend(text.split("\n---\n").map(Into::into));
    }
    assert!(documents.len() > 5);
    documents.sort();
    documents.reverse();
    let folder = tempfile::tempdir().unwrap();
    let reversed = folder.path().join("reversed.yaml");
    fs::write(&reversed, documents.join("\n---\n")).unwrap();
    let output = diff(&[
        shop.to_str().unwrap(),
        reversed.to_str().unwrap(),
        "--exit-code",
    ]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert_eq!(output.stdout, b"");
}

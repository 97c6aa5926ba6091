//! Lets kubectl read files. It needs no server for that: `kubectl label --local` prints what it has read.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

/// A file whose object is what the rest of it says, and `metadata`.
pub(crate) const HEADER: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: NAME}\n";

/// The name of the objects in file number `i`; `NAME` stands for it in the texts.
pub(crate) fn name(i: usize) -> String {
    format!("n{i:05}")
}

/// The objects that kubectl finds in each file, without the label that it puts on them.
///
/// `$KUBECTL`, else the one that `make kubectl` installs. Others differ in details.
pub(crate) fn read(files: &[String]) -> Vec<Vec<Value>> {
    let directory = tempfile::tempdir().unwrap();
    for (i, text) in files.iter().enumerate() {
        let text = text.replace("NAME", &name(i));
        fs::write(directory.path().join(format!("{}.yaml", name(i))), text).unwrap();
    }
    let output = Command::new(binary())
        .args([
            "label",
            "--local",
            "--output",
            "json",
            "tested=yes",
            "--filename",
        ])
        .arg(directory.path())
        .env("KUBECONFIG", directory.path().join("none"))
        .output()
        .unwrap_or_else(|error| panic!("no kubectl: run `make kubectl`, or set $KUBECTL: {error}"));
    let printed = String::from_utf8(output.stdout).unwrap();
    let mut objects = vec![Vec::new(); files.len()];
    for object in serde_json::Deserializer::from_str(&printed).into_iter::<Value>() {
        let mut object = object.unwrap();
        let metadata = object["metadata"].as_object_mut().unwrap();
        metadata.remove("labels");
        let name = metadata["name"].as_str().unwrap();
        let i: usize = name[1..6].parse().unwrap();
        objects[i].push(object);
    }
    assert!(
        objects.iter().any(|objects| !objects.is_empty()),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    objects
}

fn binary() -> PathBuf {
    if let Some(path) = env::var_os("KUBECTL").filter(|path| !path.is_empty()) {
        return path.into();
    }
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.tools/kubectl/bin/kubectl")
}

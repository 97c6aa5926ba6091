//! The file that `gammactl istio` writes, as a whole.

use std::{fs, path::Path};

use crate::{OCI, ROOT, gammactl};

/// `UPDATE=1 cargo test` writes what is there now.
#[test]
fn the_example_is_up_to_date() {
    let name = "examples/istio/gamma.yaml";
    let output = gammactl(&["-f", "examples/shop", "--image", OCI], "");
    let text = String::from_utf8(output.stdout).unwrap();
    let text = text.replace("-f FILE", &format!("-f {name}"));
    let path = Path::new(ROOT).join(name);
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, &text).unwrap();
    }
    assert_eq!(fs::read_to_string(&path).unwrap(), text);
}

#[test]
fn the_file_says_how_to_apply_it() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("gamma.yaml");
    let path = path.to_str().unwrap();
    let output = gammactl(&["-f", "examples/shop", "--image", OCI, "-o", path], "");
    assert!(output.status.success());
    let text = fs::read_to_string(path).unwrap();
    assert!(text.contains(&format!("#   kubectl apply --server-side -f {path}\n")));
    assert!(text.contains("every namespace of the mesh"));
}

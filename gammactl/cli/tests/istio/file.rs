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
    // The filter goes before the route: in the other order decided requests meet Istio's routes.
    let at = |kind: &str| {
        let release = "app.kubernetes.io/managed-by=gammactl,app.kubernetes.io/instance=gamma";
        let command = format!("#   kubectl delete {kind} -A -l {release}\n");
        text.find(&command)
            .unwrap_or_else(|| panic!("{command}{text}"))
    };
    let sleep = text.rfind("#   sleep 60\n").unwrap();
    assert!(at("wasmplugins.extensions.istio.io") < sleep);
    assert!(sleep < at("envoyfilters.networking.istio.io"));
}

/// Objects of one name are found again wherever they are, and those of another name are left alone.
#[test]
fn what_is_left_elsewhere_is_found_by_its_labels() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("gamma.yaml");
    let file = path.to_str().unwrap();
    let arguments = [
        "--client-namespace",
        "shop",
        "web",
        "--name",
        "mine",
        "-o",
        file,
    ];
    let output = gammactl(
        &[&["-f", "examples/shop", "--image", OCI], &arguments[..]].concat(),
        "",
    );
    assert!(output.status.success());
    let text = fs::read_to_string(path).unwrap();
    let release = "-l app.kubernetes.io/managed-by=gammactl,app.kubernetes.io/instance=mine";
    let elsewhere = "--field-selector metadata.namespace!=shop,metadata.namespace!=web\n";
    assert_eq!(text.matches(&format!("{release} {elsewhere}")).count(), 2);
    let label = "    app.kubernetes.io/instance: mine\n";
    assert_eq!(text.matches(label).count(), 4);
}

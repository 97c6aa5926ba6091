//! Inputs with the exact output beside them. `UPDATE=1 cargo test` writes what is there now.

// Each test uses some of it.
#![allow(dead_code)]

use std::{
    fs,
    path::{Path, PathBuf},
};

use gammactl::{
    compile::{Options, compile},
    diagnostic::Diagnostics,
    lint::lint,
    manifest::{Manifests, decode},
    source::Sources,
};

/// The manifests in `folder`, in alphabetical order.
pub(crate) fn inputs(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests")
        .join(folder);
    let mut inputs: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "yaml")
        })
        .collect();
    inputs.sort();
    assert!(!inputs.is_empty());
    inputs
}

/// What `gammactl compile` makes of one manifest file.
pub(crate) fn compiled(input: &Path) -> (Sources, Diagnostics, gamma_config::Config) {
    let name = input.file_name().unwrap().to_string_lossy();
    let (sources, _, diagnostics, config) = read(&name, &fs::read_to_string(input).unwrap());
    (sources, diagnostics, config)
}

/// What `gammactl check` makes of it: the lints, too.
pub(crate) fn checked(input: &Path) -> (Sources, Diagnostics, gamma_config::Config) {
    let name = input.file_name().unwrap().to_string_lossy();
    checked_text(&name, &fs::read_to_string(input).unwrap())
}

/// What `gammactl check` makes of a text.
pub(crate) fn checked_text(name: &str, text: &str) -> (Sources, Diagnostics, gamma_config::Config) {
    let (sources, manifests, mut diagnostics, config) = read(name, text);
    lint(&manifests, &Options::default(), &mut diagnostics);
    diagnostics.sort();
    (sources, diagnostics, config)
}

fn read(name: &str, text: &str) -> (Sources, Manifests, Diagnostics, gamma_config::Config) {
    let mut sources = Sources::default();
    sources.add(name, text);
    let mut diagnostics = Diagnostics::default();
    let manifests = decode(&sources, "default", &mut diagnostics);
    let config = compile(&manifests, &Options::default(), &mut diagnostics);
    diagnostics.sort();
    (sources, manifests, diagnostics, config)
}

/// Compares with the file beside `input`; says what differs.
pub(crate) fn check(input: &Path, extension: &str, actual: &str, wrong: &mut Vec<String>) {
    let golden = input.with_extension(extension);
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&golden, actual).unwrap();
        return;
    }
    let expected = fs::read_to_string(&golden).unwrap_or_default();
    if expected != actual {
        wrong.push(format!(
            "{}:\n--- expected\n{expected}\n--- actual\n{actual}",
            golden.display()
        ));
    }
}

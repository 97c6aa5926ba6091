//! Golden files for tests: inputs in a folder, with the exact expected output beside each.
//! `UPDATE=1 cargo test` writes the output of now.
//!
//! Only tests use this crate.

#![forbid(unsafe_code)]
#![deny(missing_docs)]

use std::{
    fs,
    path::{Path, PathBuf},
};

/// The manifests in `folder`, in alphabetical order; at least one.
pub fn inputs(folder: impl AsRef<Path>) -> Vec<PathBuf> {
    let mut inputs: Vec<PathBuf> = entries(folder.as_ref())
        .into_iter()
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "yaml")
        })
        .collect();
    inputs.sort();
    assert!(!inputs.is_empty());
    inputs
}

/// The manifests in the folders of `folder`, in alphabetical order; at least one in each.
pub fn inputs_below(folder: impl AsRef<Path>) -> Vec<PathBuf> {
    let mut folders = entries(folder.as_ref());
    folders.sort();
    assert!(!folders.is_empty());
    folders.into_iter().flat_map(inputs).collect()
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().path()).collect()
}

/// Compares with the file beside `input`; says what differs.
pub fn check(input: &Path, extension: &str, actual: &str, wrong: &mut Vec<String>) {
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

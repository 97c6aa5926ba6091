//! The fixtures of this repository.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};

use crate::case::Case;

/// The file or folder at `path`, which is relative to the root of the repository.
pub(crate) fn path(path: &str) -> PathBuf {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../..")).join(path)
}

/// Every fixture with requests, every manifest that something is said about, and the examples.
pub(crate) fn all() -> Vec<Case> {
    let mut cases = Vec::new();
    let mut before: Option<(PathBuf, String)> = None;
    for file in below("tests/fixtures") {
        let text = fs::read_to_string(&file).unwrap();
        let mut case = with_requests(&file, &text);
        // The one before it in the folder, as if it had been changed into this.
        let folder = file.parent().unwrap().to_owned();
        if let Some((of, old)) = before.filter(|(of, _)| *of == folder) {
            case.name.push_str(&format!(", {} before", of.display()));
            case.old = vec![("old.yaml".into(), old)];
        }
        before = Some((folder, case.files[0].1.clone()));
        cases.push(case);
    }
    let said = ["gammactl/compile/tests", "examples"];
    for file in said.into_iter().flat_map(below) {
        // Some are no text, which no page has.
        let Ok(text) = fs::read_to_string(&file) else {
            continue;
        };
        cases.push(Case {
            name: file.display().to_string(),
            files: vec![("new.yaml".into(), text)],
            ..Case::default()
        });
    }
    cases.push(Case::of_folder(&path("examples/shop")));
    cases
}

fn below(folder: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    gamma_manifest::source::walk(&path(folder), &mut files).unwrap();
    files.retain(|file| !gamma_manifest::source::is_case_file(file));
    assert!(!files.is_empty(), "{folder}");
    files
}

/// A fixture: a test case, and the manifests that it is about.
fn with_requests(file: &Path, text: &str) -> Case {
    let (case, manifests) = text.split_once("\n---\n").unwrap();
    let case: Value = serde_saphyr::from_str(case).unwrap();
    let requests = case["requests"].as_array().expect("requests").iter();
    let namespace = case["clientNamespace"].as_str().map(str::to_owned);
    Case {
        name: file.display().to_string(),
        files: vec![("new.yaml".into(), manifests.to_owned())],
        namespace,
        requests: requests.map(line).collect(),
        test: Some(("fixture.cases.yaml".into(), text.to_owned())),
        ..Case::default()
    }
}

/// A request of a case as a line of a list.
fn line(request: &Value) -> String {
    let mut line = json!({"request": request["request"], "headers": []});
    for field in ["headers", "from", "destination"] {
        if let Some(value) = request.get(field) {
            line[field] = value.clone();
        }
    }
    line.to_string()
}

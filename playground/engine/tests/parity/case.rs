//! What both sides are asked about: files, and requests to their Services.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use fastrand::Rng;
use serde_json::{Value, json};

/// Files with a few questions.
#[derive(Debug, Clone, Default)]
pub(crate) struct Case {
    pub(crate) name: String,
    /// Names, relative to the folder in which gammactl runs, and texts.
    pub(crate) files: Vec<(String, String)>,
    /// The files before a change, under other names.
    pub(crate) old: Vec<(String, String)>,
    pub(crate) namespace: Option<String>,
    /// Lines of a list of requests.
    pub(crate) requests: Vec<String>,
    /// A case file, among its manifests.
    pub(crate) test: Option<(String, String)>,
}

/// What was answered, by what was asked.
#[derive(Debug, Default)]
pub(crate) struct Answers(pub(crate) BTreeMap<String, String>);

impl Case {
    /// The manifests of a folder.
    pub(crate) fn of_folder(folder: &Path) -> Self {
        let mut files: Vec<PathBuf> = Vec::new();
        gamma_manifest::source::walk(folder, &mut files).unwrap();
        files.retain(|file| !gamma_manifest::source::is_case_file(file));
        let files: Vec<(String, String)> = files
            .iter()
            .map(|file| {
                let name = file.strip_prefix(folder).unwrap().display().to_string();
                (name.replace('/', "-"), fs::read_to_string(file).unwrap())
            })
            .collect();
        Self {
            name: folder.display().to_string(),
            requests: vec![
                "GET http://cart.shop/".into(),
                "curl -X POST http://cart.shop/checkout?step=1 -H 'x-version: v2'".into(),
                "curl -H 'x-empty;' --from web --destination 10.96.0.10:80 http://catalog.shop/a/../b".into(),
                "GET http://nowhere/".into(),
            ],
            files,
            ..Self::default()
        }
    }

    /// A random cluster, damaged now and then, and requests to it.
    pub(crate) fn random(name: &str, rng: &mut Rng) -> Self {
        let mut objects = gamma_random::cluster(rng);
        let requests = (0..10)
            .map(|_| request(&gamma_random::request(rng, &objects)))
            .collect();
        let old = file(&objects);
        if gamma_random::once_in(rng, 3) {
            let damaged = rng.usize(..objects.len());
            gamma_random::damage(rng, &mut objects[damaged]);
        } else {
            let gone = rng.usize(..objects.len());
            objects.remove(gone);
        }
        Self {
            name: name.into(),
            files: vec![("new.yaml".into(), file(&objects))],
            old: vec![("old.yaml".into(), old)],
            namespace: Some("shop".into()),
            requests,
            test: None,
        }
    }

    /// How many answers are compared.
    pub(crate) fn questions(&self) -> usize {
        2 + 2 * self.requests.len() + self.old.len() + usize::from(self.test.is_some())
    }

    /// Writes the files where gammactl reads them.
    pub(crate) fn write(&self, folder: &Path) {
        for (name, text) in self.files.iter().chain(&self.old).chain(&self.test) {
            fs::write(folder.join(name), text).unwrap();
        }
    }
}

fn file(objects: &[Value]) -> String {
    let documents: Vec<String> = objects.iter().map(Value::to_string).collect();
    documents.join("\n---\n")
}

/// A line of a list.
fn request(random: &gamma_random::RandomRequest) -> String {
    let headers: Vec<String> = random
        .headers
        .iter()
        .map(|(name, value)| format!("{name}: {value}"))
        .collect();
    let url = format!("{}://{}{}", random.scheme, random.authority, random.path);
    let mut line = json!({"request": format!("{} {url}", random.method), "headers": headers});
    if let Some(destination) = random.destination {
        line["destination"] = json!(destination);
    }
    line.to_string()
}

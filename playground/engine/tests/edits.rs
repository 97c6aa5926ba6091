//! What is kept from one version of the files for the next changes no answer: after each of thousands of edits, a
//! workspace that has seen them all says what one says that has seen the last alone.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may stop at the first surprise"
)]

use std::path::Path;

use fastrand::Rng;
use gamma_playground::Workspace;
use serde_json::json;

/// What is kept is kept of the same options only.
const OPTIONS: [&str; 3] = [
    r#"{"namespace": "shop"}"#,
    r#"{"namespace": "far"}"#,
    r#"{"namespace": "shop", "honor_hostnames": true}"#,
];

/// What makes a file of others something else.
const KUSTOMIZATION: &str = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\npatches: [{path: services.yaml}, {path: cart.yaml}]\n";

/// Every folder of `examples` with manifests in it, as files with names and texts.
fn examples() -> Vec<Vec<(String, String)>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    let mut folders: Vec<_> = root
        .read_dir()
        .unwrap()
        .map(|e| e.unwrap().path())
        .collect();
    folders.sort();
    let texts = |folder: &Path| {
        let files = folder
            .read_dir()
            .unwrap()
            .map(|entry| entry.unwrap().path());
        let mut files: Vec<_> = files
            .filter(|path| path.extension().is_some_and(|of| of == "yaml"))
            .map(|path| {
                let name = path.file_name().unwrap().to_string_lossy().into_owned();
                (name, std::fs::read_to_string(path).unwrap())
            })
            .collect();
        files.sort();
        files
    };
    let folders = folders.iter().filter(|path| path.is_dir());
    folders
        .map(|folder| texts(folder))
        .filter(|files| !files.is_empty())
        .collect()
}

/// Edits as somebody makes them who writes YAML, and as others make them.
fn edit(files: &mut Vec<(String, String)>, others: &[(String, String)], rng: &mut Rng) {
    let at = rng.usize(..files.len());
    let mut text = files[at].1.clone();
    let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
    let line = rng.usize(..=lines.len());
    let other = &others[rng.usize(..others.len())];
    files[at].1 = match rng.u8(..14) {
        0 => with(lines, line, "# a comment\n"),
        1 => with(lines, line, "---\n"),
        2 => [&lines[..line], lines.get(line + 1..).unwrap_or_default()]
            .concat()
            .concat(),
        3 => with(lines.clone(), line, lines.get(line).unwrap_or(&"")),
        4 => lines[..line].concat(),
        5 => {
            lines.extend(["---\n", &*other.1]);
            lines.concat()
        }
        6 => with(lines, line, "%YAML 1.2\n---\n"),
        7 => {
            files.push(other.clone());
            return;
        }
        8 if files.len() > 1 => {
            files.remove(at);
            return;
        }
        9 if rng.bool() => {
            files.push(("kustomization.yaml".into(), KUSTOMIZATION.into()));
            return;
        }
        10 => {
            let names = ["values.yaml", "compose.yaml", "services.yaml", "cart.yaml"];
            files[at].0 = (*rng.choice(&names).unwrap()).into();
            return;
        }
        9 => with(lines, line, "ä: {{ .Values.x }}\n"),
        _ => {
            let places: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
            let Some(&place) = rng.choice(&places) else {
                return;
            };
            if rng.bool() {
                text.remove(place);
            } else {
                let typed = ['x', '1', '/', ' ', '\n', '{', '"', '€'];
                text.insert(place, *rng.choice(&typed).unwrap());
            }
            text
        }
    };
}

/// The lines, with another one before number `at`.
fn with<'t>(mut lines: Vec<&'t str>, at: usize, line: &'t str) -> String {
    lines.insert(at, line);
    lines.concat()
}

fn json_of(files: &[(String, String)]) -> String {
    let files = files
        .iter()
        .map(|(name, text)| json!({"name": name, "text": text}));
    json!(files.collect::<Vec<_>>()).to_string()
}

/// All that a workspace says of its files.
fn said(workspace: &Workspace, namespace: &str) -> Vec<String> {
    let request =
        |path| json!({"url": format!("http://cart{path}"), "client_namespace": namespace});
    let decisions =
        ["/", "/items/1", "/checkout"].map(|path| workspace.decide(&request(path).to_string()));
    let mut said = vec![
        workspace.analysis(),
        workspace.print_check("text"),
        workspace.print_check("sarif"),
    ];
    said.extend(decisions);
    said
}

#[test]
fn a_workspace_forgets_what_was_there_before() {
    let examples = examples();
    assert!(examples.len() > 5);
    let mut rng = Rng::with_seed(gamma_random::variable("SEED", 1));
    let edits = gamma_random::variable("EDITS", 600);
    let all: Vec<_> = examples.concat();
    let mut kept = Workspace::new();
    let mut files = Vec::new();
    for number in 0..edits {
        if number % 40 == 0 {
            files = examples[rng.usize(..examples.len())].clone();
        } else {
            edit(&mut files, &all, &mut rng);
        }
        let (mut fresh, texts) = (Workspace::new(), json_of(&files));
        let options = match rng.u8(..10) {
            0 => OPTIONS[rng.usize(..OPTIONS.len())],
            _ => OPTIONS[0],
        };
        assert_eq!(
            fresh.set_files(&texts, options),
            kept.set_files(&texts, options)
        );
        let (expected, got) = (said(&fresh, "shop"), said(&kept, "shop"));
        for (expected, got) in expected.iter().zip(&got) {
            assert_eq!(expected, got, "edit {number} of {texts}");
        }
    }
}

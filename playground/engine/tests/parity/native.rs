//! What the command line answers.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use crate::{
    case::{Answers, Case},
    fixtures,
};

/// `$GAMMACTL`, else the one that cargo builds for tests.
fn gammactl(folder: &Path, arguments: &[&str]) -> Output {
    let built = || fixtures::path("target/debug/gammactl");
    let binary = std::env::var_os("GAMMACTL").map_or_else(built, PathBuf::from);
    assert!(
        binary.is_file(),
        "no gammactl: run `cargo build -p gammactl`"
    );
    let mut command = Command::new(binary);
    command.current_dir(folder).args(arguments);
    command.output().expect("gammactl")
}

fn out(output: Output) -> String {
    String::from_utf8(output.stdout).unwrap()
}

/// What gammactl prints for `case`, which is in `folder`. What it refuses to answer is not there.
pub(crate) fn answers(case: &Case, folder: &Path) -> Answers {
    let files: Vec<&str> = case.files.iter().map(|(name, _)| &**name).collect();
    let mut input = vec!["-f"];
    input.extend(&files);
    let namespace = case.namespace.iter();
    let options: Vec<&str> = namespace.flat_map(|of| ["-n", of]).collect();
    let run = |command: &[&str]| {
        let arguments = [command, &input, &options].concat();
        gammactl(folder, &arguments)
    };
    let checked = run(&["check", "--output", "json"]);
    let is_good = checked.status.success();
    let mut answers = BTreeMap::from([
        ("check".to_owned(), out(checked)),
        (
            "sarif".to_owned(),
            out(run(&["check", "--output", "sarif"])),
        ),
    ]);
    if is_good && !case.requests.is_empty() {
        std::fs::write(folder.join("requests.txt"), case.requests.join("\n")).unwrap();
        let all = |format| {
            let command = ["explain", "--requests", "requests.txt", "--output", format];
            out(run(&command))
        };
        answers.insert("explain".into(), all("text"));
        let in_json = all("json");
        answers.insert(
            "explain in JSON".into(),
            in_json.lines().map(indented).collect(),
        );
    }
    if let Some(diff) = diff(case, folder, &options) {
        answers.insert("diff".into(), diff);
    }
    if let Some((name, _)) = &case.test {
        let tested = gammactl(folder, &["test", name, "--output", "json"]);
        answers.insert("test".into(), out(tested));
    }
    Answers(answers)
}

/// Of a list of requests, gammactl prints each in one line; of one alone, with a line for each member. The second is
/// what a page shows. Numbers are taken over as they are written.
fn indented(line: &str) -> String {
    let value: serde_json::Value = serde_json::from_str(line).unwrap();
    format!("{value:#}\n")
}

/// A side is one file, whose name is in the output.
fn diff(case: &Case, folder: &Path, options: &[&str]) -> Option<String> {
    let ([(old, _)], [(new, _)]) = (&*case.old, &*case.files) else {
        return None;
    };
    let sides = ["diff", old, new, "--output", "json"];
    let compared = gammactl(folder, &[&sides, options].concat());
    compared.status.success().then(|| out(compared))
}

/// What `gammactl convert` writes, by the names of the files, and what it says.
pub(crate) fn conversion(case: &Case, folder: &Path) -> Answers {
    let files: Vec<&str> = case.files.iter().map(|(name, _)| &**name).collect();
    let converted = gammactl(
        folder,
        &[&["convert", "-o", "converted", "-f"], &*files].concat(),
    );
    assert!(converted.status.success(), "{converted:?}");
    let root = folder.join("converted");
    let mut answers = BTreeMap::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(&root).unwrap().display().to_string();
                answers.insert(name, std::fs::read_to_string(path).unwrap());
            }
        }
    }
    let said = String::from_utf8(converted.stderr).unwrap();
    let proof = said.lines().filter(|line| line.starts_with("proven"));
    answers.insert(
        "proof".into(),
        proof.map(|line| format!("{line}\n")).collect(),
    );
    Answers(answers)
}

//! Case files in `tests/cases`, and the exact text that `gammactl test` prints about them.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use gamma_cases::{
    self as cases, CaseFile, FileResult,
    report::{self, Results},
};
use gamma_explain as explain;
use gamma_golden as golden;
use gamma_manifest::diagnostic::codes;

const INPUTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases");

fn run(input: &Path) -> FileResult {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let name = input.strip_prefix(root).unwrap().display().to_string();
    let text = std::fs::read_to_string(input).unwrap();
    // Tests run in the folder of their package, so relative paths are right.
    cases::run(&CaseFile { name, text }, None, |_| {})
}

/// Without explanations, which have golden files of their own.
fn results(input: &Path) -> Results {
    let mut file = run(input);
    for test in &mut file.tests {
        test.explanation = None;
    }
    Results::new(vec![file], "")
}

#[test]
fn case_files_give_exactly_this_text() {
    let mut wrong = Vec::new();
    for input in golden::inputs(INPUTS) {
        let text = report::text(&results(&input), false);
        golden::check(&input, "txt", &text, &mut wrong);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// An `UPDATE=1` must not make a failure what is expected.
#[test]
fn what_is_named_so_passes_or_fails_whole() {
    for input in golden::inputs(INPUTS) {
        let results = results(&input);
        let name = input.file_stem().unwrap().to_str().unwrap();
        if name.starts_with("every-") {
            assert!(results.failed() == 0 && results.passed() > 4, "{name}");
        }
        if name == "no-expectation-is-met" {
            // The one that begins a session.
            assert!(results.passed() == 1 && results.failed() > 15);
        }
    }
}

#[test]
fn every_code_has_a_case_file() {
    let seen: BTreeSet<&str> = golden::inputs(INPUTS)
        .iter()
        .flat_map(|input| results(input).files)
        .flat_map(|file| file.tests)
        .flat_map(|test| test.findings.iter().map(|d| d.code.id).collect::<Vec<_>>())
        .collect();
    for code in codes::ALL.iter().filter(|code| code.id.starts_with("G5")) {
        assert!(seen.contains(code.id), "{}", code.id);
    }
}

#[test]
fn a_failure_comes_with_what_explain_says() {
    let file = run(&input("no-expectation-is-met"));
    let explanation = file.tests[2].explanation.as_ref().unwrap();
    assert_eq!(explanation.request.path, "/split");
    let explained = explain::render(explanation, false);
    assert!(explained.contains("manifests/shop.yaml:"), "{explained}");
    let results = Results::new(vec![file], "/split");
    for text in [
        report::text(&results, false),
        report::junit(&results).unwrap(),
    ] {
        // XML writes some characters in other ways.
        let plain = text.replace("&apos;", "'").replace("&gt;", ">");
        assert!(plain.contains(&explained), "{plain}");
    }
    let json: serde_json::Value = serde_json::from_str(&report::json(&results)).unwrap();
    let outcomes = &json["tests"][0]["explanation"]["outcomes"];
    assert_eq!(outcomes.as_array().unwrap().len(), 3);
}

#[test]
fn colours_are_for_terminals() {
    let file = run(&input("no-expectation-is-met"));
    let results = Results::new(vec![file], "");
    assert!(report::text(&results, true).contains("\x1b[31mFAILED"));
    assert!(!report::text(&results, false).contains('\x1b'));
    assert!(!report::junit(&results).unwrap().contains('\x1b'));
}

fn input(name: &str) -> PathBuf {
    Path::new(INPUTS).join(name).with_extension("yaml")
}

#[test]
fn junit_and_json_have_exactly_this_shape() {
    let mut wrong = Vec::new();
    for name in ["manifests-in-the-same-file", "other-diagnostics"] {
        let input = input(name);
        let results = results(&input);
        golden::check(&input, "xml", &report::junit(&results).unwrap(), &mut wrong);
        golden::check(&input, "json", &report::json(&results), &mut wrong);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

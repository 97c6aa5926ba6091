//! Case files in `tests/cases`, and the exact text that `gammactl test` prints about them.

mod golden;

use std::{collections::BTreeSet, path::Path};

use gammactl::{
    cases::{
        self, CaseFile,
        report::{self, Results},
    },
    diagnostic::codes,
};

/// Of one case file; without explanations, which have tests of their own, but for one file.
fn results(input: &Path) -> Results {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let name = input.strip_prefix(root).unwrap().display().to_string();
    let text = std::fs::read_to_string(input).unwrap();
    // Tests run in the folder of their package, so relative paths are right.
    let mut file = cases::run(&CaseFile { name, text }, |_| {});
    if !input.ends_with("what-becomes-of-a-request-is-explained.yaml") {
        for test in &mut file.tests {
            test.explanation = None;
        }
    }
    Results::new(vec![file], "")
}

#[test]
fn case_files_give_exactly_this_text() {
    let mut wrong = Vec::new();
    for input in golden::inputs("cases") {
        let text = report::text(&results(&input), false);
        golden::check(&input, "txt", &text, &mut wrong);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// An `UPDATE=1` must not make a failure what is expected.
#[test]
fn what_is_named_so_passes_or_fails_whole() {
    for input in golden::inputs("cases") {
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
    let seen: BTreeSet<&str> = golden::inputs("cases")
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
fn junit_and_json_have_exactly_this_shape() {
    let mut wrong = Vec::new();
    for name in [
        "what-becomes-of-a-request-is-explained",
        "other-diagnostics",
    ] {
        let input = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/cases")
            .join(name)
            .with_extension("yaml");
        let results = results(&input);
        golden::check(&input, "xml", &report::junit(&results).unwrap(), &mut wrong);
        golden::check(&input, "json", &report::json(&results), &mut wrong);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

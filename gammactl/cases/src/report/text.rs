//! The results of test cases as text for people, in the form that `cargo test` has.

use std::fmt::Write as _;

use gamma_explain::{self as explain, TextStyles};
use gamma_manifest::diagnostic::{Format, render};

use super::{Results, full_name};
use crate::run::{FileResult, TestResult};

/// Writes a line for each test, then why each one failed, then a line that counts them.
#[must_use]
pub fn text(results: &Results, color: bool) -> String {
    let tests = || {
        let files = results.files.iter();
        files.flat_map(|file| file.tests.iter().map(move |test| (file, test)))
    };
    let mut text = match tests().count() {
        1 => "running 1 test\n".into(),
        count => format!("running {count} tests\n"),
    };
    let styles = TextStyles { color };
    let verdict = |passed: bool| {
        if passed {
            styles.green("ok")
        } else {
            styles.red("FAILED")
        }
    };
    for (file, test) in tests() {
        let name = full_name(&file.name, &test.name);
        let _ = writeln!(text, "test {name} ... {}", verdict(test.passed()));
    }
    let failed = || tests().filter(|(_, test)| !test.passed());
    if failed().next().is_some() {
        text.push_str("\nfailures:\n");
    }
    for (file, test) in failed() {
        let name = full_name(&file.name, &test.name);
        let _ = write!(text, "\n---- {name} ----\n\n{}", why(file, test, color));
    }
    let _ = writeln!(
        text,
        "\ntest result: {}. {} passed; {} failed; {} filtered out",
        verdict(results.failed() == 0),
        results.passed(),
        results.failed(),
        results.filtered_out
    );
    text
}

/// Why a test failed: what is not as expected, and what becomes of the request.
pub(super) fn why(file: &FileResult, test: &TestResult, color: bool) -> String {
    let format = if color {
        Format::TextColor
    } else {
        Format::Text
    };
    let mut text = render(&test.findings, &file.sources, format);
    text.push_str(&render(&test.of_manifests, &file.manifests, format));
    if let Some(explanation) = &test.explanation {
        text.push_str(&explain::render(explanation, color));
    }
    text
}

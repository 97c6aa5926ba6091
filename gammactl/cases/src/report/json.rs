//! The results of test cases as JSON for tools.

use gamma_manifest::{
    diagnostic::{Diagnostics, Format, render},
    source::Sources,
};
use serde_json::{Value, json};

use super::Results;

/// Writes an object with the counts, and one entry per test. What is not as expected is written like
/// the diagnostics of `gammactl check`, and what becomes of the request as `gammactl explain` does.
#[must_use]
pub fn json(results: &Results) -> String {
    let tests = results.files.iter().flat_map(|file| {
        file.tests.iter().map(|test| {
            let passed = test.passed();
            let mut findings = list(&test.findings, &file.sources);
            findings.extend(list(&test.of_manifests, &file.manifests));
            // What became of requests that went well would be most of the text.
            let explanation = test.explanation.as_ref().filter(|_| !passed);
            json!({
                "file": file.name,
                "line": test.line,
                "name": test.name,
                "passed": passed,
                "findings": findings,
                "explanation": explanation,
            })
        })
    });
    let tests: Vec<Value> = tests.collect();
    let all = json!({
        "passed": results.passed(),
        "failed": results.failed(),
        "filteredOut": results.filtered_out,
        "tests": tests,
    });
    format!("{all:#}\n")
}

fn list(diagnostics: &Diagnostics, sources: &Sources) -> Vec<Value> {
    serde_json::from_str(&render(diagnostics, sources, Format::Json)).unwrap_or_default()
}

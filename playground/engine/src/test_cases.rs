//! Tests of routes among the files of the page.

use gamma_cases::{
    CaseFile, FileResult, TextFolder,
    report::{self, Results},
    run_in,
};
use gamma_manifest::source::is_case_file;

use crate::{answer::Unanswered, input};

/// What `gammactl test --output json` prints of the `*.cases.yaml` among `files`, which the cases may name.
pub(crate) fn results(files: &str) -> Result<String, Unanswered> {
    let mut folder = TextFolder::default();
    let mut cases = Vec::new();
    for file in input::files(files)? {
        if is_case_file(file.name.as_ref()) {
            cases.push(CaseFile {
                name: file.name.clone(),
                text: file.text.clone(),
            });
        }
        folder.add(file.name, file.text);
    }
    let run: Vec<FileResult> = cases.iter().map(|case| run_in(case, &folder)).collect();
    Ok(report::json(&Results::new(run, "")))
}

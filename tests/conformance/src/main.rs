//! Runs the conformance cases of the Gateway API against a real Envoy with the filter, without
//! Kubernetes, and reports in the words of the suite.
//!
//! `gamma-conformance REPORT.yaml TABLE.md`: runs all fixtures in `tests/conformance`, natively and
//! through Envoy, writes a ConformanceReport and the table of `docs/conformance.md`, and fails if a
//! case does.

mod cases;
mod profiles;
mod report;
mod table;

use std::{fs, path::Path, process::ExitCode};

use anyhow::{Context, Result, bail};
use cases::{NotApplicable, Ran};

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<bool> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [report, table] = arguments.as_slice() else {
        bail!("usage: gamma-conformance REPORT.yaml TABLE.md");
    };
    let ran = cases::run_all()?;
    let not_applicable = NotApplicable::load()?;
    let profiles = profiles::count(&ran);
    write(report, &report::yaml(&ran, &profiles))?;
    write(table, &table::markdown(&ran, &profiles, &not_applicable))?;

    for profile in &profiles {
        println!("{}", profile.summary());
    }
    let failed: Vec<&Ran> = ran.iter().filter(|ran| ran.failure.is_some()).collect();
    println!(
        "{} of {} cases passed; {report}, {table}",
        ran.len() - failed.len(),
        ran.len()
    );
    Ok(failed.is_empty())
}

fn write(path: &str, text: &str) -> Result<()> {
    if let Some(directory) = Path::new(path).parent() {
        fs::create_dir_all(directory)?;
    }
    fs::write(path, text).with_context(|| path.to_owned())
}

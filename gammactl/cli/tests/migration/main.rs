//! Every folder of `tests/migration` that has a source is converted; what is said of it, and where its requests go then,
//! has to be as the folder says. `tests/migration/README.md` has the files of a folder.
//!
//! A test is called like its folder: `faults::02-subsets-ignored`.

mod folder;
mod stage;
mod twins;

use std::process::ExitCode;

use folder::MigrationCase;
use libtest_mimic::{Arguments, Failed, Trial, run};

fn main() -> ExitCode {
    let mut trials: Vec<Trial> = MigrationCase::all().into_iter().map(trial).collect();
    assert!(
        trials.len() > 60,
        "only {} folders were found",
        trials.len()
    );
    trials.extend(twins::trials());
    run(&Arguments::from_args(), trials).exit_code()
}

fn trial(case: MigrationCase) -> Trial {
    let name = format!("{}::{}", case.group, case.name);
    Trial::test(name, move || stage::holds(&case).map_err(Failed::from))
}

//! Where a HTTPRoute that does the same was written by hand, `gammactl diff` says how the converted one differs from it.

use std::{fs, path::Path};

use libtest_mimic::{Failed, Trial};

use crate::{
    folder::MigrationCase,
    stage::{Stage, gammactl, text},
};

/// A test for each folder that has a `twin.yaml`, and the difference in `twin.diff`: none if there is no such file.
pub(crate) fn trials() -> Vec<Trial> {
    let all = MigrationCase::all().into_iter();
    let twins = all.filter(|case| case.path.join("twin.yaml").is_file());
    let trials: Vec<Trial> = twins
        .map(|case| {
            let name = format!("twins::{}", case.name);
            Trial::test(name, move || differs_as_said(&case).map_err(Failed::from))
        })
        .collect();
    assert!(!trials.is_empty());
    trials
}

fn differs_as_said(case: &MigrationCase) -> Result<(), String> {
    let stage = Stage::new(case);
    stage.convert("routes")?;
    // Both sides know the Services of both.
    for (side, routes) in [("by-hand", "twin.yaml"), ("converted", "routes/02-routes")] {
        let side = stage.path().join(side);
        fs::create_dir(&side).unwrap();
        copy(&stage.path().join("../services.yaml"), &side);
        copy(&stage.path().join("routes/01-services"), &side);
        copy(&stage.path().join(routes), &side);
    }
    let mut command = gammactl();
    let diff = ["diff", "by-hand", "converted"];
    let output = command
        .args(diff)
        .current_dir(stage.path())
        .output()
        .unwrap();
    let (printed, golden) = (text(&output.stdout), case.path.join("twin.diff"));
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&golden, &printed).unwrap();
    }
    if fs::read_to_string(golden).unwrap_or_default() == printed && output.status.code() != Some(2)
    {
        return Ok(());
    }
    Err(format!("{printed}{}", text(&output.stderr)))
}

/// A file, or the files of a folder; what is not there is left out.
fn copy(from: &Path, to: &Path) {
    let files = match fs::read_dir(from) {
        Ok(entries) => entries.map(|entry| entry.unwrap().path()).collect(),
        Err(_) => vec![from.to_owned()],
    };
    for (number, file) in files.iter().enumerate().filter(|(_, file)| file.is_file()) {
        let folder = from.file_name().unwrap().to_str().unwrap();
        fs::copy(file, to.join(format!("{folder}-{number}.yaml"))).unwrap();
    }
}

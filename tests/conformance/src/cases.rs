//! The cases, and what came of them.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Mutex,
    thread,
};

use anyhow::{Context, Result, ensure};
use gamma_testbed::{
    drive,
    fixture::{Conformance, Fixture},
    stage,
};
use serde::Deserialize;

/// Each case has an Envoy of its own.
const AT_A_TIME: usize = 2;

/// A case that was run.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) conformance: Conformance,
    /// The fixture, from the root of the repository.
    pub(crate) path: PathBuf,
    /// What was not as it should be.
    pub(crate) failure: Option<String>,
}

/// A test of the suite that has no meaning for a Service parent.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NotApplicable {
    pub(crate) tests: Vec<String>,
    pub(crate) why: String,
}

/// They stand beside the sources of this crate.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Runs every fixture natively and through Envoy, in alphabetical order of their paths.
pub(crate) fn run_all() -> Result<Vec<Ran>> {
    let mut fixtures = Vec::new();
    for area in ["mesh", "http", "grpc"] {
        for fixture in Fixture::load_all(&root().join(area))? {
            fixtures.push((area, fixture));
        }
    }
    let count = fixtures.len();
    fixtures.reverse();
    let queue = Mutex::new(fixtures);
    let done = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..AT_A_TIME {
            scope.spawn(|| {
                while let Some((area, fixture)) = queue.lock().ok().and_then(|mut q| q.pop()) {
                    let ran = run(area, &fixture);
                    if let Ok(mut done) = done.lock() {
                        done.push(ran);
                    }
                }
            });
        }
    });
    let mut ran = done
        .into_inner()
        .ok()
        .context("a case panicked")?
        .into_iter()
        .collect::<Result<Vec<Ran>>>()?;
    ensure!(ran.len() == count, "a case panicked");
    ran.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(ran)
}

fn run(area: &str, fixture: &Fixture) -> Result<Ran> {
    let conformance = fixture.case.conformance.clone();
    let conformance = conformance.with_context(|| format!("{} names no test", fixture.name))?;
    let name = &conformance.test;
    ensure!(*name == fixture.name, "{} is about {name}", fixture.name);
    let native = drive::native(fixture).map_err(|error| format!("natively: {error:#}"));
    let real = || drive::envoy(fixture, &stage::wasm()).map_err(|error| format!("{error:#}"));
    let failure = native.and_then(|()| real()).err();
    match &failure {
        None => println!("ok     {name}"),
        Some(failure) => println!("FAILED {name}\n{failure}"),
    }
    Ok(Ran {
        path: Path::new("tests/conformance")
            .join(area)
            .join(format!("{name}.yaml")),
        conformance,
        failure,
    })
}

impl NotApplicable {
    pub(crate) fn load() -> Result<Vec<Self>> {
        let path = root().join("not-applicable.yaml");
        let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        serde_saphyr::from_str(&text).with_context(|| path.display().to_string())
    }
}

//! What `gammactl convert` writes of Istio's VirtualServices, in a real Envoy: requests go where they went.
//!
//! The sources and the requests are the folders of `tests/migration` (its README.md has their files), each a test of its own.

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, Result, ensure};
use gamma_testbed::{drive, fixture::Fixture, gammactl::gammactl, stage};
use libtest_mimic::{Arguments, Trial, run};
use serde_json::{Map, Value};

/// Groups of folders, each with its Services.
const GROUPS: [&str; 5] = ["bookinfo", "faults", "istio", "linkerd", "smi"];
/// How often a request is sent whose share is asked.
const REPEAT: u32 = 400;

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // Each test has an Envoy of its own.
    arguments.test_threads.get_or_insert(2);
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/migration"));
    let trials: Vec<Trial> = GROUPS
        .iter()
        .flat_map(|group| folders(&root.join(group)))
        .map(|folder| {
            let path = folder.strip_prefix(root).unwrap_or(&folder);
            let name = path.display().to_string().replace('/', "::");
            Trial::test(name, move || {
                through_envoy(&folder).map_err(|error| format!("{error:#}").into())
            })
        })
        .collect();
    assert!(
        trials.len() > 40,
        "only {} folders were found",
        trials.len()
    );
    run(&arguments, trials).exit_code()
}

fn folders(group: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(group).expect("the folders of a group");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let mut folders: Vec<PathBuf> = paths
        .filter(|path| path.join("source.yaml").is_file())
        .collect();
    folders.sort();
    folders
}

fn through_envoy(folder: &Path) -> Result<()> {
    let directory = tempfile::tempdir()?;
    let group = folder.parent().context("a group")?;
    let routes = directory.path().join("routes");
    let mut command = gammactl();
    command.arg("convert").arg("-f");
    command.args(inputs(group)?).args(inputs(folder)?);
    command.arg("-o").arg(&routes);
    for option in fs::read_to_string(folder.join("options"))
        .unwrap_or_default()
        .lines()
    {
        command.arg(option);
    }
    // What is lost is compared where there is no Envoy.
    let output = command.output()?;
    ensure!(
        output.status.code().is_some_and(|code| code < 2),
        "{output:?}"
    );

    let mut documents = vec![case(&folder.join("requests.cases.yaml"))?];
    // Beside the Services of the group, those that a source has; what else it has is nothing to the filter.
    for file in inputs(group)?.into_iter().chain(inputs(folder)?) {
        documents.push(fs::read_to_string(file)?);
    }
    for part in ["01-services", "02-routes"] {
        for file in inputs(&routes.join(part))? {
            documents.push(fs::read_to_string(file)?);
        }
    }
    let path = directory.path().join("fixture.yaml");
    fs::write(&path, documents.join("\n---\n"))?;
    drive::envoy(&Fixture::load(directory.path(), &path)?, &stage::wasm())
}

/// The manifests of a folder; none if it is not there.
fn inputs(folder: &Path) -> Result<Vec<PathBuf>> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Ok(Vec::new());
    };
    let mut files = Vec::new();
    for entry in entries {
        let path = entry?.path();
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default();
        if name.ends_with(".yaml") && name != "twin.yaml" && !name.ends_with(".cases.yaml") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// A case file of `gammactl test` as the first document of a fixture: without what is seen in no answer, and with as many requests as a
/// share takes.
fn case(file: &Path) -> Result<String> {
    let text = fs::read_to_string(file)?;
    let mut case: Map<String, Value> = serde_saphyr::from_str(&text)?;
    case.remove("manifests");
    let requests = case.get_mut("requests").and_then(Value::as_array_mut);
    let requests = requests.context("requests")?;
    // Which backend answered is in the body, and an answer to HEAD has none.
    requests.retain(|exchange| {
        let request = exchange["request"].as_str().unwrap_or_default();
        !request.starts_with("HEAD ")
    });
    for exchange in requests {
        let expect = exchange
            .get_mut("expect")
            .and_then(Value::as_object_mut)
            .context("an expectation")?;
        for unseen in ["timeouts", "retry"] {
            expect.remove(unseen);
        }
        let shares = expect.get_mut("shares").and_then(Value::as_object_mut);
        for share in shares.into_iter().flat_map(|shares| shares.values_mut()) {
            if let Some((part, whole)) = share.as_str().and_then(|share| share.split_once('/')) {
                *share = (part.parse::<f64>()? / whole.parse::<f64>()?).into();
            }
        }
        if expect.contains_key("shares") || expect.contains_key("mirrors") {
            exchange["repeat"] = REPEAT.into();
        }
    }
    Ok(serde_json::to_string(&case)?)
}

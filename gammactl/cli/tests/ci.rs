//! The hooks that users copy run commands that `gammactl` has. The workflow beside them uses the action, which
//! `make release-check` runs.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A repository with good manifests in `routes/`, or with bad ones.
fn repository(good: bool) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    let routes = directory.path().join("routes");
    fs::create_dir(&routes).unwrap();
    for entry in fs::read_dir(root().join("examples/shop")).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), routes.join(entry.file_name())).unwrap();
    }
    if !good {
        fs::remove_file(routes.join("services.yaml")).unwrap();
    }
    directory
}

/// Whether a shell line succeeds in a repository.
fn succeeds(line: &str, repository: &Path) -> bool {
    let tools = Path::new(env!("CARGO_BIN_EXE_gammactl")).parent().unwrap();
    let path = format!("{}:{}", tools.display(), std::env::var("PATH").unwrap());
    let shell = Command::new("bash")
        .args(["-c", line])
        .current_dir(repository)
        .env("PATH", path)
        .output();
    shell.unwrap().status.success()
}

/// The values of `key` in a file, in order.
fn values(file: &str, key: &str) -> Vec<String> {
    let text = fs::read_to_string(root().join(file)).unwrap();
    let lines = text
        .lines()
        .map(|line| line.trim().trim_start_matches("- "));
    lines
        .filter_map(|line| line.strip_prefix(key)?.strip_prefix(": "))
        .map(Into::into)
        .collect()
}

#[test]
fn the_hooks_fail_for_bad_manifests_only() {
    let (good, bad) = (repository(true), repository(false));
    let local = values("examples/ci/pre-commit-config.yaml", "entry").remove(0);
    let own = values(".pre-commit-hooks.yaml", "entry").remove(0) + " routes/ --strict";
    for entry in [local, own] {
        assert!(succeeds(&entry, good.path()), "{entry}");
        assert!(!succeeds(&entry, bad.path()), "{entry}");
    }
}

//! The engine, by its command.

use std::process::{Command, Output};

use anyhow::{Context as _, Result, ensure};
use gamma_testbed::repository;
use serde_json::Value;

/// What `docker WORDS` prints on standard output.
///
/// # Errors
///
/// It fails: with what it says.
pub(crate) fn docker(words: &[&str]) -> Result<String> {
    let output = try_docker(words)?;
    ensure!(
        output.status.success(),
        "docker {}: {}\n{}{}",
        words.join(" "),
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// However it ends.
pub(crate) fn try_docker(words: &[&str]) -> Result<Output> {
    let mut command = Command::new("docker");
    command.args(words).current_dir(repository::path(""));
    // What is not BuildKit is told so on every build.
    command.output().context("docker")
}

/// What the engine knows of a container or an image.
pub(crate) fn inspect(name: &str) -> Result<Value> {
    let text = docker(&["inspect", name])?;
    let mut all: Vec<Value> = serde_json::from_str(&text)?;
    all.pop()
        .with_context(|| format!("nothing is called {name}"))
}

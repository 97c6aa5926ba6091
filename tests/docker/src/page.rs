//! The commands of docs/docker.md, which have to print what the page says.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path, process::Command};

use anyhow::{Context as _, Result, ensure};
use gamma_testbed::{
    page::{self, Block},
    repository,
};

use crate::{
    base,
    docker::try_docker,
    ground::{EngineTest, Ground},
};

pub(crate) const TESTS: &[EngineTest] = &[("page", run)];

/// `make` runs in the repository, with a base and a registry that can be reached; the rest in a copy of what it needs.
const MAKE: &str = r#"#!/bin/bash
set -o pipefail
unset MAKEFLAGS
PATH=${PATH#*:} CARGO_NET_OFFLINE=true make --no-print-directory -C "$ROOT" BASE="$BASE" \
  "${@//registry.example.com/$REGISTRY}" 2>&1 | sed "s|$REGISTRY|registry.example.com|g"
"#;

fn run(ground: &Ground) -> Result<()> {
    let ended = every_command(ground);
    // What a page that went wrong has left.
    let _ = try_docker(&["rm", "-f", "-v", "gamma"]);
    ended
}

fn every_command(ground: &Ground) -> Result<()> {
    let text = fs::read_to_string(repository::path("docs/docker.md"))?;
    let folder = tempfile::tempdir()?;
    let parts = [
        "examples",
        "images",
        ".dockerignore",
        "dist/gamma-filter.wasm",
        "dist/linux",
    ];
    let mut copy = Command::new("cp");
    copy.args(["-r", "--parents"])
        .args(parts)
        .arg(folder.path());
    let copied = copy.current_dir(repository::path("")).status()?;
    ensure!(copied.success(), "what an engine needs can't be copied");
    let make = folder.path().join("bin/make");
    fs::create_dir_all(folder.path().join("bin"))?;
    fs::write(&make, MAKE)?;
    fs::set_permissions(&make, fs::Permissions::from_mode(0o755))?;
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755))?;
    let mut count = 0;
    for block in page::blocks(&text) {
        match block {
            Block::Prose(_) => {}
            Block::File { name, content, .. } => {
                let path = folder.path().join(name);
                fs::create_dir_all(path.parent().context("no folder")?)?;
                fs::write(path, content)?;
            }
            Block::Script { lines, .. } => {
                for command in page::split(lines) {
                    command_prints(&command, None, folder.path(), ground)?;
                    count += 1;
                }
            }
            Block::Console { lines, .. } => {
                for (command, expected) in page::sessions(lines) {
                    command_prints(&command, Some(expected), folder.path(), ground)?;
                    count += 1;
                }
            }
        }
    }
    println!("{count} commands");
    ensure!(count > 5, "only {count} commands were found");
    Ok(())
}

fn command_prints(
    command: &page::Command<'_>,
    expected: Option<&str>,
    folder: &Path,
    ground: &Ground,
) -> Result<()> {
    println!("$ {}", command.text.trim_end());
    let path = std::env::var("PATH")?;
    let registry = ground.registry.address();
    // No command waits for ever.
    let output = Command::new("timeout")
        .args(["600", "bash"])
        .args([
            "-c",
            &format!("set -o pipefail; exec 2>&1\n{}", command.text),
        ])
        .current_dir(folder)
        .env("PATH", format!("{}:{path}", folder.join("bin").display()))
        .env("ROOT", repository::path("").canonicalize()?)
        .env("BASE", format!("{registry}/{}", base::name()?))
        .env("REGISTRY", &registry)
        .output()
        .context("bash")?;
    page::check(command, expected, &output)
}

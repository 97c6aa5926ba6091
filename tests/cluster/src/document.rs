//! The commands of a page of the documentation, run in the cluster.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Result, ensure};
use gamma_testbed::{
    page::{self, Block},
    repository,
};

use crate::{controller, folder::copy, kubectl::output, pair::module};

/// Runs every command of `page`, which has to print what the page says.
///
/// The commands run in a copy of the examples and of what the controller is installed by. `$IMAGE` is the URL
/// of the module, `$CONTROLLER` the image of the controller, `$FLAGGER` the folder of Flagger's own manifests, which are
/// fetched where there is none.
pub(crate) fn run(page: &str) -> Result<()> {
    let text = fs::read_to_string(repository::path(page))?;
    let folder = tempfile::tempdir()?;
    copy(
        &repository::path("examples"),
        &folder.path().join("examples"),
    )?;
    copy(
        &repository::path("controller/deploy"),
        &folder.path().join("controller/deploy"),
    )?;
    if let Some(source) = flagger() {
        copy(&source, &folder.path().join("upstream"))?;
    }
    let mut count = 0;
    for block in page::blocks(&text) {
        match block {
            Block::Prose(_) => {}
            Block::File { name, content, .. } => {
                let path = folder.path().join(name);
                if let Some(parent) = path.parent() {
                    fs::create_dir_all(parent)?;
                }
                fs::write(path, content)?;
            }
            Block::Script { lines, .. } => {
                for command in page::split(lines) {
                    command_prints(&command, None, folder.path())?;
                    count += 1;
                }
            }
            Block::Console { lines, .. } => {
                for (command, expected) in page::sessions(lines) {
                    command_prints(&command, Some(expected), folder.path())?;
                    count += 1;
                }
            }
        }
    }
    println!("{count} commands of {page}");
    ensure!(count > 5, "only {count} commands were found");
    Ok(())
}

fn command_prints(
    command: &page::Command<'_>,
    expected: Option<&str>,
    folder: &Path,
) -> Result<()> {
    println!("$ {}", command.text.trim_end());
    let mut bash = Command::new("bash");
    let script = format!("set -o pipefail; exec 2>&1\n{}", command.text);
    bash.args(["-c", &script])
        .current_dir(folder)
        .env("IMAGE", module()?)
        .env("CONTROLLER", controller::image())
        .env("NO_COLOR", "1");
    if flagger().is_some() {
        // As seen from the folder of a kustomization.
        bash.env("FLAGGER", "../upstream/gatewayapi");
    }
    let ended = output(&mut bash, None)?;
    page::check(command, expected, &ended)
}

/// What the node's Flagger is installed by.
fn flagger() -> Option<PathBuf> {
    let home = std::env::var_os("GAMMA_CLUSTER")?;
    Some(PathBuf::from(home).join("share/flagger")).filter(|folder| folder.is_dir())
}

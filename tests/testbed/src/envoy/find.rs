//! Which Envoy to run.

use std::{
    env,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

use crate::repository;

/// `$ENVOY`, else `envoy` on the `PATH`, else the one that `make envoy` installs.
///
/// # Errors
///
/// There is none; the message says how to get one.
pub fn find() -> Result<PathBuf> {
    if let Some(path) = env::var_os("ENVOY").filter(|path| !path.is_empty()) {
        return Ok(path.into());
    }
    let installed = repository::path(".tools/envoy/bin");
    env::split_paths(&env::var_os("PATH").unwrap_or_default())
        .chain([installed])
        .map(|directory| directory.join("envoy"))
        .find(|candidate| is_file(candidate))
        .context("no Envoy: run `make envoy`, put `envoy` on the PATH, or set $ENVOY")
}

fn is_file(path: &Path) -> bool {
    path.metadata().is_ok_and(|metadata| metadata.is_file())
}

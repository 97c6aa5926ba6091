//! Files of this repository.

use std::path::{Path, PathBuf};

/// The file or folder at `path`, which is relative to the root of the repository.
#[must_use]
pub fn path(path: &str) -> PathBuf {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../..")).join(path)
}

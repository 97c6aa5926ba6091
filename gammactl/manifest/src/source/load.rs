//! Loads the files and directories that `-f` names.

use std::{
    fs, io,
    io::Read as _,
    path::{Path, PathBuf},
};

use super::text::Sources;

/// Why an input can't be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// A file or directory that can't be opened or read.
    #[error("{path}: {error}")]
    Io {
        /// The path as the user gave it, or as found below a directory.
        path: String,
        /// What the system says.
        error: io::Error,
    },
    /// A directory without a single manifest.
    #[error("{0}: no *.yaml, *.yml or *.json file in this directory")]
    Empty(String),
    /// A directory without a single case file.
    #[error("{0}: no *.cases.yaml, *.cases.yml or *.cases.json file in this directory")]
    NoCases(String),
}

/// Reads files, directories (with what is below them, in alphabetical order; hidden entries and test
/// cases are skipped) and `-`, which is standard input. A file that is no text is a source without text,
/// which says so.
///
/// # Errors
///
/// The first input that can't be read.
pub fn load(paths: &[String]) -> Result<Sources, LoadError> {
    let mut sources = Sources::default();
    for path in paths {
        if path == "-" {
            let mut bytes = Vec::new();
            io::stdin()
                .read_to_end(&mut bytes)
                .map_err(|source| failed(Path::new("-"), source))?;
            sources.add_bytes("-", bytes);
            continue;
        }
        let path = Path::new(path);
        if !path.is_dir() {
            read(path, &mut sources)?;
            continue;
        }
        let mut files = Vec::new();
        walk(path, &mut files)?;
        files.retain(|file| !is_case_file(file) && !is_report(file));
        if files.is_empty() {
            return Err(LoadError::Empty(path.display().to_string()));
        }
        for file in files {
            read(&file, &mut sources)?;
        }
    }
    Ok(sources)
}

fn read(path: &Path, sources: &mut Sources) -> Result<(), LoadError> {
    let bytes = fs::read(path).map_err(|source| failed(path, source))?;
    sources.add_bytes(path.display().to_string(), bytes);
    Ok(())
}

/// The manifests below `directory`, in alphabetical order.
pub fn walk(directory: &Path, files: &mut Vec<PathBuf>) -> Result<(), LoadError> {
    let mut entries: Vec<PathBuf> = fs::read_dir(directory)
        .and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect())
        .map_err(|source| failed(directory, source))?;
    entries.sort();
    for entry in entries {
        let name = entry.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with('.') {
            continue;
        }
        let is_manifest = matches!(
            entry.extension().and_then(|extension| extension.to_str()),
            Some("yaml" | "yml" | "json")
        );
        // A link to a directory could lead back here.
        if entry.is_dir() && !entry.is_symlink() {
            walk(&entry, files)?;
        } else if is_manifest {
            files.push(entry);
        }
    }
    Ok(())
}

/// Whether a file in a directory is one of test cases, which may stand beside the manifests that
/// they are about: `*.cases.yaml`.
pub fn is_case_file(path: &Path) -> bool {
    has_kind(path, "cases")
}

/// Whether a file in a directory is a report of a command, which may stand beside the manifests that it is about:
/// `*.report.json`.
pub fn is_report(path: &Path) -> bool {
    has_kind(path, "report")
}

/// Whether a file is called `NAME.KIND.EXTENSION`.
fn has_kind(path: &Path, kind: &str) -> bool {
    let stem = path.file_stem().map(Path::new);
    stem.and_then(Path::extension).is_some_and(|of| of == kind)
}

fn failed(path: &Path, error: io::Error) -> LoadError {
    LoadError::Io {
        path: path.display().to_string(),
        error,
    }
}

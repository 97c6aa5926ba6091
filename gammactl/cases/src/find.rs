//! Case files are found here, by their names or below directories.

use std::{
    fs, io,
    io::Read as _,
    path::{Path, PathBuf},
};

use gamma_manifest::{source, source::LoadError};

/// A case file as it was read.
#[derive(Debug, Clone)]
pub struct CaseFile {
    /// Path as the user gave it, or as found below a directory they gave; `-` for standard input.
    pub name: String,
    /// The whole text.
    pub text: String,
}

impl CaseFile {
    /// What paths in it are relative to.
    pub(super) fn folder(&self) -> PathBuf {
        let folder = Path::new(&self.name).parent();
        folder.map(Path::to_owned).unwrap_or_default()
    }
}

/// Reads files, the `*.cases.yaml` (`.yml`, `.json`) below directories, in alphabetical order, and
/// `-`, which is standard input.
///
/// # Errors
///
/// The first input that can't be read.
pub fn find(paths: &[String]) -> Result<Vec<CaseFile>, LoadError> {
    let mut found = Vec::new();
    for path in paths {
        if path == "-" {
            let mut text = String::new();
            let read = io::stdin().read_to_string(&mut text);
            read.map_err(|source| failed(path, source))?;
            let name = path.clone();
            found.push(CaseFile { name, text });
            continue;
        }
        if !Path::new(path).is_dir() {
            found.push(read(path)?);
            continue;
        }
        let mut files = Vec::new();
        source::walk(Path::new(path), &mut files)?;
        files.retain(|file| source::is_case_file(file));
        if files.is_empty() {
            return Err(LoadError::NoCases(path.clone()));
        }
        for file in files {
            found.push(read(&file.display().to_string())?);
        }
    }
    Ok(found)
}

fn read(path: &str) -> Result<CaseFile, LoadError> {
    Ok(CaseFile {
        name: path.into(),
        text: fs::read_to_string(path).map_err(|source| failed(path, source))?,
    })
}

fn failed(path: &str, error: io::Error) -> LoadError {
    LoadError::Io {
        path: path.into(),
        error,
    }
}

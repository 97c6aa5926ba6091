//! The directory that Envoy reads: it has one writer at a time, and every file is replaced in one
//! step.

use std::{
    collections::BTreeMap,
    fs,
    fs::{File, TryLockError},
    io,
    path::{Path, PathBuf},
};

use gamma_manifest::{
    MARK,
    source::{UNFINISHED, replace_file},
};
use serde_json::Value;

use super::resources::{
    BOOTSTRAP, CLUSTERS, DiscoveryResponse, ENDPOINTS, FILTER, ROUTES, Resources,
};

const LOCK: &str = ".lock";

/// Why a directory can't be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DirectoryError {
    /// A file or directory that can't be read or written.
    #[error("{path}: {source}")]
    Io {
        /// Its path.
        path: String,
        /// What the system says.
        source: io::Error,
    },
    /// Another process writes to the directory.
    #[error("{0}: another gammactl writes to this directory, perhaps with --watch")]
    Busy(String),
    /// A file of the directory was not written by gammactl.
    #[error("{0} was not written by gammactl: name another directory, or remove the file")]
    Foreign(String),
}

/// A directory that no other gammactl writes to as long as this lives.
#[derive(Debug)]
pub struct Directory {
    path: PathBuf,
    /// The lock of the directory, which ends with this process even if that is killed.
    _lock: File,
}

impl Directory {
    /// Makes the directory if need be, and takes hold of it.
    ///
    /// # Errors
    ///
    /// See [`DirectoryError`].
    pub fn open(path: &Path) -> Result<Self, DirectoryError> {
        for folder in ["", ENDPOINTS, ROUTES] {
            let folder = path.join(folder);
            fs::create_dir_all(&folder).map_err(|error| failed(&folder, error))?;
        }
        let lock_path = path.join(LOCK);
        let lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&lock_path)
            .map_err(|error| failed(&lock_path, error))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(DirectoryError::Busy(path.display().to_string()));
            }
            Err(TryLockError::Error(error)) => return Err(failed(&lock_path, error)),
        }
        let directory = Self {
            path: path.to_owned(),
            _lock: lock,
        };
        let bootstrap = path.join(BOOTSTRAP);
        match fs::read(&bootstrap) {
            Ok(bytes) if !bytes.starts_with(format!("# {MARK}").as_bytes()) => {
                return Err(DirectoryError::Foreign(bootstrap.display().to_string()));
            }
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(failed(&bootstrap, error));
            }
            _ => {}
        }
        Ok(directory)
    }

    /// What the files say. A file that is missing or that can't be understood, as after an update
    /// of gammactl, counts as one that says nothing.
    ///
    /// # Errors
    ///
    /// A file or directory that can't be read.
    pub(crate) fn resources(&self) -> Result<Resources, DirectoryError> {
        let mut filter = self.responses(&[FILTER.into()])?;
        Ok(Resources {
            clusters: by(self.responses(&[CLUSTERS.into()])?, "name"),
            endpoints: by(self.responses(&self.files(ENDPOINTS)?)?, "cluster_name"),
            routes: by(self.responses(&self.files(ROUTES)?)?, "name"),
            filter: filter.pop(),
        })
    }

    fn responses(&self, files: &[String]) -> Result<Vec<Value>, DirectoryError> {
        let mut resources = Vec::new();
        for file in files {
            let path = self.path.join(file);
            match fs::read_to_string(&path) {
                Ok(text) => resources.extend(DiscoveryResponse::read(&text).unwrap_or_default()),
                Err(error) if is_gone(&error) => {}
                Err(error) => return Err(failed(&path, error)),
            }
        }
        Ok(resources)
    }

    /// The files in `folder`, as [`Directory::write`] takes them.
    ///
    /// # Errors
    ///
    /// It can't be read.
    pub(super) fn files(&self, folder: &str) -> Result<Vec<String>, DirectoryError> {
        let path = self.path.join(folder);
        let mut files = Vec::new();
        for entry in fs::read_dir(&path).map_err(|error| failed(&path, error))? {
            let name = entry.map_err(|error| failed(&path, error))?.file_name();
            files.push(format!("{folder}/{}", name.to_string_lossy()));
        }
        files.sort();
        Ok(files)
    }

    /// Replaces `file` in one step unless it has this text; says whether it had another. Who has it
    /// open goes on reading the old one.
    ///
    /// # Errors
    ///
    /// It can't be written.
    pub fn write(&self, file: &str, text: &str) -> Result<bool, DirectoryError> {
        let same = fs::read(self.path.join(file)).is_ok_and(|found| found == text.as_bytes());
        if !same {
            self.replace(file, text)?;
        }
        Ok(!same)
    }

    /// Replaces `file` in one step, even by the same text: Envoy then reads it again.
    ///
    /// # Errors
    ///
    /// It can't be written.
    pub(super) fn replace(&self, file: &str, text: &str) -> Result<(), DirectoryError> {
        let path = self.path.join(file);
        replace_file(&path, text).map_err(|error| failed(&path, error))
    }

    /// Removes the files in `folder` that are not among `wanted`, those that were never finished
    /// included.
    ///
    /// # Errors
    ///
    /// One can't be removed.
    pub(super) fn keep_only(&self, folder: &str, wanted: &[String]) -> Result<(), DirectoryError> {
        for file in self.files(folder)? {
            let ours = file.ends_with(".json") || file.ends_with(UNFINISHED);
            if ours && !wanted.contains(&file) {
                let path = self.path.join(file);
                match fs::remove_file(&path) {
                    Err(error) if !is_gone(&error) => return Err(failed(&path, error)),
                    _ => {}
                }
            }
        }
        Ok(())
    }
}

fn by(resources: Vec<Value>, key: &str) -> BTreeMap<String, Value> {
    let named = resources.into_iter().filter_map(|resource| {
        let name = resource[key].as_str()?.to_owned();
        Some((name, resource))
    });
    named.collect()
}

fn is_gone(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::NotFound
}

fn failed(path: &Path, source: io::Error) -> DirectoryError {
    DirectoryError::Io {
        path: path.display().to_string(),
        source,
    }
}

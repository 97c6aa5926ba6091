//! A directory of files that gammactl writes and a proxy reads: it has one writer at a time, and every file is
//! replaced in one step.

use std::{
    fs,
    fs::{File, TryLockError},
    io,
    io::Write as _,
    path::{Path, PathBuf},
};

use super::replace::{UNFINISHED, replace_file_with};
use crate::MARK;

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
pub struct OutputDirectory {
    path: PathBuf,
    /// The lock of the directory, which ends with this process even if that is killed.
    _lock: File,
}

impl OutputDirectory {
    /// Makes the directory and the `folders` in it if need be, and takes hold of it. The file `main` is gammactl's own if
    /// it is there, or the directory somebody else's.
    ///
    /// # Errors
    ///
    /// See [`DirectoryError`].
    pub fn open(path: &Path, folders: &[&str], main: &str) -> Result<Self, DirectoryError> {
        for folder in [""].iter().chain(folders) {
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
        let main = path.join(main);
        match fs::read(&main) {
            Ok(bytes) if !bytes.starts_with(format!("# {MARK}").as_bytes()) => {
                return Err(DirectoryError::Foreign(main.display().to_string()));
            }
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(failed(&main, error));
            }
            _ => {}
        }
        Ok(directory)
    }

    /// What is in `file`; `None` if it is not there.
    ///
    /// # Errors
    ///
    /// It can't be read.
    pub fn read(&self, file: &str) -> Result<Option<Vec<u8>>, DirectoryError> {
        let path = self.path.join(file);
        match fs::read(&path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if is_gone(&error) => Ok(None),
            Err(error) => Err(failed(&path, error)),
        }
    }

    /// The files in `folder`, as [`OutputDirectory::write`] takes them.
    ///
    /// # Errors
    ///
    /// It can't be read.
    pub fn files(&self, folder: &str) -> Result<Vec<String>, DirectoryError> {
        let path = self.path.join(folder);
        let mut files = Vec::new();
        for entry in fs::read_dir(&path).map_err(|error| failed(&path, error))? {
            let name = entry.map_err(|error| failed(&path, error))?.file_name();
            let name = name.to_string_lossy();
            files.push(match folder {
                "" => name.into_owned(),
                folder => format!("{folder}/{name}"),
            });
        }
        files.sort();
        Ok(files)
    }

    /// Replaces `file` in one step unless it has these bytes; says whether it had others. Who has it open goes on
    /// reading the old one.
    ///
    /// # Errors
    ///
    /// It can't be written.
    pub fn write(&self, file: &str, bytes: &[u8]) -> Result<bool, DirectoryError> {
        let same = fs::read(self.path.join(file)).is_ok_and(|found| found == bytes);
        if !same {
            self.replace(file, bytes)?;
        }
        Ok(!same)
    }

    /// Replaces `file` in one step, even by the same bytes: who watches it reads it again.
    ///
    /// # Errors
    ///
    /// It can't be written.
    pub fn replace(&self, file: &str, bytes: &[u8]) -> Result<(), DirectoryError> {
        let path = self.path.join(file);
        replace_file_with(&path, |file| file.write_all(bytes)).map_err(|error| failed(&path, error))
    }

    /// Removes the files in `folder` that `is_ours` takes for gammactl's and that are not among `wanted`, those that were
    /// never finished included.
    ///
    /// # Errors
    ///
    /// One can't be removed.
    pub fn keep_only(
        &self,
        folder: &str,
        is_ours: impl Fn(&str) -> bool,
        wanted: &[String],
    ) -> Result<(), DirectoryError> {
        for file in self.files(folder)? {
            if (is_ours(&file) || file.ends_with(UNFINISHED)) && !wanted.contains(&file) {
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

fn is_gone(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::NotFound
}

fn failed(path: &Path, source: io::Error) -> DirectoryError {
    DirectoryError::Io {
        path: path.display().to_string(),
        source,
    }
}

//! Where what a case names is read from: a disk, or texts that are in memory.

use std::{
    collections::BTreeMap,
    fmt::Debug,
    fs, io,
    path::{Component, Path, PathBuf},
};

use gamma_manifest::{source, source::Sources};

/// Files by their paths, which are relative to the same folder as the name of the case file.
pub trait CaseFolder: Debug {
    /// The bytes of a file.
    ///
    /// # Errors
    ///
    /// It is not there, or can't be read.
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;

    /// Whether there is a file or a folder.
    fn exists(&self, path: &Path) -> bool;

    /// The manifests at `paths`, files or folders, as [`source::load`] reads them.
    ///
    /// # Errors
    ///
    /// In words, what can't be read.
    fn load(&self, paths: &[PathBuf]) -> Result<Sources, String>;

    /// What fits a pattern, in alphabetical order.
    ///
    /// # Errors
    ///
    /// In words, what is wrong with the pattern, or can't be read.
    fn fitting(&self, pattern: &Path) -> Result<Vec<PathBuf>, String>;
}

/// The disk.
#[derive(Debug, Clone, Copy)]
pub(super) struct Disk;

impl CaseFolder for Disk {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        fs::read(path)
    }

    fn exists(&self, path: &Path) -> bool {
        path.exists()
    }

    fn load(&self, paths: &[PathBuf]) -> Result<Sources, String> {
        let paths: Vec<String> = paths.iter().map(|p| p.display().to_string()).collect();
        source::load(&paths).map_err(|error| error.to_string())
    }

    fn fitting(&self, pattern: &Path) -> Result<Vec<PathBuf>, String> {
        let pattern = pattern.display().to_string();
        let found = glob::glob(&pattern).map_err(|error| format!("`{pattern}`: {}", error.msg))?;
        let found: Result<Vec<PathBuf>, _> = found.collect();
        found.map_err(|error| error.to_string())
    }
}

/// Texts by their paths, where there is no disk.
#[derive(Debug, Clone, Default)]
pub struct TextFolder {
    texts: BTreeMap<PathBuf, String>,
}

impl TextFolder {
    /// Adds a text, or replaces it.
    pub fn add(&mut self, path: impl AsRef<Path>, text: impl Into<String>) {
        self.texts.insert(plain(path.as_ref()), text.into());
    }

    /// The texts of `path`: the file, or the manifests below the folder.
    fn below(&self, path: &Path) -> impl Iterator<Item = (&PathBuf, &String)> {
        let folder = plain(path);
        let is_there = self.texts.contains_key(&folder);
        self.texts.iter().filter(move |(file, _)| {
            if is_there {
                return **file == folder;
            }
            let Ok(rest) = file.strip_prefix(&folder) else {
                return false;
            };
            let mut parts = rest.iter();
            let is_hidden = parts.any(|part| part.to_string_lossy().starts_with('.'));
            !is_hidden
                && is_manifest(file)
                && !source::is_case_file(file)
                && !source::is_report(file)
        })
    }
}

impl CaseFolder for TextFolder {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let text = self.texts.get(&plain(path));
        let text = text.ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))?;
        Ok(text.clone().into_bytes())
    }

    fn exists(&self, path: &Path) -> bool {
        self.below(path).next().is_some()
    }

    fn load(&self, paths: &[PathBuf]) -> Result<Sources, String> {
        let mut sources = Sources::default();
        for path in paths {
            if !self.exists(path) {
                return Err(format!("{}: no such file or directory", path.display()));
            }
            for (file, text) in self.below(path) {
                sources.add_bytes(file.display().to_string(), text.clone().into_bytes());
            }
        }
        Ok(sources)
    }

    fn fitting(&self, pattern: &Path) -> Result<Vec<PathBuf>, String> {
        let pattern = plain(pattern).display().to_string();
        let parsed =
            glob::Pattern::new(&pattern).map_err(|error| format!("`{pattern}`: {}", error.msg))?;
        // A `*` ends at a slash, as on a disk.
        let options = glob::MatchOptions {
            require_literal_separator: true,
            ..glob::MatchOptions::default()
        };
        let fits = |path: &&PathBuf| parsed.matches_path_with(path, options);
        Ok(self.texts.keys().filter(fits).cloned().collect())
    }
}

fn is_manifest(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    matches!(extension, Some("yaml" | "yml" | "json"))
}

/// Without `.` and `..`, as far as there is something to go back to.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if plain.file_name().is_some() => {
                plain.pop();
            }
            part => plain.push(part),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_found_as_files_are() {
        let mut folder = TextFolder::default();
        for path in [
            "shop/cart.yaml",
            "shop/cart.cases.yaml",
            "shop/.hidden/a.yaml",
            "shop/more/b.yml",
            "shop/notes.txt",
            "other.yaml",
        ] {
            folder.add(path, path);
        }
        let names = |paths: &[&str]| -> Result<Vec<String>, String> {
            let paths: Vec<PathBuf> = paths.iter().map(PathBuf::from).collect();
            let sources = folder.load(&paths)?;
            Ok(sources.iter().map(|(_, s)| s.name.clone()).collect())
        };
        assert_eq!(
            names(&["shop"]).unwrap(),
            ["shop/cart.yaml", "shop/more/b.yml"]
        );
        assert_eq!(names(&["shop/../other.yaml"]).unwrap(), ["other.yaml"]);
        assert_eq!(names(&["."]).unwrap().len(), 3);
        assert!(names(&["none"]).is_err());
        let fitting = folder.fitting(Path::new("./shop/*.yaml")).unwrap();
        assert_eq!(fitting.len(), 2, "{fitting:?}");
        assert_eq!(
            folder.read(Path::new("shop/notes.txt")).unwrap(),
            b"shop/notes.txt"
        );
    }
}

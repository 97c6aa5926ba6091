//! A folder of `tests/migration`.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// Where the folders are.
pub(crate) const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/migration");

/// A source, and what has to become of it.
#[derive(Debug)]
pub(crate) struct MigrationCase {
    /// The folder above it, with the Services.
    pub(crate) group: String,
    pub(crate) name: String,
    pub(crate) path: PathBuf,
}

impl MigrationCase {
    /// All of them, in alphabetical order.
    pub(crate) fn all() -> Vec<Self> {
        let mut all: Vec<Self> = folders(Path::new(ROOT))
            .iter()
            .flat_map(|group| folders(group))
            .filter(|path| path.join("source.yaml").is_file())
            .map(|path| Self {
                group: name(path.parent().unwrap()),
                name: name(&path),
                path,
            })
            .collect();
        all.sort_by(|a, b| a.path.cmp(&b.path));
        all
    }

    /// Codes and places of the findings, `G709=source.yaml:17`; behind `#` is a comment.
    pub(crate) fn findings(&self) -> BTreeSet<String> {
        self.lines("findings").into_iter().collect()
    }

    /// Options of the command, one a line.
    pub(crate) fn options(&self) -> Vec<String> {
        self.lines("options")
    }

    /// Texts that may be in no file that is written.
    pub(crate) fn not_written(&self) -> Vec<String> {
        self.lines("not-written")
    }

    fn lines(&self, file: &str) -> Vec<String> {
        let text = fs::read_to_string(self.path.join(file)).unwrap_or_default();
        let lines = text.lines().map(|line| {
            let line = line.split('#').next().unwrap_or_default();
            line.trim().to_owned()
        });
        lines.filter(|line| !line.is_empty()).collect()
    }
}

fn folders(path: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(path)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    entries.filter(|path| path.is_dir()).collect()
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_str().unwrap().to_owned()
}

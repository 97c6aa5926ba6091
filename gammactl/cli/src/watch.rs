//! A command with `--watch` waits for files to change and runs again.
//!
//! Files are looked at a few times a second instead of subscribed to: it works the same on every
//! file system, also on those that are mounted into containers or over a network and notify nobody,
//! and it needs no care for editors that replace a file instead of writing it. A look costs one
//! `stat` per file.

use std::{
    collections::BTreeMap,
    fs,
    fs::Metadata,
    ops::ControlFlow,
    path::{Path, PathBuf},
    thread,
    time::{Duration, SystemTime},
};

use gamma_manifest::source;

/// How often files are looked at.
const INTERVAL: Duration = Duration::from_millis(200);

/// For how long nothing may change before a change counts as complete: an editor removes, writes
/// and renames, `git checkout` writes many files.
const SETTLED: Duration = Duration::from_millis(50);

/// Calls `run`, and again whenever a file that `paths` name has changed, with the files that did
/// (none the first time), until it breaks. A change while it runs is not lost: it runs once more.
///
/// A path is a file or a directory, as [`source::load`] takes them; what does not exist may come
/// later.
pub(crate) fn watch(paths: &[PathBuf], mut run: impl FnMut(&[PathBuf]) -> ControlFlow<()>) {
    let mut changed = Vec::new();
    loop {
        let mut watched = Watched::default();
        watched.add(paths);
        if run(&changed).is_break() {
            return;
        }
        changed = watched.wait();
    }
}

/// Files as they were before they were read.
///
/// Callers that learn from a file which files to read next add each path before they read it, then
/// [wait](Self::wait). [`watch`] is simpler where all paths are known.
#[derive(Debug, Default)]
pub(crate) struct Watched {
    paths: Vec<PathBuf>,
    seen: Snapshot,
}

type Snapshot = BTreeMap<PathBuf, Stamp>;

impl Watched {
    /// Looks at `paths`. To be called before they are read.
    pub(crate) fn add(&mut self, paths: &[PathBuf]) {
        for path in paths {
            look(path, &mut self.seen);
            self.paths.push(path.clone());
        }
    }

    /// Waits until a file has changed, come or gone, and then until nothing changes any more. Gives
    /// the files that are not as they were.
    #[must_use]
    pub(crate) fn wait(self) -> Vec<PathBuf> {
        loop {
            thread::sleep(INTERVAL);
            let mut now = self.look();
            while now != self.seen {
                thread::sleep(SETTLED);
                let later = self.look();
                if later == now {
                    return changed(&self.seen, &now);
                }
                now = later;
            }
        }
    }

    fn look(&self) -> Snapshot {
        let mut snapshot = Snapshot::new();
        for path in &self.paths {
            look(path, &mut snapshot);
        }
        snapshot
    }
}

/// What changes when a file does. Two edits of the same length within one tick of the clock leave
/// the same time behind, but not the same inode if the file was replaced.
#[derive(Debug, PartialEq, Eq)]
struct Stamp {
    modified: Option<SystemTime>,
    len: u64,
    inode: u64,
}

impl Stamp {
    fn of(metadata: &Metadata) -> Self {
        Self {
            modified: metadata.modified().ok(),
            len: metadata.len(),
            inode: inode(metadata),
        }
    }
}

#[cfg(unix)]
fn inode(metadata: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(metadata)
}

#[cfg(not(unix))]
fn inode(_: &Metadata) -> u64 {
    0
}

/// What can't be read counts as not there: whoever reads it says so.
fn look(path: &Path, snapshot: &mut Snapshot) {
    let mut files = Vec::new();
    if path.is_dir() {
        let _ = source::walk(path, &mut files);
    } else {
        files.push(path.to_owned());
    }
    for file in files {
        if let Ok(metadata) = fs::metadata(&file) {
            snapshot.entry(file).or_insert_with(|| Stamp::of(&metadata));
        }
    }
}

fn changed(before: &Snapshot, after: &Snapshot) -> Vec<PathBuf> {
    let gone = before.keys().filter(|path| !after.contains_key(*path));
    let other = after
        .iter()
        .filter(|(path, stamp)| before.get(*path) != Some(*stamp))
        .map(|(path, _)| path);
    let mut changed: Vec<PathBuf> = gone.chain(other).cloned().collect();
    changed.sort();
    changed
}

#[cfg(test)]
mod tests;

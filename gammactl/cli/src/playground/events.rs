//! Tells those who listen that files have changed.

use std::{path::PathBuf, thread};

use tokio::sync::watch::{self, Receiver};

use crate::watch::Watched;

/// How often files have changed since the command began.
#[derive(Debug, Clone)]
pub(super) struct FileChanges(Receiver<u64>);

impl FileChanges {
    /// Follows the files at `paths`, from what they are now, for as long as the process runs.
    pub(super) fn follow(paths: &[String]) -> Self {
        let (tell, changes) = watch::channel(0);
        let paths: Vec<PathBuf> = paths.iter().map(PathBuf::from).collect();
        let look = move || {
            let mut watched = Watched::default();
            watched.add(&paths);
            watched
        };
        // Not by the thread: a change before it begins would be none.
        let mut watched = look();
        thread::spawn(move || {
            loop {
                let _ = watched.wait();
                watched = look();
                tell.send_modify(|count| *count += 1);
            }
        });
        Self(changes)
    }

    /// Waits for the next change after the last one that this listener was told of.
    pub(super) async fn next(&mut self) -> Option<u64> {
        self.0.changed().await.ok()?;
        Some(*self.0.borrow_and_update())
    }
}

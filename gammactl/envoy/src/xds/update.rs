//! The order in which files are replaced, so that no request meets half an update.
//!
//! A request that the filter has sent to a cluster needs that cluster, until it is answered. So:
//!
//! 1. endpoints, and clusters with the new ones added;
//! 2. route tables with the new variants added;
//! 3. the filter;
//! 4. endpoints of clusters that have none left, which nothing is sent to any more;
//! 5. after a while, clusters and route tables without the old ones. Requests that wait for an
//!    external authorisation or for their next try have been decided long before.
//!
//! Envoy's main thread hands each step to its workers in order, so that it is enough to know that
//! the main thread has taken it. Running again completes an update that was interrupted anywhere:
//! what the files say is where it starts from. So a write that fails, as on a full disk, is no end:
//! what it belongs to stays to be done, and is tried again.

use std::{
    collections::BTreeMap,
    path::Path,
    time::{Duration, Instant},
};

use super::{
    admin::Admin,
    changes::ResourceChanges,
    delivery::{Delivery, DeliveryError, EnvoyContact},
    directory::{Directory, DirectoryError},
    files::ResourceFiles,
    resources::{BOOTSTRAP, Resources},
};

/// Until what a write has kept from being done is tried again; twice as long after each further one.
const FIRST_RETRY: Duration = Duration::from_secs(1);
/// The longest time between two tries.
const LAST_RETRY: Duration = Duration::from_secs(60);

/// How long to wait where Envoy can't be asked.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// Before and after the filter, if nobody says what Envoy has taken.
    pub pause: Duration,
    /// Until clusters that no rule names any more are taken away.
    pub drain: Duration,
}

/// A completed update.
#[derive(Debug)]
pub struct Update {
    /// What is different.
    pub changes: ResourceChanges,
    /// Whether an Envoy took it.
    pub envoy: EnvoyContact,
    /// Until the last step that requests depend on was taken.
    pub took: Duration,
    /// Whether the bootstrap has changed, which Envoy reads only when it starts.
    pub restart: bool,
    /// How many clusters wait to be removed.
    pub leaving: usize,
    /// Whether clusters still had no endpoints when they were first used: DNS is slow or fails.
    pub cold: bool,
    /// Whether Envoy has ignored a field: one of a fragment is misspelt, or newer than this Envoy.
    pub ignored: bool,
}

/// A directory of files, and what is known of the Envoy that reads them.
#[derive(Debug)]
pub struct LiveDirectory {
    files: ResourceFiles,
    drain: Duration,
    /// What the last completed update asked for.
    current: Resources,
    /// Clusters that no rule names any more, and when they may go.
    leaving: BTreeMap<String, Instant>,
    /// Whether something else is left that only the clusters that have gone needed.
    unsettled: bool,
    /// Whether the bootstrap was written by an update that is not completed yet.
    restart: bool,
    /// What was begun and is to be completed before clusters go.
    unfinished: Option<Unfinished>,
    /// When what a write has kept from being done is tried again.
    retry_at: Option<Instant>,
    /// How long after a write that fails that is.
    wait: Duration,
}

#[derive(Debug)]
enum Unfinished {
    Update {
        bootstrap: String,
        next: Box<Resources>,
        /// What there was, unless the update has not come so far.
        before: Option<Box<Resources>>,
    },
    /// Envoy has refused something, and what was there before could not be written.
    Restoration { before: Box<Resources> },
}

impl LiveDirectory {
    /// Takes hold of a directory.
    ///
    /// # Errors
    ///
    /// See [`DirectoryError`].
    pub fn open(path: &Path, admin: Option<Admin>, pace: Pace) -> Result<Self, DirectoryError> {
        let directory = Directory::open(path)?;
        let written = directory.resources()?;
        let pause = if written == Resources::default() {
            // Nobody can have read what was not there.
            Duration::ZERO
        } else {
            pace.pause
        };
        Ok(Self {
            drain: pace.drain,
            current: written.clone(),
            leaving: BTreeMap::new(),
            unsettled: false,
            restart: false,
            unfinished: None,
            retry_at: None,
            wait: FIRST_RETRY,
            files: ResourceFiles {
                delivery: Delivery::new(directory, admin, pause),
                pause: pace.pause,
                written,
            },
        })
    }

    /// Replaces what is different, and waits until Envoy has taken it. What Envoy refuses is taken
    /// back. What can't be written is a [next step](Self::next_step).
    ///
    /// # Errors
    ///
    /// See [`DeliveryError`].
    pub fn update(&mut self, bootstrap: &str, next: Resources) -> Result<Update, DeliveryError> {
        self.wait = FIRST_RETRY;
        let before = match self.unfinished.take() {
            Some(Unfinished::Update { before, .. }) => before,
            Some(Unfinished::Restoration { before }) => Some(before),
            None => None,
        };
        self.complete(bootstrap.to_owned(), Box::new(next), before)
    }

    /// When there is something to do without a new update: clusters may go, or a write that has failed
    /// is tried again. `None` if nothing is left to do.
    #[must_use]
    pub fn next_step(&self) -> Option<Instant> {
        if self.unfinished.is_some() || self.retry_at.is_some() {
            return self.retry_at;
        }
        self.leaving.values().min().copied()
    }

    /// Does what is due at `now`: completes an update, which is then returned, or takes away clusters
    /// whose time has come.
    ///
    /// # Errors
    ///
    /// See [`DeliveryError`]. What can't be written is a next step again.
    pub fn step(&mut self, now: Instant) -> Result<Option<Update>, DeliveryError> {
        if self.next_step().is_none_or(|at| at > now) {
            return Ok(None);
        }
        match self.unfinished.take() {
            Some(Unfinished::Update {
                bootstrap,
                next,
                before,
            }) => self.complete(bootstrap, next, before).map(Some),
            Some(Unfinished::Restoration { before }) => {
                self.retry_at = None;
                self.restore(before)?;
                Ok(None)
            }
            None => {
                self.retry_at = None;
                let removed = self.remove(now);
                self.note(removed.as_ref().err());
                removed.map(|()| None)
            }
        }
    }

    fn complete(
        &mut self,
        bootstrap: String,
        next: Box<Resources>,
        mut before: Option<Box<Resources>>,
    ) -> Result<Update, DeliveryError> {
        self.retry_at = None;
        let done = self.advance(&bootstrap, &next, &mut before);
        if !matches!(done, Err(DeliveryError::Refused { .. })) {
            self.note(done.as_ref().err());
            if done.is_err() {
                self.unfinished = Some(Unfinished::Update {
                    bootstrap,
                    next,
                    before,
                });
            }
        }
        done
    }

    /// Steps 1 to 4, and what can be done of step 5. `before` is what there was, once that is known.
    fn advance(
        &mut self,
        bootstrap: &str,
        next: &Resources,
        before: &mut Option<Box<Resources>>,
    ) -> Result<Update, DeliveryError> {
        let begin = Instant::now();
        let files = &mut self.files;
        let fresh = files.written == Resources::default();
        files.delivery.look();
        self.restart |= files.delivery.directory.write(BOOTSTRAP, bootstrap)? && !fresh;
        files.ask_again(next)?;
        let before = before.get_or_insert_with(|| Box::new(files.written.clone()));
        let cold = match files.advance(next) {
            Err(error @ DeliveryError::Refused { .. }) => {
                // Of the two errors the first is the one to be said.
                let _ = self.restore(before.clone());
                return Err(error);
            }
            advanced => advanced?,
        };
        let took = begin.elapsed();
        files.delivery.pause = files.pause;
        self.leaving
            .retain(|name, _| !next.clusters.contains_key(name));
        let until = Instant::now() + self.drain;
        for name in files.written.clusters.keys() {
            if !next.clusters.contains_key(name) {
                self.leaving.entry(name.clone()).or_insert(until);
            }
        }
        if self.leaving.is_empty() {
            self.files.settle(next)?;
            self.unsettled = false;
        } else {
            self.unsettled = true;
        }
        let changes = ResourceChanges::between(&self.current, next);
        self.current = next.clone();
        Ok(Update {
            changes,
            envoy: self.files.delivery.envoy.clone(),
            took,
            restart: std::mem::take(&mut self.restart),
            leaving: self.leaving.len(),
            cold,
            ignored: self.files.delivery.ignored(),
        })
    }

    /// Takes away the clusters whose time has come at `now`. Whatever fails is still to be done.
    fn remove(&mut self, now: Instant) -> Result<(), DeliveryError> {
        let mut staying = self.leaving.clone();
        staying.retain(|_, until| *until > now);
        if staying.len() < self.leaving.len() {
            let mut clusters = self.files.written.clusters.clone();
            clusters.retain(|name, _| {
                self.current.clusters.contains_key(name) || staying.contains_key(name)
            });
            self.files.clusters(clusters)?;
            self.leaving = staying;
        }
        if self.leaving.is_empty() && self.unsettled {
            self.files.settle(&self.current)?;
            self.unsettled = false;
        }
        Ok(())
    }

    /// Puts back what there was before an update that Envoy refuses.
    fn restore(&mut self, before: Box<Resources>) -> Result<(), DirectoryError> {
        let restored = self.files.restore(&before);
        if restored.is_err() {
            self.unfinished = Some(Unfinished::Restoration { before });
            self.retry_later();
        } else {
            self.wait = FIRST_RETRY;
        }
        restored
    }

    /// What has failed is tried again after a while, whatever it was: a file that could not be written, or
    /// one that Envoy has not taken.
    fn note(&mut self, failed: Option<&DeliveryError>) {
        if failed.is_some() {
            self.retry_later();
        } else {
            self.wait = FIRST_RETRY;
        }
    }

    fn retry_later(&mut self) {
        self.retry_at = Some(Instant::now() + self.wait);
        self.wait = (self.wait * 2).min(LAST_RETRY);
    }
}

#[cfg(test)]
mod tests;

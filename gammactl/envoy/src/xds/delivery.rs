//! One file at a time into the directory, and on only when Envoy has taken it.

use std::{
    net::SocketAddr,
    thread,
    time::{Duration, Instant},
};

use super::{
    BOOTSTRAP,
    admin::{self, Admin, Taken},
    directory::{Directory, DirectoryError},
    resources::{CLUSTERS, FILTER, Response},
};

/// How long Envoy may take for one file. A large route config is read by every worker.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long clusters may wait for their first endpoints, which they may ask a DNS server for.
const WARMING: Duration = Duration::from_secs(10);
/// How long the admin interface may be silent until nobody counts on it any more.
const SILENCE: Duration = Duration::from_secs(2);
/// Between two questions.
const POLL: Duration = Duration::from_millis(5);

/// Who reads the files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proxy {
    /// Nobody said where to ask.
    Unknown,
    /// It does not answer here.
    Silent(SocketAddr),
    /// It answers, but reads no such files.
    Stranger,
    /// It says what it has taken.
    Seen,
}

/// Why a file was not delivered.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DeliveryError {
    /// It could not be written.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    /// Envoy does not accept it.
    #[error("Envoy refuses the new {what} and keeps the old; its log says why{hint}")]
    Refused {
        /// What is in the file.
        what: &'static str,
        /// What is likely.
        hint: &'static str,
    },
    /// Envoy neither takes nor refuses it.
    #[error(
        "Envoy has not taken the new {what} in {} s: was it started with this directory's {BOOTSTRAP}?",
        PATIENCE.as_secs()
    )]
    Slow {
        /// What is in the file.
        what: &'static str,
    },
}

/// A file that Envoy takes or refuses.
#[derive(Debug)]
pub(super) struct Parcel<'p> {
    pub(super) what: &'static str,
    pub(super) file: &'p str,
    /// How Envoy's statistics call it.
    pub(super) statistics: &'p str,
    /// Whose endpoints these are.
    pub(super) cluster: Option<&'p str>,
}

pub(super) const OF_CLUSTERS: Parcel<'static> = Parcel {
    what: "clusters",
    file: CLUSTERS,
    statistics: admin::CLUSTERS,
    cluster: None,
};

pub(super) const OF_FILTER: Parcel<'static> = Parcel {
    what: "filter",
    file: FILTER,
    statistics: admin::FILTER,
    cluster: None,
};

/// The directory, and who reads it.
#[derive(Debug)]
pub(super) struct Delivery {
    pub(super) directory: Directory,
    admin: Option<Admin>,
    pub(super) proxy: Proxy,
    /// How long to wait after each file if nobody says that it was taken.
    pub(super) pause: Duration,
    /// How many fields Envoy had not known before.
    unknown_fields: u64,
}

impl Delivery {
    pub(super) fn new(directory: Directory, admin: Option<Admin>, pause: Duration) -> Self {
        Self {
            directory,
            admin,
            proxy: Proxy::Unknown,
            pause,
            unknown_fields: 0,
        }
    }

    /// Finds out who reads.
    pub(super) fn look(&mut self) {
        let Some(admin) = &self.admin else {
            return;
        };
        self.proxy = match admin.taken(None) {
            Err(_) => Proxy::Silent(admin.address()),
            Ok(taken) if taken.version(admin::FILTER).is_none() => Proxy::Stranger,
            Ok(taken) => {
                self.unknown_fields = taken.unknown_fields();
                Proxy::Seen
            }
        };
    }

    /// Whether Envoy has met fields since that it does not know. In a bootstrap it would not accept
    /// them; here it only writes to its log.
    pub(super) fn ignored(&self) -> bool {
        let taken = self.seen().and_then(|admin| admin.taken(None).ok());
        taken.is_some_and(|taken| taken.unknown_fields() > self.unknown_fields)
    }

    /// Replaces a file unless it is in place and taken; returns when it is taken.
    pub(super) fn deliver(
        &mut self,
        parcel: &Parcel<'_>,
        response: &Response,
    ) -> Result<(), DeliveryError> {
        let before = match self.seen() {
            Some(admin) => admin.taken(parcel.cluster).ok(),
            None => None,
        };
        let written = self.directory.write(parcel.file, &response.text)?;
        let Some(before) = before else {
            if written {
                thread::sleep(self.pause);
            }
            return Ok(());
        };
        match before.version(parcel.statistics) {
            Some(version) if !written && version == response.version => Ok(()),
            Some(version) => {
                // Not empty: it has taken another one since, or has refused this one.
                if !written && !version.is_empty() {
                    self.directory.replace(parcel.file, &response.text)?;
                }
                self.await_taken(parcel, &response.version, &before)
            }
            // This Envoy was started before there was such a file.
            None => Ok(()),
        }
    }

    fn await_taken(
        &mut self,
        parcel: &Parcel<'_>,
        version: &str,
        before: &Taken,
    ) -> Result<(), DeliveryError> {
        let begin = Instant::now();
        let mut heard = begin;
        while let Some(admin) = self.seen() {
            match admin.taken(parcel.cluster) {
                Ok(now) => {
                    heard = Instant::now();
                    if now.version(parcel.statistics) == Some(version) {
                        return Ok(());
                    }
                    if now.refused(parcel.statistics) > before.refused(parcel.statistics) {
                        return Err(refused(parcel.what));
                    }
                }
                Err(_) if heard.elapsed() > SILENCE => {
                    self.proxy = Proxy::Silent(admin.address());
                }
                Err(_) => {}
            }
            if begin.elapsed() > PATIENCE {
                return Err(DeliveryError::Slow { what: parcel.what });
            }
            thread::sleep(POLL);
        }
        Ok(())
    }

    /// Waits until new clusters know their endpoints; whether they do not, in spite of that.
    pub(super) fn cold(&self) -> bool {
        let Some(admin) = self.seen() else {
            return false;
        };
        let begin = Instant::now();
        loop {
            let warming = admin.taken(None).map_or(0, |taken| taken.warming());
            if warming == 0 || begin.elapsed() > WARMING {
                return warming > 0;
            }
            thread::sleep(POLL);
        }
    }

    /// Whether Envoy says that it runs another filter than that of `version`.
    pub(super) fn has_not_taken(&self, version: &str) -> bool {
        let taken = self.seen().and_then(|admin| admin.taken(None).ok());
        let taken = taken
            .as_ref()
            .and_then(|taken| taken.version(admin::FILTER));
        // Empty while it starts.
        taken.is_some_and(|taken| !taken.is_empty() && taken != version)
    }

    fn seen(&self) -> Option<&Admin> {
        self.admin.as_ref().filter(|_| self.proxy == Proxy::Seen)
    }
}

fn refused(what: &'static str) -> DeliveryError {
    let hint = match what {
        // It remembers what it has refused, but not why.
        "filter" => {
            ", the first time that it does. Is the wasm module there, and of gammactl's version?"
        }
        _ => "",
    };
    DeliveryError::Refused { what, hint }
}

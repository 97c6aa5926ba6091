//! The delivery of one file: it is written to the directory, and Envoy has to take it before the next.

use std::{
    net::SocketAddr,
    thread,
    time::{Duration, Instant},
};

use super::{
    admin,
    admin::{Admin, TakenVersions},
    directory::{Directory, DirectoryError},
    resources::{BOOTSTRAP, CLUSTERS, DiscoveryResponse, FILTER},
};

/// How long Envoy may take for one file. A large route config is read by every worker.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long clusters may wait for their first endpoints, which they may ask a DNS server for.
const WARMING: Duration = Duration::from_secs(10);
/// How long the admin interface may be silent until nobody counts on it any more.
const SILENCE: Duration = Duration::from_secs(2);
/// The pause between two questions to the admin interface.
const POLL: Duration = Duration::from_millis(5);

/// What is known of the Envoy that is to read the directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EnvoyContact {
    /// No address of an admin interface was given, so that no Envoy can be asked.
    NoAdminAddress,
    /// Nothing answers at the address of the admin interface.
    Unreachable(SocketAddr),
    /// An Envoy answers that was started with another bootstrap, and does not read this directory.
    OtherBootstrap,
    /// An Envoy answers, and says which files it has taken.
    Connected,
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

/// A file of resources that Envoy takes or refuses.
#[derive(Debug)]
pub(super) struct ResourceFile<'p> {
    pub(super) what: &'static str,
    pub(super) file: &'p str,
    /// How Envoy's statistics call it.
    pub(super) statistics: &'p str,
    /// Whose endpoints these are.
    pub(super) cluster: Option<&'p str>,
}

pub(super) const OF_CLUSTERS: ResourceFile<'static> = ResourceFile {
    what: "clusters",
    file: CLUSTERS,
    statistics: admin::CLUSTERS,
    cluster: None,
};

pub(super) const OF_FILTER: ResourceFile<'static> = ResourceFile {
    what: "filter",
    file: FILTER,
    statistics: admin::FILTER,
    cluster: None,
};

/// The directory, and the Envoy that reads it.
#[derive(Debug)]
pub(super) struct Delivery {
    pub(super) directory: Directory,
    admin: Option<Admin>,
    pub(super) envoy: EnvoyContact,
    /// How long Envoy gets for files of which nobody says that they were taken.
    pub(super) pause: Duration,
    /// Whether there is such a file since the last pause.
    unconfirmed: bool,
    /// How many fields Envoy had not known before.
    unknown_fields: u64,
}

impl Delivery {
    pub(super) fn new(directory: Directory, admin: Option<Admin>, pause: Duration) -> Self {
        Self {
            directory,
            admin,
            envoy: EnvoyContact::NoAdminAddress,
            pause,
            unconfirmed: false,
            unknown_fields: 0,
        }
    }

    /// Asks the admin interface which Envoy is there, before an update.
    pub(super) fn look(&mut self) {
        let Some(admin) = &self.admin else {
            return;
        };
        self.envoy = match admin.taken(None) {
            Err(_) => EnvoyContact::Unreachable(admin.address()),
            Ok(taken) if taken.version(admin::FILTER).is_none() => EnvoyContact::OtherBootstrap,
            Ok(taken) => {
                self.unknown_fields = taken.unknown_fields();
                EnvoyContact::Connected
            }
        };
    }

    /// Whether Envoy has met fields since that it does not know. In a bootstrap it would not accept
    /// them; here it only writes to its log.
    pub(super) fn ignored(&self) -> bool {
        let taken = self.connected().and_then(|admin| admin.taken(None).ok());
        taken.is_some_and(|taken| taken.unknown_fields() > self.unknown_fields)
    }

    /// Replaces a file unless it is in place and taken; returns when it is taken, or when nobody says whether it is: who
    /// depends on it has to [allow time](Self::allow_time).
    pub(super) fn deliver(
        &mut self,
        resource_file: &ResourceFile<'_>,
        response: &DiscoveryResponse,
    ) -> Result<(), DeliveryError> {
        let before = match self.connected() {
            Some(admin) => admin.taken(resource_file.cluster).ok(),
            None => None,
        };
        let written = self.directory.write(resource_file.file, &response.text)?;
        let Some(before) = before else {
            self.unconfirmed |= written;
            return Ok(());
        };
        match before.version(resource_file.statistics) {
            Some(version) if !written && version == response.version => Ok(()),
            Some(version) => {
                // Not empty: it has taken another one since, or has refused this one.
                if !written && !version.is_empty() {
                    self.directory.replace(resource_file.file, &response.text)?;
                }
                self.await_taken(resource_file, &response.version, &before)
            }
            // This Envoy was started before there was such a file.
            None => Ok(()),
        }
    }

    /// Waits until Envoy must have taken what was written, where nobody says whether it has.
    pub(super) fn allow_time(&mut self) {
        if std::mem::take(&mut self.unconfirmed) {
            thread::sleep(self.pause);
        }
    }

    /// Nothing depends on what was written since the last pause: things were taken away that nobody uses.
    pub(super) fn need_no_time(&mut self) {
        self.unconfirmed = false;
    }

    fn await_taken(
        &mut self,
        resource_file: &ResourceFile<'_>,
        version: &str,
        before: &TakenVersions,
    ) -> Result<(), DeliveryError> {
        let begin = Instant::now();
        let mut heard = begin;
        while let Some(admin) = self.connected() {
            match admin.taken(resource_file.cluster) {
                Ok(now) => {
                    heard = Instant::now();
                    if now.version(resource_file.statistics) == Some(version) {
                        return Ok(());
                    }
                    if now.refused(resource_file.statistics)
                        > before.refused(resource_file.statistics)
                    {
                        return Err(refused(resource_file.what));
                    }
                }
                Err(_) if heard.elapsed() > SILENCE => {
                    self.envoy = EnvoyContact::Unreachable(admin.address());
                    self.unconfirmed = true;
                }
                Err(_) => {}
            }
            if begin.elapsed() > PATIENCE {
                return Err(DeliveryError::Slow {
                    what: resource_file.what,
                });
            }
            thread::sleep(POLL);
        }
        Ok(())
    }

    /// Waits until new clusters know their endpoints; whether they do not, in spite of that.
    pub(super) fn cold(&self) -> bool {
        let Some(admin) = self.connected() else {
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
        let taken = self.connected().and_then(|admin| admin.taken(None).ok());
        let taken = taken
            .as_ref()
            .and_then(|taken| taken.version(admin::FILTER));
        // Empty while it starts.
        taken.is_some_and(|taken| !taken.is_empty() && taken != version)
    }

    fn connected(&self) -> Option<&Admin> {
        self.admin
            .as_ref()
            .filter(|_| self.envoy == EnvoyContact::Connected)
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

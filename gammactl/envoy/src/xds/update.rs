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
//! what the files say is where it starts from.

use std::{
    collections::BTreeMap,
    path::Path,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use super::{
    BOOTSTRAP, Changes, Resources,
    admin::{self, Admin},
    delivery::{Delivery, DeliveryError, OF_CLUSTERS, OF_FILTER, Parcel, Proxy},
    directory::{Directory, DirectoryError},
    resources::{ENDPOINTS, ROUTES, Response, file},
};
use crate::route;

/// How long to wait where Envoy can't be asked.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// After each step, if nobody says that Envoy has taken it.
    pub pause: Duration,
    /// Until clusters that no rule names any more are taken away.
    pub drain: Duration,
}

/// A completed update.
#[derive(Debug)]
pub struct Update {
    /// What is different.
    pub changes: Changes,
    /// Whether anybody took it.
    pub proxy: Proxy,
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
pub struct Live {
    files: Files,
    drain: Duration,
    /// What the last update asked for.
    current: Resources,
    /// Clusters that no rule names any more, and when they may go.
    leaving: BTreeMap<String, Instant>,
}

impl Live {
    /// Takes hold of a directory.
    ///
    /// # Errors
    ///
    /// See [`DirectoryError`].
    pub fn open(path: &Path, admin: Option<Admin>, pace: Pace) -> Result<Self, DirectoryError> {
        let directory = Directory::open(path)?;
        let written = directory.resources()?;
        let pause = match written == Resources::default() {
            // Nobody can have read what was not there.
            true => Duration::ZERO,
            false => pace.pause,
        };
        Ok(Self {
            drain: pace.drain,
            current: written.clone(),
            leaving: BTreeMap::new(),
            files: Files {
                delivery: Delivery::new(directory, admin, pause),
                pause: pace.pause,
                written,
            },
        })
    }

    /// Replaces what is different, and waits until Envoy has taken it. What Envoy refuses is taken
    /// back.
    ///
    /// # Errors
    ///
    /// See [`DeliveryError`].
    pub fn update(&mut self, bootstrap: &str, next: Resources) -> Result<Update, DeliveryError> {
        let begin = Instant::now();
        let files = &mut self.files;
        let fresh = files.written == Resources::default();
        files.delivery.look();
        let restart = files.delivery.directory.write(BOOTSTRAP, bootstrap)? && !fresh;
        files.ask_again(&next)?;
        let before = files.written.clone();
        let cold = files.advance(&next).inspect_err(|error| {
            if matches!(error, DeliveryError::Refused { .. }) {
                files.restore(&before);
            }
        })?;
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
        let changes = Changes::between(&self.current, &next);
        self.current = next;
        if self.leaving.is_empty() {
            self.files.settle(&self.current)?;
        }
        Ok(Update {
            changes,
            proxy: self.files.delivery.proxy.clone(),
            took,
            restart,
            leaving: self.leaving.len(),
            cold,
            ignored: self.files.delivery.ignored(),
        })
    }

    /// When the next clusters may go; `None` if all that are left are needed.
    #[must_use]
    pub fn next_removal(&self) -> Option<Instant> {
        self.leaving.values().min().copied()
    }

    /// Takes away the clusters whose time has come at `now`.
    ///
    /// # Errors
    ///
    /// See [`DeliveryError`].
    pub fn remove(&mut self, now: Instant) -> Result<(), DeliveryError> {
        let many = self.leaving.len();
        self.leaving.retain(|_, until| *until > now);
        if self.leaving.len() == many {
            return Ok(());
        }
        let mut clusters = self.files.written.clusters.clone();
        clusters.retain(|name, _| {
            self.current.clusters.contains_key(name) || self.leaving.contains_key(name)
        });
        self.files.clusters(clusters)?;
        match self.leaving.is_empty() {
            true => self.files.settle(&self.current),
            false => Ok(()),
        }
    }
}

/// The files, each with a way to Envoy.
#[derive(Debug)]
struct Files {
    delivery: Delivery,
    /// From the second update on.
    pause: Duration,
    /// What they say: what is wanted, and what is still needed of what was there before.
    written: Resources,
}

impl Files {
    /// Steps 1 to 4. Whether new clusters have no endpoints still.
    fn advance(&mut self, next: &Resources) -> Result<bool, DeliveryError> {
        let (filled, emptied): (Vec<_>, Vec<_>) = next
            .endpoints
            .iter()
            .partition(|(name, of)| !is_empty(of) || !self.written.clusters.contains_key(*name));
        self.endpoints(&filled)?;
        let mut clusters = self.written.clusters.clone();
        for (name, cluster) in &next.clusters {
            let has_none = cluster["type"] == "STATIC" && is_empty(&cluster["load_assignment"]);
            if !(has_none && clusters.contains_key(name)) {
                clusters.insert(name.clone(), cluster.clone());
            }
        }
        self.clusters(clusters)?;
        let cold = self.delivery.cold();
        for (name, routes) in &next.routes {
            let both = match self.written.routes.get(name) {
                Some(before) => route::union(before, routes),
                None => routes.clone(),
            };
            self.routes(name, both)?;
        }
        if let Some(filter) = &next.filter {
            self.filter(filter.clone())?;
        }
        self.endpoints(&emptied)?;
        let mut clusters = self.written.clusters.clone();
        clusters.extend(next.clusters.clone());
        self.clusters(clusters)?;
        Ok(cold)
    }

    /// The end of step 5: nothing but `current` is left.
    fn settle(&mut self, current: &Resources) -> Result<(), DeliveryError> {
        for (name, routes) in &current.routes {
            self.routes(name, routes.clone())?;
        }
        let directory = &self.delivery.directory;
        let endpoints: Vec<String> = names(ENDPOINTS, &current.endpoints);
        directory.keep_only(ENDPOINTS, &endpoints)?;
        directory.keep_only(ROUTES, &names(ROUTES, &current.routes))?;
        self.written = current.clone();
        Ok(())
    }

    /// Back to `before`. What can't be put back is no worse than what is there.
    fn restore(&mut self, before: &Resources) {
        if let Some(filter) = &before.filter {
            let _ = self.filter(filter.clone());
        }
        for (name, routes) in &before.routes {
            let _ = self.routes(name, routes.clone());
        }
        let _ = self.clusters(before.clusters.clone());
        let endpoints: Vec<_> = before.endpoints.iter().collect();
        let _ = self.endpoints(&endpoints);
    }

    /// An update may have been cut short after Envoy had refused the filter, or made where nobody
    /// said what became of it. The same bytes once more would pass without being looked at: Envoy
    /// compares with the last filter that it was given, not with the one that runs.
    fn ask_again(&mut self, next: &Resources) -> Result<(), DeliveryError> {
        let Some(filter) = self
            .written
            .filter
            .clone()
            .filter(|_| self.written.filter == next.filter)
        else {
            return Ok(());
        };
        let version = Response::of([&filter]).version;
        match self.delivery.has_not_taken(&version) {
            true => self.filter(reworded(filter)),
            false => Ok(()),
        }
    }

    fn endpoints(&mut self, endpoints: &[(&String, &Value)]) -> Result<(), DeliveryError> {
        let changed: Vec<_> = endpoints
            .iter()
            .filter(|(name, of)| self.written.endpoints.get(*name) != Some(of))
            .collect();
        for (i, (name, of)) in changed.iter().enumerate() {
            let response = Response::of([*of]);
            let file = file(ENDPOINTS, name);
            // Envoy takes them in this order: it is enough to wait for the last one.
            if i + 1 < changed.len() {
                self.delivery.directory.write(&file, &response.text)?;
            } else {
                let parcel = Parcel {
                    what: "endpoints",
                    file: &file,
                    statistics: &admin::of_endpoints(name),
                    cluster: Some(name),
                };
                self.delivery.deliver(&parcel, &response)?;
            }
            self.written
                .endpoints
                .insert((*name).clone(), (*of).clone());
        }
        Ok(())
    }

    fn clusters(&mut self, clusters: BTreeMap<String, Value>) -> Result<(), DeliveryError> {
        let response = Response::of(clusters.values());
        self.written.clusters = clusters;
        self.delivery.deliver(&OF_CLUSTERS, &response)
    }

    fn routes(&mut self, name: &str, routes: Value) -> Result<(), DeliveryError> {
        let response = Response::of([&routes]);
        self.written.routes.insert(name.to_owned(), routes);
        let parcel = Parcel {
            what: "route table",
            file: &file(ROUTES, name),
            statistics: &format!("rds.{name}"),
            cluster: None,
        };
        self.delivery.deliver(&parcel, &response)
    }

    fn filter(&mut self, filter: Value) -> Result<(), DeliveryError> {
        let response = Response::of([&filter]);
        self.written.filter = Some(filter);
        self.delivery.deliver(&OF_FILTER, &response)
    }
}

/// The same filter to whoever runs it, and another one to whoever compares.
fn reworded(mut filter: Value) -> Value {
    filter["typed_config"]["config"]["vm_config"]["configuration"] = json!({
        "@type": "type.googleapis.com/google.protobuf.StringValue",
        "value": "asked again",
    });
    filter
}

fn names(folder: &str, resources: &BTreeMap<String, Value>) -> Vec<String> {
    resources.keys().map(|name| file(folder, name)).collect()
}

fn is_empty(endpoints: &Value) -> bool {
    let localities = endpoints["endpoints"].as_array();
    let mut localities = localities.into_iter().flatten();
    localities.all(|locality| {
        let endpoints = locality["lb_endpoints"].as_array();
        endpoints.is_none_or(Vec::is_empty)
    })
}

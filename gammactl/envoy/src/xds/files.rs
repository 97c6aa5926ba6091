//! The files of a live directory, each of which is delivered to Envoy in its turn.

use std::{collections::BTreeMap, time::Duration};

use serde_json::{Value, json};

use super::{
    admin,
    delivery::{Delivery, DeliveryError, OF_CLUSTERS, OF_FILTER, ResourceFile},
    directory::DirectoryError,
    resources::{DiscoveryResponse, ENDPOINTS, ROUTES, Resources, file},
};
use crate::route;

/// The files, and the way by which Envoy gets them.
#[derive(Debug)]
pub(super) struct ResourceFiles {
    pub(super) delivery: Delivery,
    /// From the second update on.
    pub(super) pause: Duration,
    /// What they say: what is wanted, and what is still needed of what was there before.
    pub(super) written: Resources,
}

impl ResourceFiles {
    /// Steps 1 to 4. Whether new clusters have no endpoints still.
    pub(super) fn advance(&mut self, next: &Resources) -> Result<bool, DeliveryError> {
        let (filled, emptied): (Vec<_>, Vec<_>) = next
            .endpoints
            .iter()
            .partition(|(name, of)| !is_empty(of) || !self.written.clusters.contains_key(*name));
        self.endpoints(&filled)?;
        let mut clusters = self.written.clusters.clone();
        for (name, cluster) in &next.clusters {
            // One that has asked DNS so far has no file of endpoints yet, without which Envoy refuses it.
            let becomes = |kind: &str| {
                let before = clusters.get(name);
                cluster["type"] == kind && before.is_some_and(|before| before["type"] != kind)
            };
            let has_none = match next.endpoints.get(name) {
                Some(endpoints) => becomes("EDS") && is_empty(endpoints),
                None => cluster["type"] == "STATIC" && is_empty(&cluster["load_assignment"]),
            };
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
        // In whatever order Envoy takes these, no request is in need of the next one.
        self.delivery.allow_time();
        if let Some(filter) = &next.filter {
            self.filter(filter.clone())?;
        }
        self.delivery.allow_time();
        self.endpoints(&emptied)?;
        let mut clusters = self.written.clusters.clone();
        clusters.extend(next.clusters.clone());
        self.clusters(clusters)?;
        self.delivery.allow_time();
        Ok(cold)
    }

    /// The end of step 5: nothing but `current` is left.
    pub(super) fn settle(&mut self, current: &Resources) -> Result<(), DeliveryError> {
        for (name, routes) in &current.routes {
            self.routes(name, routes.clone())?;
        }
        let directory = &self.delivery.directory;
        let endpoints: Vec<String> = names(ENDPOINTS, &current.endpoints);
        directory.keep_only(ENDPOINTS, &endpoints)?;
        directory.keep_only(ROUTES, &names(ROUTES, &current.routes))?;
        self.written = current.clone();
        self.delivery.need_no_time();
        Ok(())
    }

    /// Back to `before`, as far as it can be written: what Envoy then says is no worse than what it has
    /// said of the others.
    pub(super) fn restore(&mut self, before: &Resources) -> Result<(), DirectoryError> {
        let mut restored = Ok(());
        let mut note = |delivered| {
            if let Err(DeliveryError::Directory(error)) = delivered {
                restored = Err(error);
            }
        };
        if let Some(filter) = &before.filter {
            note(self.filter(filter.clone()));
        }
        for (name, routes) in &before.routes {
            note(self.routes(name, routes.clone()));
        }
        note(self.clusters(before.clusters.clone()));
        let endpoints: Vec<_> = before.endpoints.iter().collect();
        note(self.endpoints(&endpoints));
        restored
    }

    /// An update may have been cut short after Envoy had refused the filter, or made where nobody
    /// said what became of it. The same bytes once more would pass without being looked at: Envoy
    /// compares with the last filter that it was given, not with the one that runs.
    pub(super) fn ask_again(&mut self, next: &Resources) -> Result<(), DeliveryError> {
        let Some(filter) = self
            .written
            .filter
            .clone()
            .filter(|_| self.written.filter == next.filter)
        else {
            return Ok(());
        };
        let version = DiscoveryResponse::of([&filter]).version;
        if self.delivery.has_not_taken(&version) {
            self.filter(reworded(filter))
        } else {
            Ok(())
        }
    }

    fn endpoints(&mut self, endpoints: &[(&String, &Value)]) -> Result<(), DeliveryError> {
        let changed: Vec<_> = endpoints
            .iter()
            .filter(|(name, of)| self.written.endpoints.get(*name) != Some(of))
            .collect();
        for (i, (name, of)) in changed.iter().enumerate() {
            let response = DiscoveryResponse::of([*of]);
            let file = file(ENDPOINTS, name);
            // Envoy takes them in this order: it is enough to wait for the last one.
            let delivered = if i + 1 < changed.len() {
                let written = self.delivery.directory.write(&file, &response.text);
                written.map(drop).map_err(Into::into)
            } else {
                let resource_file = ResourceFile {
                    what: "endpoints",
                    file: &file,
                    statistics: &admin::of_endpoints(name),
                    cluster: Some(name),
                };
                self.delivery.deliver(&resource_file, &response)
            };
            if is_written(&delivered) {
                let written = &mut self.written.endpoints;
                written.insert((*name).clone(), (*of).clone());
            }
            delivered?;
        }
        Ok(())
    }

    pub(super) fn clusters(
        &mut self,
        clusters: BTreeMap<String, Value>,
    ) -> Result<(), DeliveryError> {
        let response = DiscoveryResponse::of(clusters.values());
        let delivered = self.delivery.deliver(&OF_CLUSTERS, &response);
        if is_written(&delivered) {
            self.written.clusters = clusters;
        }
        delivered
    }

    fn routes(&mut self, name: &str, routes: Value) -> Result<(), DeliveryError> {
        let response = DiscoveryResponse::of([&routes]);
        let resource_file = ResourceFile {
            what: "route table",
            file: &file(ROUTES, name),
            statistics: &format!("rds.{name}"),
            cluster: None,
        };
        let delivered = self.delivery.deliver(&resource_file, &response);
        if is_written(&delivered) {
            self.written.routes.insert(name.to_owned(), routes);
        }
        delivered
    }

    fn filter(&mut self, filter: Value) -> Result<(), DeliveryError> {
        let response = DiscoveryResponse::of([&filter]);
        let delivered = self.delivery.deliver(&OF_FILTER, &response);
        if is_written(&delivered) {
            self.written.filter = Some(filter);
        }
        delivered
    }
}

/// Whether the file is there, whatever Envoy says of it.
fn is_written(delivered: &Result<(), DeliveryError>) -> bool {
    !matches!(delivered, Err(DeliveryError::Directory(_)))
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

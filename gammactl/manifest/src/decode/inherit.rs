//! What an object of a cluster keeps when a file replaces it: `kubectl apply` leaves alone what the file
//! does not say and the API server has set.

use crate::model::{Metadata, Route, Service};

/// A route keeps its age, by which it has precedence.
pub(super) fn route(file: &mut Route, live: &Route) {
    age(&mut file.metadata, &live.metadata);
}

/// A Service keeps the addresses that it was given.
pub(super) fn service(file: &mut Service, live: &Service) {
    age(&mut file.metadata, &live.metadata);
    let says_nothing = file.cluster_ips.is_empty() && !file.headless;
    if says_nothing && file.service_type != "ExternalName" {
        file.cluster_ips.clone_from(&live.cluster_ips);
        file.headless = live.headless;
        if file.ip_families.is_empty() {
            file.ip_families.clone_from(&live.ip_families);
        }
    }
}

fn age(file: &mut Metadata, live: &Metadata) {
    let created = live.creation_timestamp;
    file.creation_timestamp = created.or(file.creation_timestamp);
}

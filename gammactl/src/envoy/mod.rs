//! A whole Envoy bootstrap around the filter: listeners, one cluster-header route, a cluster per
//! Service port, endpoints from EndpointSlices or DNS.
//!
//! [`bootstrap`] generates it, [`merge`] merges fragments of the user into it, [`xds`] takes it apart
//! into files that a running Envoy reads again.

mod address;
mod arrival;
mod bootstrap;
mod capability;
mod capture;
mod cluster;
mod filter;
mod listener;
mod merge;
mod observe;
mod options;
mod route;
mod wire;
mod write;
pub mod xds;

pub use bootstrap::{bootstrap, cluster_names};
pub use merge::merge;
pub use options::EnvoyOptions;
pub(crate) use route::decided_routes;
pub use write::{MARK, json as write_json, yaml as write_yaml};

//! Envoy configs that run the Gamma filter: a whole Envoy of its own, or the objects that put the
//! filter into Istio's sidecars.
//!
//! [`bootstrap`] is a whole one: listeners, one cluster-header route, a cluster per Service port,
//! endpoints from EndpointSlices or DNS. [`merge`] merges fragments of the user into it. [`xds`] keeps
//! its moving parts in files that a running Envoy reads again, [`istio`] makes the objects that put the
//! filter into the sidecars of a mesh.

#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod address;
mod arrival;
mod bootstrap;
mod capability;
mod capture;
mod cluster;
mod endpoints;
mod filter;
mod forwarded_proto;
pub mod istio;
mod listener;
mod merge;
mod observe;
mod options;
mod route;
mod rule_reader;
mod upstream_tls;
pub mod xds;

pub use bootstrap::{bootstrap, cluster_names};
pub use merge::{clusters_with_transport, merge};
pub use options::{AccessLog, EnvoyOptions};
pub use rule_reader::may_read_rule;
pub use upstream_tls::system_certificates;

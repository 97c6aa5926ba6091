//! Reads clusters: the objects that `gammactl` would otherwise read from files, and what the sidecars of
//! a mesh run.
//!
//! A [`Target`] says which cluster, as kubectl would find it; [`Cluster::connect`] opens it, and
//! [`Cluster::read`] gives a [`ClusterSnapshot`] of its objects as texts for the decoder of manifests. Nothing is
//! ever written to a cluster. What is asynchronous stays in here: every call blocks until it is done.

#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod cluster;
mod discovery;
mod error;
mod kinds;
mod list;
mod object;
mod request;
mod snapshot;
pub mod status;
mod target;

pub use cluster::Cluster;
pub use error::ClusterError;
pub use kinds::{Importance, WantedKind, wanted_kinds};
pub use object::LiveObject;
pub use snapshot::{ClusterSnapshot, Gap};
pub use target::Target;

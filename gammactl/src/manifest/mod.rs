//! Kubernetes manifests: what they say ([`model`]) and how they are read (`decode`).

mod decode;
mod groups;
mod model;

pub use decode::decode;
pub(crate) use groups::MULTICLUSTER;
pub use model::*;

//! Kubernetes manifests: what they say ([`model`]) and how they are read from YAML (`decode`).

mod decode;
mod model;

pub(crate) use decode::MULTICLUSTER;
pub use decode::decode;
pub use model::*;

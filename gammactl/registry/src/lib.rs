//! Images in registries: looks up the module that Istio is told to download, before it is told, and brings whole
//! images from a registry and into one.
//!
//! A sidecar that can't get the module of a WasmPlugin answers every outbound request 403. So
//! [`look_up`] asks for it as a sidecar will: an `oci://` URL by the OCI distribution protocol, for the
//! manifest of the image (`registry`), which must be of one of the shapes that Istio takes
//! (`shape`); an `https://` URL for the module itself (`module`).
//!
//! What is asked here is asked from this machine, with the credentials of this user
//! ([`DockerConfig`]): that the sidecars may see another network, and have other credentials, is
//! nothing that can be looked up.
//!
//! [`pull`] and [`push`] bring whole images (`transfer`), for who makes them without an engine.

#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod challenge;
mod digest;
mod docker_config;
mod error;
mod http;
mod look_up;
mod module;
mod reference;
mod registry;
mod shape;
mod transfer;

pub use digest::Digest;
pub use docker_config::{DockerConfig, DockerConfigError};
pub use error::LookUpError;
pub use look_up::{FoundModule, look_up};
pub use transfer::{OciImage, pull, push};

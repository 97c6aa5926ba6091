//! Says whether an API server with the Gateway API's own CRDs would take an object: by their schemas and
//! by their CEL rules, which `kube-cel` evaluates.
//!
//! It shares nothing with the reader of manifests, which is compared with it.

#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod admission;
mod channel;
mod documents;
mod metadata;
mod prune;
mod schema;
mod upstream;
mod violation;

pub use admission::{Admission, admission};
pub use channel::Channel;
pub use documents::documents;
pub use upstream::{Upstream, upstream};
pub use violation::Violation;

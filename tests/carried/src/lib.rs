//! What a decision does to a request, for tests that have no proxy to carry it out.

#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod latin1;
mod request;

pub use latin1::{latin1, latin1_bytes};
pub use request::{CarriedEnd, CarriedRequest, ListedHeaders};

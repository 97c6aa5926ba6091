//! What measures an Envoy from outside, for whoever drives one: the benches of this crate, and the soak.

#![forbid(unsafe_code)]
#![deny(missing_docs)]

pub mod machine;
pub mod process;
pub mod socket;

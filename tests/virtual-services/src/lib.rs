//! VirtualServices of Istio for tests, and what a real Istio makes of them.
//!
//! - [`mod@source`]: random ones as data, with an interpreter that shares nothing with what is tested.
//! - [`mod@random`]: makes them; [`mod@telling`]: requests that tell their matches apart.
//! - [`mod@scenario`]: what is asked of Istio, random or thought of.
//! - [`mod@answer`]: what came of a request, in one line.
//! - [`mod@recording`]: Istio's answers, which `make record-istio` writes.

#![forbid(unsafe_code)]
#![deny(missing_docs)]

pub mod answer;
pub mod random;
pub mod recording;
pub mod scenario;
pub mod source;
pub mod telling;

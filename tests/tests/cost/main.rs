//! What decisions and requests cost, counted in an interpreter, so that a slowdown fails a build
//! however noisy the machine is.
//!
//! The numbers are in `docs/performance/counts.md`; `UPDATE=1` writes them anew.

#![forbid(unsafe_code)]

mod change;
mod counts;
mod decision;
mod patterns;
mod request;

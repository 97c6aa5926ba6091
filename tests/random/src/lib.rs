//! Random Services, routes and requests, out of so few words that they overlap, tie and nearly match.
//!
//! Objects are JSON, as the API server has them: this crate depends on no other of the workspace, so
//! that the tests of every crate may use it.

#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod cluster;
mod damage;
mod endpoints;
mod filters;
mod matches;
mod one_service;
mod request;
mod routes;

use std::{env, str::FromStr};

pub use cluster::cluster;
pub use damage::damage;
use fastrand::Rng;
pub use one_service::{BACKENDS, FRONTEND, FRONTEND_PORTS, one_service};
pub use request::{RandomRequest, request};
pub use routes::objects;

/// Clients are in one of these; so are Services and routes.
pub const NAMESPACES: [&str; 3] = ["shop", "web", "depot"];

/// What the environment asks for, as in `SEED=7`, else `default`.
///
/// # Panics
///
/// The variable can't be read as a `T`.
pub fn variable<T: FromStr>(name: &str, default: T) -> T {
    match env::var(name) {
        Ok(text) => text
            .parse()
            .unwrap_or_else(|_| panic!("{name} is no number: {text}")),
        Err(_) => default,
    }
}

/// Whether something happens that does once in `n` times.
pub fn once_in(rng: &mut Rng, n: u32) -> bool {
    rng.u32(..n) == 0
}

/// One of several, all equally likely.
pub fn pick<T: Copy>(rng: &mut Rng, among: &[T]) -> T {
    among[rng.usize(..among.len())]
}

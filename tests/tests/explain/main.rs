//! `gammactl explain` against what decides, on random routes and requests: the router (a hundred
//! thousand requests), and the filter in a real Envoy (ten thousand).
//!
//! `PAIRS` and `WIRE_PAIRS` say how many pairs of routes and request there are, `SEED` repeats a
//! run.

#[path = "../reference/filters.rs"]
mod filters;
#[path = "../reference/matches.rs"]
mod matches;
mod more;
mod native;
#[path = "../reference/request.rs"]
mod request;
#[path = "../reference/routes.rs"]
mod routes;
mod wire;
mod world;

use std::{env, str::FromStr};

use fastrand::Rng;

/// Clients are in one of these; so are Services and routes.
const NAMESPACES: [&str; 3] = ["shop", "web", "depot"];

fn variable<T: FromStr>(name: &str, default: T) -> T {
    match env::var(name) {
        Ok(text) => text
            .parse()
            .unwrap_or_else(|_| panic!("{name} is no number: {text}")),
        Err(_) => default,
    }
}

/// Whether something happens that does once in `n` times.
pub(crate) fn once_in(rng: &mut Rng, n: u32) -> bool {
    rng.u32(..n) == 0
}

pub(crate) fn pick<T: Copy>(rng: &mut Rng, among: &[T]) -> T {
    among[rng.usize(..among.len())]
}

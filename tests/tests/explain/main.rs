//! `gammactl explain` against what decides, on random routes and requests: the router (a hundred
//! thousand requests), and the filter in a real Envoy (ten thousand).
//!
//! `PAIRS` and `WIRE_PAIRS` say how many pairs of routes and request there are, `SEED` repeats a
//! run.

mod admission;
mod more;
mod native;
mod wire;
mod world;

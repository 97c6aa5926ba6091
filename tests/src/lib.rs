//! The tests that cross crates: each is a program in `tests/tests`, and this library is empty.
//!
//! - `fixtures`: what `tests/fixtures` says, natively and through a real Envoy.
//! - `reference` and `explain`: compiler, router and `gammactl explain` against a naive reference and
//!   a real Envoy, on random routes and requests.
//! - `cost`: what a request costs in instructions and calls, counted.
//! - `live`: an Envoy whose routes change while requests are under way.
//! - `istio`: what `gammactl istio` writes, in an Envoy that is set up as a sidecar.
//! - `protocols`: HTTP/2, gRPC, WebSockets and streaming.
//! - `destination`, `mirror`, `observe`, `retry_backoff`, `sessions`, `split`: one capability each.
//! - `examples`: everything that a user copies.
//!
//! They stand on the crates beside this one: `testbed` (Envoy, backends, clients, fixtures),
//! `interpreter` (the module, counted), `random` (routes and requests) and `reference` (what the
//! Gateway API asks for, said naively). `architecture` checks the sources themselves; `bench`,
//! `conformance` and `demo` are programs.

#![forbid(unsafe_code)]

//! The proxy-wasm filter: reads what the router wants to know of a request from the host, asks the
//! router, and carries its decision out.
//!
//! There is no routing logic here. What each request costs in host calls: one read of the header
//! map, one write of the cluster header, a counter and the rule's name for access logs unless the
//! settings turn them off, and only where the config asks for it a read of the destination address,
//! header edits, a new path or host, a call to another service, and a local reply.
//!
//! - `config`: from the plugin configuration to a router.
//! - `request` and `response`: the two phases; `external_auth`: requests that wait for another service
//!   in between.
//! - `carry_out`: a decision is carried out by `visitors`, which make host calls of what the router
//!   tells them.
//! - `metrics`: counters.
//! - `host`: what the filter wants of a proxy; `abi` is the real one, tests bring their own.
//! - `context`: the entry points that the SDK dispatches to.

#![deny(unsafe_code, missing_docs)]
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects
    )
)]
// The entry points are in wasm only, and so are the callers of all this.
#![cfg_attr(not(any(target_arch = "wasm32", test)), allow(dead_code))]

#[cfg(target_arch = "wasm32")]
mod abi;
mod carry_out;
mod config;
#[cfg(target_arch = "wasm32")]
mod context;
mod denial;
mod external_auth;
mod header_map;
mod host;
mod metrics;
mod progress;
mod request;
mod response;
mod visitors;

#[cfg(test)]
mod tests;

//! The proxy-wasm filter: reads from the host what the router needs of a request, asks the router, and
//! carries its decision out.
//!
//! There is no routing logic here. A request costs one read of the header map, one write of the cluster
//! header, and a counter and the rule's name for access logs unless the settings turn them off. Only what
//! the config asks for costs more host calls: a read of the destination address or of the clock, header
//! edits, a new path or host, copies, a call to an ExternalAuth service, a local reply.
//!
//! Two files are made of it. The one for Envoy is built on the SDK of proxy-wasm (`sdk`), for `wasm32-wasip1`. The one for
//! every other host has entry points of its own (`exports`), for `wasm32-unknown-unknown`: it imports what it calls and nothing
//! else, and has every callback that some host calls without asking.
//!
//! - `sdk` or `exports`: what the host calls; `contexts`: whom a call is for, which the SDK knows by itself;
//!   `context`: one request's callbacks.
//! - `config`: from the plugin configuration to a router. `baked`: a configuration that is in the module itself.
//! - `request` and `response`: the two phases. `external_auth`: requests that wait in between until
//!   another service has allowed them; `progress`: what is kept of them.
//! - `carry_out`: carries out a decision on a request, and counts it in `metrics`.
//! - `response_code`: how a backend answered, which is counted where the settings ask for it.
//! - `visitors`: turn what the router says of a decision into host calls.
//! - `quirks`: what hosts do otherwise than Envoy.
//! - `denial`: answers that the router does not decide.
//! - `host`: the host functions that the filter calls. `abi` is the real host, with the functions of `imports` and the
//!   counters that it knows by `defined_counters`; tests bring their own. `header_map` reads the header maps that a host hands over. `logger`: log lines go to the host.

#![deny(unsafe_code, missing_docs)]
#![cfg_attr(
    test,
    allow(
        clippy::arithmetic_side_effects,
        reason = "a test that overflows fails"
    )
)]

#[cfg(target_arch = "wasm32")]
mod abi;
#[cfg(all(target_arch = "wasm32", not(target_os = "wasi")))]
mod baked;
mod carry_out;
mod config;
#[cfg(target_arch = "wasm32")]
mod context;
#[cfg(all(target_arch = "wasm32", not(target_os = "wasi")))]
mod contexts;
#[cfg(any(test, all(target_arch = "wasm32", target_os = "wasi")))]
mod defined_counters;
mod denial;
#[cfg(all(target_arch = "wasm32", not(target_os = "wasi")))]
mod exports;
mod external_auth;
mod header_map;
mod host;
#[cfg(target_arch = "wasm32")]
mod imports;
#[cfg(all(target_arch = "wasm32", not(target_os = "wasi")))]
mod logger;
mod metrics;
mod progress;
mod quirks;
mod request;
mod response;
mod response_code;
#[cfg(all(target_arch = "wasm32", target_os = "wasi"))]
mod sdk;
mod visitors;

#[cfg(test)]
mod tests;

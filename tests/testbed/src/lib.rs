//! What tests, demo, bench and conformance cases stand on: a real Envoy, backends that say what they
//! received, clients that say what they got, and test cases that are data.
//!
//! - [`mod@ports`]: loopback ports that nobody else takes.
//! - [`mod@serve`]: an HTTP server in a thread of its own.
//! - [`mod@echo`]: a backend that answers with the request it saw.
//! - [`mod@client`]: HTTP/1.1, gRPC and WebSocket clients that hide nothing.
//! - [`mod@envoy`]: Envoy as a child process.
//! - [`mod@fixture`]: test cases as YAML, and whether what happened is what they expect.
//! - [`mod@gammactl`]: the command line as a process.
//! - [`mod@load`]: requests without end.
//! - [`mod@manifests`]: Services and routes as text.
//! - [`mod@module`]: a stand-in for the filter's file.
//! - [`mod@page`]: pages of the documentation, as commands.
//! - [`mod@shop`]: manifests that change, and an Envoy that follows.
//! - [`mod@stage`]: manifests served by a real Envoy, with an echo backend behind every Service port.
//! - [`mod@drive`]: the two ways to run a fixture.
//! - [`mod@agreement`]: whether what was observed is what `gammactl explain` says.
//! - [`mod@repository`]: where files of this repository are.

#![forbid(unsafe_code)]
#![deny(missing_docs)]

pub mod agreement;
pub mod client;
pub mod drive;
pub mod echo;
pub mod envoy;
pub mod fixture;
pub mod gammactl;
pub mod load;
pub mod manifests;
pub mod module;
pub mod page;
pub mod ports;
pub mod repository;
pub mod serve;
pub mod shop;
pub mod stage;

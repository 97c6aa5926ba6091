//! Backends, DNS and services beside them that fail, and a real Envoy that goes on.

mod backend;
mod dns;
mod rules;
mod world;

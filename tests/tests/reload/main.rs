//! An Envoy that is given other configs again and again loses nothing: no request, no stream, no memory.

mod counters;
mod editions;
mod edits;
mod memory;
mod requests;
mod speed;
mod streams;
#[path = "../protocols/talk.rs"]
#[allow(
    dead_code,
    reason = "it can do more than echo, for the tests of protocols"
)]
mod talk;
mod world;

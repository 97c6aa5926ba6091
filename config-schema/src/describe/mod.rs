//! Macros that describe a part of a config once: its type, how it is read and written, its defaults,
//! and its JSON Schema.
//!
//! - `object!`: a struct that is an object with known members;
//! - `words!`: an enum that is one of several strings;
//! - `alternatives!`: an enum that is an object with one of several members.
//!
//! The doc comments of the types and members are the descriptions in the schema. In tests the types
//! have serde's derived `Deserialize`, too, with which `tests/derived.rs` compares what is read.

mod alternatives;
mod object;
mod words;

pub(crate) use alternatives::alternatives;
pub(crate) use object::object;
pub(crate) use words::words;

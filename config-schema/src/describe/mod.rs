//! Macros that describe a part of a config once: its type, how it is read and written, its defaults,
//! and its JSON Schema.
//!
//! - `describe_object!`: a struct that is an object with known members;
//! - `describe_words!`: an enum that is one of several strings;
//! - `describe_alternatives!`: an enum that is an object with one of several members.
//!
//! The doc comments of the types and members are the descriptions in the schema. In tests the types
//! have serde's derived `Deserialize`, too, with which `tests/derived.rs` compares what is read.

mod alternatives;
mod object;
mod words;

pub(crate) use alternatives::describe_alternatives;
pub(crate) use object::describe_object;
pub(crate) use words::describe_words;

//! Checks that hold the architecture of this workspace: they read its sources and say where a rule
//! of the house is broken.
//!
//! - [`circles`]: no import circle among the files of a crate.
//! - [`arrows`]: a crate depends only on the crates that its row in a table allows.
//! - [`wire`]: the names of the headers that Gamma and the proxy exchange stand in one file.
//! - [`names`]: one word has one meaning: no two types of the workspace have the same name.
//!
//! Each of them takes what it reads as a value, so that its own tests can show it a small house that
//! breaks the rule. `tests/workspace.rs` runs them on the real one.

#![forbid(unsafe_code)]
#![deny(missing_docs)]

pub mod arrows;
pub mod circles;
mod mentions;
pub mod names;
mod resolve;
mod strings;
mod test_only;
pub mod tree;
pub mod wire;
pub mod workspace;

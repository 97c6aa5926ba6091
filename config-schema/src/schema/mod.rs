//! The JSON Schema of the route config, for editors: it follows from the description of the types.

pub(crate) mod build;
mod generate;
pub(crate) mod refine;

pub use generate::{generate, plain};

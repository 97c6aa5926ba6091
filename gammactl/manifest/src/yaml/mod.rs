//! Reads YAML and JSON into a tree that remembers where everything was written.
//!
//! Deserialisers stop at the first error and forget positions; this tree is what lets every
//! violation in every document be reported with its place. It has what kubectl makes of a text.
//! [`ObjectReader`] reads the tree member by member.

mod binary;
mod builder;
mod dialect;
mod documents;
mod json;
mod list;
mod mapping;
mod members;
mod node;
mod object;
mod scalar;
mod spaces;
mod syntax;
mod tree_error;
mod typed;

pub use dialect::Dialect;
pub use documents::parse;
pub(crate) use documents::{Document, documents, documents_at, split_with_markers};
pub(crate) use list::ListParts;
pub use members::Field;
pub use node::{Content, MappingMember, Node};
pub use object::ObjectReader;
pub use scalar::{Meaning, Scalar};
pub use typed::Report;

#[cfg(test)]
mod tests;

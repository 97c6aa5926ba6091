//! Manifests come from files, directories and standard input; everything in them has a position.

mod load;
#[cfg(feature = "schema")]
mod schema;
mod text;

pub use load::{LoadError, is_case_file, load, walk};
#[cfg(feature = "schema")]
pub use schema::NULLABLE;
pub use text::{Source, Sources, Span, Spanned};

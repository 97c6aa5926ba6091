//! Manifests come from files, directories and standard input; everything in them has a position.

mod load;
mod replace;
#[cfg(feature = "schema")]
mod schema;
mod text;

pub use load::{LoadError, is_case_file, load, walk};
pub use replace::{UNFINISHED, replace_file};
#[cfg(feature = "schema")]
pub use schema::NULLABLE;
pub use text::{Source, Sources, Span, Spanned};

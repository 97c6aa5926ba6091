//! Manifests come from files, directories and standard input; everything in them has a position.

mod load;
#[cfg(feature = "schema")]
pub(crate) mod schema;
mod text;

pub use load::{LoadError, load};
pub(crate) use load::{is_case_file, walk};
pub use text::{Source, Sources, Span, Spanned};

//! The sources of manifests: texts from files, directories and standard input, and positions in them.

mod directory;
mod encoding;
mod load;
mod moved;
mod replace;
#[cfg(feature = "schema")]
mod schema;
mod text;

pub use directory::{DirectoryError, OutputDirectory};
pub use encoding::NotText;
pub use load::{LoadError, is_case_file, is_report, load, walk};
pub(crate) use moved::{MovedPart, MovedParts};
pub use replace::{UNFINISHED, replace_file, replace_file_with};
#[cfg(feature = "schema")]
pub use schema::NULLABLE;
pub use text::{Lines, Source, Sources, Span, Spanned};

//! What became of a source: findings by class and by Service, and how much was carried over.

mod class;
mod coverage;
mod json;
mod markdown;
mod object_path;
mod reported;
mod subjects;

pub use class::FindingClass;
pub(crate) use coverage::coverage;
pub use coverage::{Coverage, UnreadField};
pub(crate) use reported::ReportInput;
pub use reported::{ConversionReport, FindingRequest, FindingSource, ReportedFinding};
pub(crate) use subjects::Subjects;

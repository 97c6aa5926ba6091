//! Diagnostics say what is wrong with the input, where, and the way out.
//!
//! Every finding has a [`Code`] that never changes its meaning, a [`Span`](crate::source::Span) that points into a
//! source, one line of why and one line of how to fix it. [`render`] writes them.

pub mod codes;
mod finding;
mod github;
mod hint;
mod json;
mod render;
mod sarif;
mod text;

pub use codes::{Code, Severity};
pub use finding::{Diagnostic, Diagnostics};
pub use hint::Hint;
pub use render::{Format, render};

//! Renders diagnostics for people or for tools; each format has a file of its own.

use super::{codes::Severity, finding::Diagnostics, github, json, sarif, text};
use crate::source::Sources;

/// How diagnostics are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// As rustc does, without colours.
    Text,
    /// As rustc does, with colours.
    TextColor,
    /// A JSON array with one object per diagnostic.
    Json,
    /// Workflow commands of GitHub Actions, which become annotations of the changed lines.
    Github,
    /// SARIF 2.1.0, for code scanning and editors.
    Sarif,
}

/// Writes `diagnostics`, one after the other.
pub fn render(diagnostics: &Diagnostics, sources: &Sources, format: Format) -> String {
    match format {
        Format::Text => text::render(diagnostics, sources, false),
        Format::TextColor => text::render(diagnostics, sources, true),
        Format::Json => json::render(diagnostics, sources),
        Format::Github => github::render(diagnostics, sources),
        Format::Sarif => sarif::render(diagnostics, sources),
    }
}

impl Severity {
    /// `error`, `warning` or `note`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

//! The page of each diagnostic code: its section of `docs/diagnostics.md`.

use gamma_manifest::diagnostic::codes;
use serde::Serialize;

use crate::answer::Unanswered;

const DIAGNOSTICS: &str = include_str!("../../../docs/diagnostics.md");

/// What there is to say about a code.
#[derive(Debug, Serialize)]
pub(crate) struct DiagnosticPage {
    code: &'static str,
    severity: &'static str,
    title: &'static str,
    /// Markdown, without the heading.
    text: String,
}

/// The page of `code`.
pub(crate) fn diagnostic_page(code: &str) -> Result<DiagnosticPage, Unanswered> {
    let mut known = codes::ALL.iter();
    let found = known.find(|known| known.id == code);
    let found =
        found.ok_or_else(|| Unanswered::Words("there is no diagnostic of that code".into()))?;
    let heading = format!("\n### {}: ", found.id);
    let section = DIAGNOSTICS.split_once(&*heading).map(|(_, rest)| rest);
    let section = section.unwrap_or_default();
    let body = section.split_once('\n').map_or("", |(_, body)| body);
    let end = ["\n### ", "\n## "]
        .iter()
        .filter_map(|next| body.find(next));
    let text = end.min().and_then(|end| body.get(..end)).unwrap_or(body);
    Ok(DiagnosticPage {
        code: found.id,
        severity: found.severity.as_str(),
        title: found.title,
        text: text.trim().to_owned(),
    })
}

//! Diagnostics as the page shows them: a range to underline, and an edit where there is one way out only.

use gamma_manifest::{
    diagnostic::{Diagnostic, Diagnostics},
    source::{Span, Spanned},
};
use serde::Serialize;

use crate::offsets::{PagePosition, PageRange, PlacedSources};

/// A diagnostic.
#[derive(Debug, Serialize)]
pub(crate) struct PageDiagnostic {
    code: &'static str,
    severity: &'static str,
    title: &'static str,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
    #[serde(flatten)]
    place: Option<FindingPlace>,
    #[serde(skip_serializing_if = "Option::is_none")]
    also: Option<OtherPlace>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<QuickFix>,
}

#[derive(Debug, Serialize)]
struct FindingPlace {
    file: String,
    start: PagePosition,
    end: PagePosition,
}

#[derive(Debug, Serialize)]
struct OtherPlace {
    #[serde(flatten)]
    place: FindingPlace,
    message: String,
}

/// What to do, if that is all there is to do.
#[derive(Debug, Serialize)]
struct QuickFix {
    label: String,
    edits: Vec<TextEdit>,
}

#[derive(Debug, Serialize)]
struct TextEdit {
    #[serde(flatten)]
    range: PageRange,
    text: String,
}

/// All of `diagnostics`, which point into `sources`.
pub(crate) fn for_page(diagnostics: &Diagnostics, sources: &PlacedSources) -> Vec<PageDiagnostic> {
    let all = diagnostics.iter();
    all.map(|diagnostic| page_diagnostic(diagnostic, sources))
        .collect()
}

fn page_diagnostic(diagnostic: &Diagnostic, sources: &PlacedSources) -> PageDiagnostic {
    PageDiagnostic {
        code: diagnostic.code.id,
        severity: diagnostic.code.severity.as_str(),
        title: diagnostic.code.title,
        message: diagnostic.message.clone(),
        why: diagnostic.why.clone(),
        hint: diagnostic.hint.clone(),
        place: diagnostic.span.map(|span| place(span, sources)),
        also: diagnostic.also.as_ref().map(|also| OtherPlace {
            place: place(also.span, sources),
            message: also.value.clone(),
        }),
        fix: diagnostic.fix.as_ref().map(|fix| quick_fix(fix, sources)),
    }
}

fn place(span: Span, sources: &PlacedSources) -> FindingPlace {
    FindingPlace {
        file: sources.sources().of(span).name.clone(),
        start: sources.start(span),
        end: sources.end(span),
    }
}

fn quick_fix(fix: &Spanned<String>, sources: &PlacedSources) -> QuickFix {
    let written = sources.text(fix.span);
    // JSON needs its quotes, and who writes YAML with quotes likes them.
    let quote = ['"', '\''].into_iter().find(|q| written.starts_with(*q));
    let quote = quote.map(String::from).unwrap_or_default();
    let text = format!("{quote}{}{quote}", fix.value);
    QuickFix {
        label: format!("Write `{}`", fix.value),
        edits: vec![TextEdit {
            range: sources.range(fix.span),
            text,
        }],
    }
}

//! Diagnostics for people and for tools.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet, renderer::DecorStyle};
use serde_json::{Value, json};

use super::{Diagnostic, Diagnostics, Severity};
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
}

/// Writes `diagnostics`, one after the other.
pub fn render(diagnostics: &Diagnostics, sources: &Sources, format: Format) -> String {
    let renderer = match format {
        Format::Text => Renderer::plain(),
        Format::TextColor => Renderer::styled(),
        Format::Json => {
            let list: Vec<Value> = diagnostics.iter().map(|d| json(d, sources)).collect();
            return format!("{:#}\n", Value::from(list));
        }
    }
    .decor_style(DecorStyle::Ascii);
    diagnostics
        .iter()
        .map(|diagnostic| renderer.render(&[text(diagnostic, sources)]) + "\n\n")
        .collect()
}

fn text<'a>(diagnostic: &'a Diagnostic, sources: &'a Sources) -> Group<'a> {
    let level = match diagnostic.code.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let title = level
        .primary_title(diagnostic.message.as_str())
        .id(diagnostic.code.id);
    let mut group = Group::with_title(title);
    if let Some(span) = diagnostic.span {
        let source = sources.of(span);
        let end = source.text.len();
        let range = (span.start as usize).min(end)..one_line(&source.text, span).min(end);
        group = group.element(
            Snippet::source(source.text.as_str())
                .path(source.name.as_str())
                .annotation(AnnotationKind::Primary.span(range)),
        );
    }
    let why = diagnostic
        .why
        .as_deref()
        .map(|why| Level::NOTE.message(why));
    let hint = diagnostic
        .hint
        .as_deref()
        .map(|hint| Level::HELP.message(hint));
    group.elements(why).elements(hint)
}

/// The end of `span`, or of its first line: a whole rule as a snippet says less than its beginning.
fn one_line(text: &str, span: crate::source::Span) -> usize {
    let (start, end) = (span.start as usize, span.end as usize);
    match text.get(start..end).and_then(|cut| cut.find('\n')) {
        Some(line_end) => start + line_end,
        None => end,
    }
}

fn json(diagnostic: &Diagnostic, sources: &Sources) -> Value {
    let mut object = json!({
        "code": diagnostic.code.id,
        "severity": match diagnostic.code.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        },
        "title": diagnostic.code.title,
        "message": diagnostic.message,
        "why": diagnostic.why,
        "hint": diagnostic.hint,
    });
    if let Some(span) = diagnostic.span {
        let (line, column) = sources.line_column(span);
        let end = crate::source::Span {
            start: span.end,
            ..span
        };
        let (end_line, end_column) = sources.line_column(end);
        object["file"] = sources.of(span).name.as_str().into();
        object["line"] = line.into();
        object["column"] = column.into();
        object["endLine"] = end_line.into();
        object["endColumn"] = end_column.into();
    }
    object
}

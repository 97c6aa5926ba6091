//! Renders diagnostics as a JSON array.

use serde_json::{Value, json};

use super::finding::{Diagnostic, Diagnostics};
use crate::source::{Sources, Span};

pub(super) fn render(diagnostics: &Diagnostics, sources: &Sources) -> String {
    let list: Vec<Value> = diagnostics.iter().map(|d| object(d, sources)).collect();
    format!("{:#}\n", Value::from(list))
}

fn object(diagnostic: &Diagnostic, sources: &Sources) -> Value {
    let mut object = json!({
        "code": diagnostic.code.id,
        "severity": diagnostic.code.severity.as_str(),
        "title": diagnostic.code.title,
        "message": diagnostic.message,
        "why": diagnostic.why,
        "hint": diagnostic.hint,
    });
    if let Some(span) = diagnostic.span {
        place(&mut object, span, sources);
    }
    if let Some(also) = &diagnostic.also {
        let mut related = json!({"message": also.value});
        place(&mut related, also.span, sources);
        object["related"] = related;
    }
    object
}

fn place(object: &mut Value, span: Span, sources: &Sources) {
    let (line, column) = sources.line_column(span);
    let (end_line, end_column) = sources.end_line_column(span);
    object["file"] = sources.of(span).name.as_str().into();
    object["line"] = line.into();
    object["column"] = column.into();
    object["endLine"] = end_line.into();
    object["endColumn"] = end_column.into();
}

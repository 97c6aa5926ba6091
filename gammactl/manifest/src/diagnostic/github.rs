//! Renders diagnostics as workflow commands: `::error file=a.yaml,line=1,col=2,title=G203::message`.
//!
//! GitHub Actions turns them into annotations beside the changed lines.

use super::{
    codes::Severity,
    finding::{Diagnostic, Diagnostics},
};
use crate::source::Sources;

pub(super) fn render(diagnostics: &Diagnostics, sources: &Sources) -> String {
    diagnostics.iter().map(|d| command(d, sources)).collect()
}

fn command(diagnostic: &Diagnostic, sources: &Sources) -> String {
    let name = match diagnostic.code.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let mut properties = String::new();
    if let Some(span) = diagnostic.span {
        let (line, column) = sources.line_column(span);
        let file = property(&sources.of(span).name);
        properties = format!("file={file},line={line},col={column},");
    }
    let mut message = diagnostic.message.clone();
    for (label, part) in [("note", &diagnostic.why), ("help", &diagnostic.hint)] {
        if let Some(part) = part {
            message.push_str(&format!("\n{label}: {part}"));
        }
    }
    let (title, message) = (diagnostic.code.id, data(&message));
    format!("::{name} {properties}title={title}::{message}\n")
}

/// A message ends with its line.
fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// A property ends with `,` or `:`, too.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{diagnostic::codes, source::Span};

    #[test]
    fn what_ends_a_message_or_a_property_is_escaped() {
        let mut sources = Sources::default();
        let file = sources.add("a,b:c%.yaml", "first\nsecond");
        let span = Span {
            file,
            start: 8,
            end: 9,
        };
        let mut diagnostics = Diagnostics::default();
        diagnostics
            .push(Diagnostic::new(&codes::UNKNOWN_BACKEND, span, "75 %: a, b").hint("c\r\n"));
        assert_eq!(
            render(&diagnostics, &sources),
            "::warning file=a%2Cb%3Ac%25.yaml,line=2,col=3,title=G203::75 %25: a, b%0Ahelp: \
             c%0D%0A\n"
        );
    }
}

//! Renders diagnostics as rustc does: the lines of the source with the places underlined.

use std::ops::Range;

use annotate_snippets::{
    Annotation, AnnotationKind, Group, Level, Renderer, Snippet, renderer::DecorStyle,
};

use super::{
    codes::Severity,
    finding::{Diagnostic, Diagnostics},
};
use crate::source::{Source, Sources, Span, Spanned};

/// Two places this near are shown in one piece.
const NEAR: u32 = 1000;

pub(super) fn render(diagnostics: &Diagnostics, sources: &Sources, colours: bool) -> String {
    let renderer = if colours {
        Renderer::styled()
    } else {
        Renderer::plain()
    }
    .decor_style(DecorStyle::Ascii);
    diagnostics
        .iter()
        .map(|diagnostic| renderer.render(&[group(diagnostic, sources)]) + "\n\n")
        .collect()
}

fn group<'a>(diagnostic: &'a Diagnostic, sources: &'a Sources) -> Group<'a> {
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
        for snippet in snippets(span, diagnostic.also.as_ref(), sources) {
            group = group.element(snippet);
        }
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

fn snippets<'a>(
    span: Span,
    also: Option<&'a Spanned<String>>,
    sources: &'a Sources,
) -> Vec<Snippet<'a, Annotation<'a>>> {
    let source = sources.of(span);
    let (start, end) = (span.start, one_line(source, span));
    let near = also
        .filter(|also| also.span.file == span.file && also.span.start.abs_diff(span.start) < NEAR);
    let (first, last) = match near {
        Some(also) => (
            also.span.start.min(start),
            one_line(source, also.span).max(end),
        ),
        None => (start, end),
    };
    let cut = Cut::new(source, first, last);
    let mut snippet = cut
        .snippet()
        .annotation(AnnotationKind::Primary.span(cut.range(start, end)));
    if let Some(also) = near {
        snippet = snippet.annotation(cut.context(source, also));
    }
    let mut snippets = vec![snippet];
    if let Some(also) = also.filter(|_| near.is_none()) {
        let source = sources.of(also.span);
        let cut = Cut::new(source, also.span.start, one_line(source, also.span));
        snippets.push(cut.snippet().annotation(cut.context(source, also)));
    }
    snippets
}

/// The lines of a source that are shown: the renderer would look at all of a large file each time.
struct Cut<'a> {
    source: &'a Source,
    lines: Range<usize>,
    number: usize,
}

impl<'a> Cut<'a> {
    fn new(source: &'a Source, start: u32, end: u32) -> Self {
        let (lines, number) = source.lines_around(start, end);
        Self {
            source,
            lines,
            number,
        }
    }

    fn snippet(&self) -> Snippet<'a, Annotation<'a>> {
        Snippet::source(&self.source.text[self.lines.clone()])
            .line_start(self.number)
            .path(self.source.name.as_str())
    }

    fn range(&self, start: u32, end: u32) -> Range<usize> {
        let inside = |at: u32| (at as usize).min(self.lines.end) - self.lines.start;
        inside(start)..inside(end)
    }

    fn context(&self, source: &Source, also: &'a Spanned<String>) -> Annotation<'a> {
        AnnotationKind::Context
            .span(self.range(also.span.start, one_line(source, also.span)))
            .label(also.value.as_str())
    }
}

/// The end of `span`, or of its first line: a whole rule as a snippet says less than its beginning.
fn one_line(source: &Source, span: Span) -> u32 {
    let text = source.text.get(span.start as usize..span.end as usize);
    match text.and_then(|cut| cut.find('\n')) {
        Some(line_end) => span.start + line_end as u32,
        None => span.end,
    }
}

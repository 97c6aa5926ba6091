//! Renders diagnostics as rustc does: the lines of the source with the places underlined.

use std::ops::Range;

use annotate_snippets::{
    Annotation, AnnotationKind, Group, Level, Origin, Renderer, Snippet, renderer::DecorStyle,
};

use super::{
    codes::Severity,
    finding::{Diagnostic, Diagnostics},
};
use crate::source::{Source, Sources, Span, Spanned};

/// Two places this near are shown in one piece.
const NEAR: u32 = 1000;
/// Bytes of lines that are shown in full: an object in one line may have millions.
const LONG: usize = 4000;
/// Bytes that are shown before and behind a place in a longer line.
const AROUND: usize = 60;

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
        for (origin, snippet) in snippets(span, diagnostic.also.as_ref(), sources) {
            if let Some(origin) = origin {
                group = group.element(origin);
            }
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
) -> Vec<(Option<Origin<'a>>, Snippet<'a, Annotation<'a>>)> {
    let source = sources.of(span);
    let (start, end) = (first_byte(source, span), one_line(source, span));
    let near = also.filter(|also| {
        let is_near = || first_byte(source, also.span).abs_diff(start) < NEAR;
        also.span.file == span.file && is_near()
    });
    let (first, last) = match near {
        Some(also) => (
            first_byte(source, also.span).min(start),
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
    let mut snippets = vec![(cut.origin(span, sources), snippet)];
    if let Some(also) = also.filter(|_| near.is_none()) {
        let source = sources.of(also.span);
        let start = first_byte(source, also.span);
        let cut = Cut::new(source, start, one_line(source, also.span));
        let snippet = cut.snippet().annotation(cut.context(source, also));
        snippets.push((cut.origin(also.span, sources), snippet));
    }
    snippets
}

/// The lines of a source that are shown: the renderer would look at all of a large file each time.
struct Cut<'a> {
    source: &'a Source,
    lines: Range<usize>,
    number: usize,
    /// Whether there is more of these lines.
    is_part: bool,
}

impl<'a> Cut<'a> {
    fn new(source: &'a Source, start: u32, end: u32) -> Self {
        let (mut lines, number) = source.lines_around(start, end);
        let is_part = lines.len() > LONG;
        if is_part {
            let text = &source.text;
            let from = text.floor_char_boundary((start as usize).saturating_sub(AROUND));
            let to = text.ceil_char_boundary(end.max(start) as usize + AROUND);
            lines = lines.start.max(from)..lines.end.min(to);
        }
        Self {
            source,
            lines,
            number,
            is_part,
        }
    }

    /// Where a part of a line is. The renderer finds out by itself where whole lines are.
    fn origin(&self, span: Span, sources: &Sources) -> Option<Origin<'a>> {
        let (line, column) = sources.line_column(span);
        let origin = Origin::path(self.source.name.as_str()).line(line);
        self.is_part.then(|| origin.char_column(column))
    }

    fn snippet(&self) -> Snippet<'a, Annotation<'a>> {
        let path = Some(self.source.name.as_str()).filter(|_| !self.is_part);
        Snippet::source(&self.source.text[self.lines.clone()])
            .line_start(self.number)
            .path(path)
    }

    fn range(&self, start: u32, end: u32) -> Range<usize> {
        let inside = |at: u32| (at as usize).min(self.lines.end) - self.lines.start;
        inside(start)..inside(end)
    }

    fn context(&self, source: &Source, also: &'a Spanned<String>) -> Annotation<'a> {
        AnnotationKind::Context
            .span(self.range(first_byte(source, also.span), one_line(source, also.span)))
            .label(also.value.as_str())
    }
}

/// The byte that `span` begins with.
fn first_byte(source: &Source, span: Span) -> u32 {
    source.bytes(span).start as u32
}

/// The byte behind `span`, or behind its first line: a whole rule as a snippet says less than its beginning.
fn one_line(source: &Source, span: Span) -> u32 {
    let bytes = source.bytes(span);
    let text = source.text.get(bytes.clone());
    let end = match text.and_then(|cut| cut.find('\n')) {
        Some(line_end) => bytes.start + line_end,
        None => bytes.end,
    };
    let longest = source.text.floor_char_boundary(bytes.start + LONG / 2);
    end.min(longest) as u32
}

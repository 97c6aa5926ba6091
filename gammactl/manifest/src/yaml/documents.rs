//! Splits a file into its documents and parses each on its own: a syntax error in one does not
//! hide the others.

use super::{
    builder::TreeBuilder,
    dialect::Dialect,
    json,
    node::Node,
    spaces,
    syntax::{EventKind, Parser, SyntaxError},
    tree_error::TreeError,
};
use crate::{
    diagnostic::{Diagnostic, Diagnostics, codes},
    source::{Span, Spanned},
};

/// One document, not parsed yet.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Document<'t> {
    pub(super) file: u32,
    pub(super) start: usize,
    pub(super) text: &'t str,
    pub(super) dialect: Dialect,
}

/// The documents of `text`, which is source number `file`.
pub(crate) fn documents(file: u32, text: &str, dialect: Dialect) -> Vec<Document<'_>> {
    documents_at(file, 0, text, dialect)
}

/// The documents of `text`, whose first byte has the address `first` in source number `file`.
pub(crate) fn documents_at(
    file: u32,
    first: usize,
    text: &str,
    dialect: Dialect,
) -> Vec<Document<'_>> {
    split(text)
        .into_iter()
        .map(|(start, text)| Document {
            file,
            start: first + start,
            text,
            dialect,
        })
        .collect()
}

/// The trees of all documents of `text`, but for those that are empty or broken.
pub fn parse(file: u32, text: &str, dialect: Dialect, diagnostics: &mut Diagnostics) -> Vec<Node> {
    documents(file, text, dialect)
        .into_iter()
        .flat_map(|document| document.parse(diagnostics))
        .collect()
}

/// The trees of a document, and why the rest of it can't be read.
type Trees = (Vec<Node>, Option<TreeError>);

impl<'t> Document<'t> {
    /// What is written in it.
    pub(crate) fn text(&self) -> &'t str {
        self.text
    }

    /// Its tree: none if it is empty or broken, several if it is JSON values one after the other.
    /// What is broken is reported.
    pub(crate) fn parse(self, diagnostics: &mut Diagnostics) -> Vec<Node> {
        let mut rest = self;
        let mut all = Vec::new();
        loop {
            let mut found = Diagnostics::default();
            let (mut nodes, error) = rest.trees(&mut found);
            nodes.retain(|node| !node.is_null());
            let Some(TreeError::SecondObject(key)) = error else {
                diagnostics.extend(found);
                if let Some(TreeError::Syntax(error)) = error {
                    rest.report(error, !(all.is_empty() && nodes.is_empty()), diagnostics);
                }
                all.extend(nodes);
                return all;
            };
            diagnostics.push(
                Diagnostic::new(
                    &codes::MISSING_SEPARATOR,
                    key.span,
                    format!("a second `{}` in one document", key.value),
                )
                .why("kubectl makes one object of both, of which neither is left")
                .hint("put a line with `---` before the second object"),
            );
            let (first, second) = rest.cut(key.span.start as usize);
            all.extend(first.parse(diagnostics));
            rest = second;
        }
    }

    /// The document up to a byte of the source, and from there on.
    fn cut(self, at: usize) -> (Self, Self) {
        let (first, second) = self.text.split_at(at - self.start);
        let before = Self {
            text: first,
            ..self
        };
        let after = Self {
            start: at,
            text: second,
            ..self
        };
        (before, after)
    }

    fn report(self, error: Spanned<String>, read_before: bool, diagnostics: &mut Diagnostics) {
        let why = if read_before {
            // Of several JSON values, those before the mistake are read.
            "what comes from here on can't be read"
        } else {
            "nothing of this document can be read"
        };
        let at = error.span.start as usize - self.start;
        let space = spaces::suspicious(self.text, at);
        let (span, message, hint) = match space {
            Some(space) => (
                self.span(space.at, space.at + space.character.len_utf8()),
                format!("{} stands here", space.name()),
                "replace it by a space: it looks like one, and YAML takes it for a letter",
            ),
            None => (
                error.span,
                error.value,
                "look at the indentation, quotes and brackets around this place",
            ),
        };
        diagnostics.push(
            Diagnostic::new(&codes::YAML_SYNTAX, span, message)
                .why(why)
                .hint(hint),
        );
    }

    /// Its trees, and why the rest of it can't be read.
    ///
    /// kubectl reads a stream that begins with `{` as JSON, and as YAML if its first value is none. Here
    /// any document may be JSON, and comments may stand around the values.
    fn trees(self, diagnostics: &mut Diagnostics) -> Trees {
        let text = self.text.trim_start_matches('\u{feff}');
        let body = json::after_comments(text, 0);
        if !text[body..].starts_with(['{', '[']) {
            return self.yaml(diagnostics);
        }
        let mut found = Diagnostics::default();
        let start = self.start + self.text.len() - text.len();
        let mut values = json::values(self.file, start, text, &mut found);
        let Some(json_error) = values.error else {
            diagnostics.extend(found);
            return (values.nodes, None);
        };
        let rest = Self {
            start: start + values.read,
            text: &text[values.read..],
            ..self
        };
        let (nodes, error) = rest.yaml(diagnostics);
        // Where both fail, the one that gets further is nearer to the mistake.
        let error = match (error, json_error) {
            (Some(TreeError::Syntax(yaml)), TreeError::Syntax(json)) if json.span > yaml.span => {
                Some(TreeError::Syntax(json))
            }
            (Some(_), json) if !values.nodes.is_empty() => Some(json),
            (error, _) => error,
        };
        if !values.nodes.is_empty() {
            diagnostics.extend(found);
        }
        values.nodes.extend(nodes);
        (values.nodes, error)
    }

    fn yaml(self, diagnostics: &mut Diagnostics) -> Trees {
        let mut nodes = Vec::new();
        let error = self.yaml_trees(&mut nodes, diagnostics).err();
        if matches!(error, Some(TreeError::SecondObject(_))) {
            return (nodes, error);
        }
        if let Some((at, character)) = spaces::control_character(self.text) {
            let number = u32::from(character);
            let message = format!("YAML does not allow the control character U+{number:04X}");
            return (Vec::new(), Some(TreeError::new(self.span(at, at), message)));
        }
        (nodes, error)
    }

    fn yaml_trees(
        self,
        nodes: &mut Vec<Node>,
        diagnostics: &mut Diagnostics,
    ) -> Result<(), TreeError> {
        let syntax_error = |error: SyntaxError| {
            TreeError::new(self.span(error.at, error.at), error.message.into_owned())
        };
        let mut parser = Parser::new(self.text, self.dialect);
        loop {
            let mut builder = TreeBuilder::new(diagnostics);
            builder.in_blocks = self.dialect == Dialect::Kubectl;
            builder.dialect = self.dialect;
            loop {
                let event = parser.next().map_err(syntax_error)?;
                match event.kind {
                    EventKind::StreamEnd => return Ok(()),
                    EventKind::DocumentEnd => break,
                    _ => {
                        let span = self.span(event.start, event.end);
                        builder.event(event, span)?;
                    }
                }
            }
            nodes.extend(builder.finish());
        }
    }

    fn span(self, start: usize, end: usize) -> Span {
        Span {
            file: self.file,
            start: (self.start + start) as u32,
            end: (self.start + end) as u32,
        }
    }
}

/// Splits at the lines that start or end a document, which YAML allows nowhere else. Gives byte
/// offsets. Directives stay with the document that they are about.
fn split(text: &str) -> Vec<(usize, &str)> {
    let mut documents = Vec::new();
    let mut start = 0;
    for marker in markers(text) {
        documents.push((start, &text[start..marker.line]));
        start = marker.content;
    }
    documents.push((start, &text[start..]));
    documents
}

/// The documents of a text, each with the line that begins it: all of the text, in parts that have the same documents if
/// they are [split](documents) one by one.
pub(crate) fn split_with_markers(text: &str) -> impl Iterator<Item = &str> {
    let lines = markers(text).into_iter().map(|marker| marker.line);
    let starts = std::iter::once(0).chain(lines.clone());
    let parts = starts.zip(lines.chain([text.len()]));
    parts
        .filter(|(start, end)| start < end)
        .map(|(start, end)| &text[start..end])
}

/// A line that starts or ends a document.
#[derive(Debug, Clone)]
struct Marker {
    /// Where the line begins.
    line: usize,
    /// Where what follows begins, which may be in the same line.
    content: usize,
}

fn markers(text: &str) -> Vec<Marker> {
    let mut markers = Vec::new();
    let mut start = 0;
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        let content = line.strip_prefix('\u{feff}').unwrap_or(line);
        let is_marker = |marker: &str| {
            content.strip_prefix(marker).is_some_and(|rest| {
                // kubectl takes `---#` for one as well.
                rest.is_empty() || rest.starts_with(|c: char| c.is_whitespace() || c == '#')
            })
        };
        if (is_marker("---") || is_marker("...")) && !is_directives(&text[start..offset]) {
            // Content may follow on the same line: `--- {a: b}`.
            let rest = content[3..].trim_start_matches([' ', '\t', '\r']);
            let is_empty = rest.is_empty() || rest.starts_with(['#', '\n']);
            start = offset + line.len() - if is_empty { 0 } else { rest.len() };
            markers.push(Marker {
                line: offset,
                content: start,
            });
        }
        offset += line.len();
    }
    markers
}

/// Whether `text` has `%` lines, and comments at most.
fn is_directives(text: &str) -> bool {
    let mut lines = text.lines().map(|line| line.trim_start_matches('\u{feff}'));
    let lines = lines
        .by_ref()
        .filter(|line| !(line.trim().is_empty() || line.starts_with('#')));
    let mut any = false;
    for line in lines {
        if !line.starts_with('%') {
            return false;
        }
        any = true;
    }
    any
}

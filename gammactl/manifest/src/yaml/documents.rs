//! Splits a file into its YAML documents and parses each on its own: a syntax error in one does not
//! hide the others.

use saphyr_parser::Parser;

use super::{builder::TreeBuilder, json, node::Node};
use crate::{
    diagnostic::{Diagnostic, Diagnostics, codes},
    source::{Span, Spanned},
};

/// One document, not parsed yet.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Document<'t> {
    file: u32,
    start: usize,
    text: &'t str,
    /// Whether the whole source looks like JSON. What is not JSON after all is read as YAML.
    json: bool,
}

/// The documents of `text`, which is source number `file`.
pub(crate) fn documents(file: u32, text: &str) -> impl Iterator<Item = Document<'_>> {
    // What kubectl goes by.
    let json = text.trim_start().starts_with('{');
    split(text).into_iter().map(move |(start, text)| Document {
        file,
        start,
        text,
        json,
    })
}

/// The trees of all documents of `text`, but for those that are empty or broken.
pub fn parse(file: u32, text: &str, diagnostics: &mut Diagnostics) -> Vec<Node> {
    documents(file, text)
        .flat_map(|document| document.parse(diagnostics))
        .collect()
}

impl<'t> Document<'t> {
    /// What is written in it.
    pub(crate) fn text(&self) -> &'t str {
        self.text
    }
}

impl Document<'_> {
    /// Its tree: none if it is empty or broken, several if it is JSON values one after the other.
    /// What is broken is reported.
    pub(crate) fn parse(self, diagnostics: &mut Diagnostics) -> Vec<Node> {
        let (mut nodes, error) = self.trees(diagnostics);
        if let Some(error) = error {
            // Of several JSON values, those before the mistake are read.
            let why = if nodes.is_empty() {
                "nothing of this document can be read"
            } else {
                "what comes from here on can't be read"
            };
            diagnostics.push(
                Diagnostic::new(&codes::YAML_SYNTAX, error.span, error.value)
                    .why(why)
                    .hint("look at the indentation, quotes and brackets around this place"),
            );
        }
        nodes.retain(|node| !node.is_null());
        nodes
    }

    /// Its trees, and why the rest of it can't be read.
    ///
    /// kubectl reads a stream that begins with `{` as JSON, and as YAML if its first value is none.
    fn trees(self, diagnostics: &mut Diagnostics) -> (Vec<Node>, Option<Spanned<String>>) {
        if !self.json {
            return self.yaml(diagnostics);
        }
        let mut found = Diagnostics::default();
        let values = json::values(self.file, self.start, self.text, &mut found);
        if !values.nodes.is_empty() {
            diagnostics.extend(found);
            return (values.nodes, values.error);
        }
        let (nodes, error) = self.yaml(diagnostics);
        // Where both fail, the one that gets further is nearer to the mistake.
        let error = error.map(|yaml| match values.error {
            Some(json) if json.span.start > yaml.span.start => json,
            _ => yaml,
        });
        (nodes, error)
    }

    fn yaml(self, diagnostics: &mut Diagnostics) -> (Vec<Node>, Option<Spanned<String>>) {
        let offsets = Offsets::new(self.file, self.start, self.text);
        match tree(&offsets, self.text, diagnostics) {
            Ok(node) => (node.into_iter().collect(), None),
            Err(error) => (Vec::new(), Some(error)),
        }
    }
}

fn tree(
    offsets: &Offsets,
    text: &str,
    diagnostics: &mut Diagnostics,
) -> Result<Option<Node>, Spanned<String>> {
    let mut builder = TreeBuilder::new(diagnostics);
    let mut parser = Parser::new_from_str(text);
    while let Some(event) = parser.next_event() {
        let (event, span) = event.map_err(|error| Spanned {
            value: error.info().to_owned(),
            span: offsets.at(error.marker().index()),
        })?;
        builder.event(event, offsets.between(span))?;
    }
    Ok(builder.finish())
}

/// Splits at the lines that start or end a document, which YAML allows nowhere else. Gives byte
/// offsets.
fn split(text: &str) -> Vec<(usize, &str)> {
    let mut documents = Vec::new();
    let mut start = 0;
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        let is_marker = |marker: &str| {
            line.strip_prefix(marker)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace))
        };
        if is_marker("---") || is_marker("...") {
            documents.push((start, &text[start..offset]));
            // Content may follow on the same line: `--- # comment` or `--- {a: b}`.
            start = offset + 3;
        }
        offset += line.len();
    }
    documents.push((start, &text[start..]));
    documents
}

/// From the parser's character positions in one document to byte positions in the source.
struct Offsets {
    file: u32,
    start: usize,
    len: usize,
    /// Byte offset of each character; empty if they are all ASCII.
    bytes: Vec<u32>,
}

impl Offsets {
    fn new(file: u32, start: usize, text: &str) -> Self {
        let bytes = if text.is_ascii() {
            Vec::new()
        } else {
            text.char_indices().map(|(byte, _)| byte as u32).collect()
        };
        Self {
            file,
            start,
            len: text.len(),
            bytes,
        }
    }

    fn byte(&self, character: usize) -> u32 {
        let byte = if self.bytes.is_empty() {
            character.min(self.len)
        } else {
            let byte = self.bytes.get(character);
            byte.map_or(self.len, |&byte| byte as usize)
        };
        (self.start + byte) as u32
    }

    fn at(&self, character: usize) -> Span {
        let start = self.byte(character);
        Span {
            file: self.file,
            start,
            end: start,
        }
    }

    fn between(&self, span: saphyr_parser::Span) -> Span {
        Span {
            file: self.file,
            start: self.byte(span.start.index()),
            end: self.byte(span.end.index()),
        }
    }
}

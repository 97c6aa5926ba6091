//! A stream of documents, each parsed on its own: a syntax error in one does not hide the others.

use saphyr_parser::Parser;

use super::{Node, builder::Builder};
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
}

/// The documents of `text`, which is source number `file`.
pub(crate) fn documents(file: u32, text: &str) -> impl Iterator<Item = Document<'_>> {
    split(text)
        .into_iter()
        .map(move |(start, text)| Document { file, start, text })
}

/// The trees of all documents of `text`, but for those that are empty or broken.
pub fn parse(file: u32, text: &str, diagnostics: &mut Diagnostics) -> Vec<Node> {
    documents(file, text)
        .filter_map(|document| document.parse(diagnostics))
        .collect()
}

impl Document<'_> {
    /// Its tree. `None` if it is empty or broken; what is broken has been said.
    pub(crate) fn parse(self, diagnostics: &mut Diagnostics) -> Option<Node> {
        let offsets = Offsets::new(self.file, self.start, self.text);
        match tree(&offsets, self.text, diagnostics) {
            Ok(node) => node.filter(|node| !node.is_null()),
            Err(error) => {
                diagnostics.push(
                    Diagnostic::new(&codes::YAML_SYNTAX, error.span, error.value)
                        .why("nothing of this document can be read")
                        .hint("look at the indentation, quotes and brackets around this place"),
                );
                None
            }
        }
    }
}

fn tree(
    offsets: &Offsets,
    text: &str,
    diagnostics: &mut Diagnostics,
) -> Result<Option<Node>, Spanned<String>> {
    let mut builder = Builder::new(diagnostics);
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
        let bytes = match text.is_ascii() {
            true => Vec::new(),
            false => text.char_indices().map(|(byte, _)| byte as u32).collect(),
        };
        Self {
            file,
            start,
            len: text.len(),
            bytes,
        }
    }

    fn byte(&self, character: usize) -> u32 {
        let byte = match self.bytes.is_empty() {
            true => character.min(self.len),
            false => self
                .bytes
                .get(character)
                .map_or(self.len, |&byte| byte as usize),
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

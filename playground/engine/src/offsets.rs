//! Offsets in bytes become offsets in UTF-16 code units, which editors in a browser count by.

use std::{cell::OnceCell, sync::Arc};

use gamma_manifest::source::{Source, Sources, Span};
use serde::Serialize;

/// Bytes between places whose offset is known: many findings in one large file must not each count from its beginning.
const BLOCK: usize = 4096;

/// A place in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct PagePosition {
    /// From one, as gammactl prints it.
    pub(crate) line: usize,
    /// In characters, from one, as gammactl prints it.
    pub(crate) column: usize,
    /// UTF-16 code units from the beginning of the file.
    pub(crate) offset: usize,
}

/// A range in a file, in UTF-16 code units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct PageRange {
    pub(crate) file: String,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// The texts of the page, in which places can be told.
#[derive(Debug)]
pub(crate) struct PlacedSources {
    sources: Arc<Sources>,
    /// By file, the units before each block; counted when a place is first asked for.
    blocks: Vec<OnceCell<Vec<usize>>>,
}

impl PlacedSources {
    pub(crate) fn new(sources: Arc<Sources>) -> Self {
        let blocks = sources.iter().map(|_| OnceCell::new()).collect();
        Self { sources, blocks }
    }

    pub(crate) fn sources(&self) -> &Sources {
        &self.sources
    }

    /// The text that `span` covers.
    pub(crate) fn text(&self, span: Span) -> &str {
        let source = self.sources.of(span);
        source.text.get(source.bytes(span)).unwrap_or_default()
    }

    pub(crate) fn range(&self, span: Span) -> PageRange {
        let source = self.sources.of(span);
        let bytes = source.bytes(span);
        PageRange {
            file: source.name.clone(),
            start: self.offset(span, bytes.start),
            end: self.offset(span, bytes.end),
        }
    }

    pub(crate) fn start(&self, span: Span) -> PagePosition {
        let (line, column) = self.sources.line_column(span);
        let byte = self.sources.of(span).bytes(span).start;
        PagePosition {
            line,
            column,
            offset: self.offset(span, byte),
        }
    }

    pub(crate) fn end(&self, span: Span) -> PagePosition {
        let (line, column) = self.sources.end_line_column(span);
        let byte = self.sources.of(span).bytes(span).end;
        PagePosition {
            line,
            column,
            offset: self.offset(span, byte),
        }
    }

    /// The units before a byte of the source that `span` is of.
    fn offset(&self, span: Span, byte: usize) -> usize {
        let source = self.sources.of(span);
        let Some(blocks) = self.blocks.get(span.file as usize) else {
            return byte;
        };
        let blocks = blocks.get_or_init(|| blocks_of(source));
        let block = byte.checked_div(BLOCK).unwrap_or_default();
        let from = block.saturating_mul(BLOCK);
        let rest = source.text.as_bytes().get(from..byte);
        let before = blocks.get(block).copied().unwrap_or_default();
        before.saturating_add(rest.map_or(0, units))
    }
}

fn blocks_of(source: &Source) -> Vec<usize> {
    let mut before = 0_usize;
    let mut blocks = Vec::new();
    for block in source.text.as_bytes().chunks(BLOCK) {
        blocks.push(before);
        before = before.saturating_add(units(block));
    }
    // The end of the text may begin a block.
    blocks.push(before);
    blocks
}

/// UTF-16 code units of the characters that begin in `bytes` of UTF-8: two for those of four bytes.
fn units(bytes: &[u8]) -> usize {
    let units = bytes.iter().map(|byte| match byte {
        0x80..0xc0 => 0_usize,
        0xf0.. => 2,
        _ => 1,
    });
    units.sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_are_those_of_javascript() {
        let text = "# ä€😀\n".repeat(2000) + "end";
        let mut sources = Sources::default();
        sources.add("a.yaml", "other");
        let file = sources.add("b.yaml", &*text);
        let placed = PlacedSources::new(Arc::new(sources));
        let (start, end) = (0, 0);
        let span = Span { file, start, end };
        for (start, _) in text.char_indices() {
            let utf16 = text[..start].encode_utf16().count();
            assert_eq!(placed.offset(span, start), utf16);
        }
        let all = text.encode_utf16().count();
        assert_eq!(placed.offset(span, text.len()), all);
    }
}

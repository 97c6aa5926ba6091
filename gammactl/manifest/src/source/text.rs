//! The texts that were read, and the positions in them that diagnostics point to.

use super::{encoding, encoding::NotText, moved::MovedParts};

/// A range in one source: of bytes, or of addresses where the source is [edited](crate::EditedFiles), which are in the
/// order of the bytes. [`Source::bytes`] leads to the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// Index into [`Sources`].
    pub file: u32,
    /// Of the first byte.
    pub start: u32,
    /// Behind the last byte.
    pub end: u32,
}

/// A value and where it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where the value stands.
    pub span: Span,
}

impl<T> std::ops::Deref for Spanned<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.value
    }
}

/// A named text.
#[derive(Debug, Clone)]
pub struct Source {
    /// Path as the user gave it (or as found below a directory they gave), `-` for standard input.
    pub name: String,
    /// The whole text.
    pub text: String,
    /// Whether this is an object of a cluster: one of the same kind and name in a file would replace it.
    pub is_live: bool,
    /// Why the text is not that of the whole file, if it is not.
    pub not_text: Option<NotText>,
    /// Where each line begins, in bytes: many findings in one large file must not each count its lines.
    lines: Vec<u32>,
    /// How many characters are before each block of [`BLOCK`] bytes: many findings in one long line must not
    /// each count its characters.
    characters: Vec<u32>,
    /// Where the bytes are that spans mean.
    moved: MovedParts,
}

/// Where the lines of a source begin.
#[derive(Debug, Clone)]
pub struct Lines {
    /// In bytes.
    starts: Vec<u32>,
    /// Where the bytes are that spans mean.
    moved: MovedParts,
}

impl Lines {
    /// One-based number of the line that `span` begins in.
    #[must_use]
    pub fn first(&self, span: Span) -> usize {
        let byte = self.moved.byte(span.start);
        self.starts.partition_point(|&start| start <= byte)
    }
}

/// Bytes.
const BLOCK: usize = 4096;

/// Characters that begin in `bytes`.
fn characters(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| (**byte as i8) >= -0x40).count()
}

impl Source {
    fn new(name: String, text: String, not_text: Option<NotText>) -> Self {
        let ends = text.match_indices('\n').map(|(end, _)| end as u32 + 1);
        Self {
            lines: std::iter::once(0).chain(ends).collect(),
            characters: std::iter::once(0)
                .chain(text.as_bytes().chunks(BLOCK).scan(0, |sum, block| {
                    *sum += characters(block) as u32;
                    Some(*sum)
                }))
                .collect(),
            name,
            text,
            is_live: false,
            not_text,
            moved: MovedParts::default(),
        }
    }

    /// Where its lines begin.
    #[must_use]
    pub fn lines(&self) -> Lines {
        Lines {
            starts: self.lines.clone(),
            moved: self.moved.clone(),
        }
    }

    /// The bytes of [`text`](Self::text) that `span` means.
    #[must_use]
    pub fn bytes(&self, span: Span) -> std::ops::Range<usize> {
        self.moved.byte(span.start) as usize..self.moved.byte(span.end) as usize
    }

    /// The span of `bytes`, of the source that is number `file`.
    #[must_use]
    pub fn span(&self, file: u32, bytes: std::ops::Range<usize>) -> Span {
        Span {
            file,
            start: self.moved.address(bytes.start as u32),
            end: self.moved.address(bytes.end as u32),
        }
    }

    /// The first line that is neither empty nor a comment: where a finding about a whole file points to.
    pub(crate) fn first_line(&self, file: u32) -> Span {
        let mut start = 0;
        for line in self.text.split_inclusive('\n') {
            let content = line.trim_start_matches('\u{feff}').trim_start();
            if !content.trim_end().is_empty()
                && !content.starts_with('#')
                && !content.starts_with("---")
            {
                start += line.len() - content.len();
                return self.span(file, start..start + content.trim_end().len());
            }
            start += line.len();
        }
        self.span(file, 0..0)
    }

    /// The first line of `span`, from where it begins: where a finding about a whole document points to.
    pub(crate) fn first_line_of(&self, span: Span) -> Span {
        let start = self.bytes(span).start;
        let rest = self.text.get(start..).unwrap_or_default();
        let line = rest.split('\n').next().unwrap_or_default().trim_end();
        self.span(span.file, start..start + line.len())
    }

    /// Zero-based number of the line that has a byte.
    fn line_at(&self, offset: u32) -> usize {
        self.lines.partition_point(|&start| start <= offset) - 1
    }

    /// One-based line and column (in characters) of the byte that has an address.
    fn line_column(&self, address: u32) -> (usize, usize) {
        let offset = self.moved.byte(address).min(self.text.len() as u32);
        let line = self.line_at(offset);
        let column = self.characters_before(offset) - self.characters_before(self.lines[line]);
        (line + 1, column + 1)
    }

    fn characters_before(&self, offset: u32) -> usize {
        let block = offset as usize / BLOCK;
        let rest = &self.text.as_bytes()[block * BLOCK..offset as usize];
        self.characters[block] as usize + characters(rest)
    }

    /// The byte range of the lines that have the bytes from `start` to `end`, and the number of the
    /// first, from one.
    pub(crate) fn lines_around(&self, start: u32, end: u32) -> (std::ops::Range<usize>, usize) {
        let last = self.text.len() as u32;
        let (first, after) = (
            self.line_at(start.min(last)),
            self.line_at(end.min(last)) + 1,
        );
        let end = self.lines.get(after).map_or(last, |&next| next);
        (self.lines[first] as usize..end as usize, first + 1)
    }
}

/// All texts that were read, in order; [`Span::file`] indexes them.
#[derive(Debug, Default)]
pub struct Sources(Vec<Source>);

impl Sources {
    /// Adds a text and returns its index.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<String>) -> u32 {
        self.push(name.into(), text.into(), None)
    }

    /// Adds the text of an object of a cluster and returns its index. Files come first: `kubectl apply` of
    /// them would replace it.
    pub fn add_live(&mut self, name: impl Into<String>, text: impl Into<String>) -> u32 {
        let file = self.push(name.into(), text.into(), None);
        self.0[file as usize].is_live = true;
        file
    }

    /// Adds the bytes of a file and returns its index.
    pub fn add_bytes(&mut self, name: impl Into<String>, bytes: Vec<u8>) -> u32 {
        let (text, not_text) = encoding::text(bytes);
        self.push(name.into(), text, not_text)
    }

    /// Puts another object of a cluster in the place of one.
    pub(crate) fn replace_live(&mut self, file: u32, name: &str, text: &str) {
        let mut source = Source::new(name.into(), text.into(), None);
        source.is_live = true;
        self.0[file as usize] = source;
    }

    /// Says which addresses the bytes of a source have.
    pub(crate) fn move_parts(&mut self, file: u32, parts: MovedParts) {
        self.0[file as usize].moved = parts;
    }

    /// The text of a source.
    pub(crate) fn text(&self, file: u32) -> &str {
        &self.0[file as usize].text
    }

    /// The name of a source.
    pub(crate) fn name(&self, file: u32) -> &str {
        &self.0[file as usize].name
    }

    fn push(&mut self, name: String, text: String, not_text: Option<NotText>) -> u32 {
        self.0.push(Source::new(name, text, not_text));
        (self.0.len() - 1) as u32
    }

    /// The same texts, whose spans are of bytes.
    #[must_use]
    pub fn unmoved(&self) -> Self {
        let unmoved = self.0.iter().map(|source| Source {
            moved: MovedParts::default(),
            ..source.clone()
        });
        Self(unmoved.collect())
    }

    /// All texts.
    pub fn iter(&self) -> impl Iterator<Item = (u32, &Source)> {
        self.0.iter().enumerate().map(|(i, s)| (i as u32, s))
    }

    /// The text that `span` points into.
    pub fn of(&self, span: Span) -> &Source {
        &self.0[span.file as usize]
    }

    /// One-based line and column (in characters) of the start of `span`.
    pub fn line_column(&self, span: Span) -> (usize, usize) {
        self.of(span).line_column(span.start)
    }

    /// One-based line and column (in characters) of the first character after `span`.
    pub fn end_line_column(&self, span: Span) -> (usize, usize) {
        self.of(span).line_column(span.end)
    }
}

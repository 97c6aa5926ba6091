//! Where manifests come from: files, directories and standard input, and positions in them.

mod load;

pub(crate) use load::walk;
pub use load::{LoadError, load};

/// A byte range in one source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// Index into [`Sources`].
    pub file: u32,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

/// A value and where it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
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
}

/// All texts that were read, in order; [`Span::file`] indexes them.
#[derive(Debug, Default)]
pub struct Sources(Vec<Source>);

impl Sources {
    /// Adds a text and returns its index.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<String>) -> u32 {
        self.0.push(Source {
            name: name.into(),
            text: text.into(),
        });
        (self.0.len() - 1) as u32
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
        let text = &self.of(span).text;
        let before = &text[..(span.start as usize).min(text.len())];
        let line_start = before.rfind('\n').map_or(0, |i| i + 1);
        (
            before.matches('\n').count() + 1,
            before[line_start..].chars().count() + 1,
        )
    }
}

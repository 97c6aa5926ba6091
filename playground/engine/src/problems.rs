//! Counts the errors and warnings of each object and of each rule.

use gamma_manifest::{
    diagnostic::Severity,
    source::{Sources, Span},
};

use crate::compiled_files::CompiledFiles;

/// The places of errors and warnings.
#[derive(Debug)]
pub(crate) struct Problems {
    /// File and address, sorted: as their bytes are.
    places: Vec<(u32, u32)>,
}

impl Problems {
    pub(crate) fn of(files: &CompiledFiles) -> Self {
        let grave = files
            .diagnostics()
            .iter()
            .filter(|diagnostic| diagnostic.code.severity < Severity::Note);
        let mut places: Vec<_> = grave
            .filter_map(|diagnostic| diagnostic.span.map(|span| (span.file, span.start)))
            .collect();
        places.sort_unstable();
        Self { places }
    }

    /// How many begin in `span`.
    pub(crate) fn within(&self, span: Span) -> usize {
        let before = |at: u32| {
            self.places
                .partition_point(|place| *place < (span.file, at))
        };
        before(span.end).saturating_sub(before(span.start))
    }
}

/// The YAML document around `span`: from one line of `---` to the next.
pub(crate) fn document(span: Span, sources: &Sources) -> Span {
    let source = sources.of(span);
    let text = &*source.text;
    let std::ops::Range { start, end } = source.bytes(span);
    let before = text.get(..start).and_then(|before| before.rfind("\n---"));
    let behind = text.get(end..).and_then(|behind| behind.find("\n---"));
    let end = behind.map_or(text.len(), |behind| end.saturating_add(behind));
    source.span(span.file, before.unwrap_or(0)..end)
}

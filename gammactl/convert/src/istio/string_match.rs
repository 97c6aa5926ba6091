//! Istio's StringMatch: `exact`, `prefix` or `regex`, and nothing of them where a value need only be there.

use gamma_manifest::{
    diagnostic::codes,
    source::{Span, Spanned},
    yaml::{Field, ObjectReader},
};
use gamma_pattern::Dfa;

use crate::{findings::Findings, source_list::SourceText};

/// What a text is compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct StringMatch {
    pub(super) kind: StringMatchKind,
    pub(super) span: Span,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum StringMatchKind {
    /// `{}`: the value is there, whatever it is.
    Present,
    Exact(String),
    /// Of the text, not of its elements.
    Prefix(String),
    /// Of the elements of a path, as the user chose to have it.
    Elements(String),
    /// Of the whole text, in RE2's syntax.
    Regex(String),
}

impl StringMatch {
    pub(super) fn read(field: &Field<'_>, findings: &mut Findings<'_>) -> Option<Self> {
        let mut object = ObjectReader::open(field, findings)?;
        let given = |text: Option<Spanned<String>>, kind: fn(String) -> StringMatchKind| {
            text.map(|text| (kind(text.value), text.span))
        };
        let kinds = [
            given(object.string("exact", findings), StringMatchKind::Exact),
            given(object.string("prefix", findings), StringMatchKind::Prefix),
            given(object.string("regex", findings), StringMatchKind::Regex),
        ];
        object.finish(findings);
        let mut kinds = kinds.into_iter().flatten();
        let (kind, span) = kinds
            .next()
            .unwrap_or((StringMatchKind::Present, field.node.span));
        if let Some((_, span)) = kinds.next() {
            let message = format!(
                "`{}` has more than one of `exact`, `prefix` and `regex`",
                field.path
            );
            findings.refuse(&codes::CONTRADICTION, span, message, "keep one of them");
        }
        // `*` alone is no regular expression; without headers it means that one is there.
        if let StringMatchKind::Regex(pattern) = &kind
            && pattern != "*"
            && let Err(error) = Dfa::of(pattern)
        {
            let hint = "write it in RE2's syntax, shorter if it is too large";
            let message = format!("`{pattern}` can't be used as a regular expression: {error}");
            findings.refuse(&codes::INVALID_VALUE, span, message, hint);
        }
        Some(Self { kind, span })
    }

    /// The texts that are meant.
    pub(super) fn text(&self) -> SourceText {
        match &self.kind {
            StringMatchKind::Present => SourceText::Any,
            StringMatchKind::Exact(value) => SourceText::Exact(value.clone()),
            StringMatchKind::Prefix(prefix) => SourceText::Prefix(prefix.clone()),
            StringMatchKind::Elements(prefix) => SourceText::Elements(prefix.clone()),
            StringMatchKind::Regex(pattern) => SourceText::Regex(pattern.clone()),
        }
    }

    /// The same in any case. A regular expression says itself what it takes for the same.
    pub(super) fn text_in_any_case(&self) -> SourceText {
        match self.text() {
            SourceText::Exact(text) => SourceText::ExactInAnyCase(text),
            SourceText::Prefix(text) => SourceText::PrefixInAnyCase(text),
            text => text,
        }
    }

    /// Whether `text` is meant.
    pub(super) fn has(&self, text: &str) -> bool {
        match &self.kind {
            StringMatchKind::Present => true,
            StringMatchKind::Exact(value) => value == text,
            StringMatchKind::Prefix(prefix) | StringMatchKind::Elements(prefix) => {
                text.starts_with(prefix)
            }
            StringMatchKind::Regex(pattern) => {
                Dfa::of(pattern).is_ok_and(|dfa| dfa.matches(text.as_bytes()))
            }
        }
    }
}

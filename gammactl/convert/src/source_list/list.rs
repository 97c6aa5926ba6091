//! A whole list: its entries, where they are written, and what becomes of their requests.

use gamma_manifest::source::Span;
use serde_json::{Map, Value};

use super::entries::SourceEntry;

/// An ordered list for one port and one kind of clients, as its source has it.
#[derive(Debug, Clone, Default)]
pub(crate) struct SourceList {
    /// The first one that holds decides.
    pub(crate) entries: Vec<SourceEntry>,
    /// By [`SourceEntry::origin`].
    pub(crate) origins: Vec<SourceOrigin>,
    /// By [`SourceEntry::effect`].
    pub(crate) effects: Vec<SourceEffect>,
}

/// Where an entry is written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SourceOrigin {
    /// The match, or the rule if that has none.
    pub(crate) span: Span,
    /// The rule.
    pub(crate) rule: Span,
}

/// What becomes of requests.
#[derive(Debug, Clone, Default)]
pub(crate) struct SourceEffect {
    /// A rule without matches that does the same, but for the path; with a backend for each destination of the source.
    /// Without anything it answers with 500.
    pub(crate) members: Map<String, Value>,
    /// The weights of its backends, as large as they are. None where they have none of their own.
    pub(crate) weights: Vec<u32>,
    /// What becomes of the path.
    pub(crate) path: Option<SourcePathChange>,
}

/// What stands in the place of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SourcePathChange {
    /// This path.
    Whole(String),
    /// In the place of the text `from` at its beginning `to`; what is behind it stays.
    Prefix { from: String, to: String },
}

impl SourceList {
    /// A list with one entry for all requests.
    pub(crate) fn one(span: Span, members: Map<String, Value>) -> Self {
        Self {
            entries: vec![SourceEntry {
                condition: super::SourceCondition::always(),
                replaces_prefix: false,
                effect: 0,
                origin: 0,
            }],
            origins: vec![SourceOrigin { span, rule: span }],
            effects: vec![SourceEffect {
                members,
                ..SourceEffect::default()
            }],
        }
    }
}

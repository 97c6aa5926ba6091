//! An ordered list of what requests are for.

use gamma_manifest::source::Span;

use crate::order::ListEntry;

/// Where an entry of the list comes from.
#[derive(Debug, Clone)]
pub(crate) struct EntryOrigin {
    /// The match, or the rule if that has none.
    pub(crate) span: Span,
    /// Of the rule, as it can be written.
    pub(crate) name: Option<String>,
}

/// What the source says of requests to one port, from one kind of clients. The first entry that holds decides.
#[derive(Debug, Default)]
pub(crate) struct RequestList {
    pub(crate) entries: Vec<ListEntry>,
    /// By [`ListEntry::origin`].
    pub(crate) origins: Vec<EntryOrigin>,
}

/// What no match of the Gateway API asks.
#[derive(Debug)]
pub(crate) struct UnspeakableMatch {
    pub(crate) span: Span,
    pub(crate) message: String,
}

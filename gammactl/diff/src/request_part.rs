//! The parts of a request that matches look at: the values that a part can have, and what a match
//! can ask of it.

use super::{service_address::ServiceAddress, text_predicate::TextPredicate};

/// A part of a request.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RequestPart {
    /// Scheme, authority and destination.
    Address,
    /// Without its query.
    Path,
    /// As it is sent.
    Method,
    /// By its name in lower case.
    Header(String),
    /// By its name.
    QueryParam(String),
}

/// What a part of a request is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum PartValue {
    Address(ServiceAddress),
    /// Path, method or value.
    Text(String),
    /// No such header or query parameter.
    Absent,
}

/// A predicate on one part.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum PartPredicate {
    Text(TextPredicate),
    /// The same, where a missing header or query parameter is the empty text.
    TextOrMissing(TextPredicate),
    Method(&'static str),
    /// In lower case, or `*.` and more.
    Hostname(String),
}

impl PartPredicate {
    pub(super) fn text(&self) -> Option<&TextPredicate> {
        match self {
            Self::Text(predicate) | Self::TextOrMissing(predicate) => Some(predicate),
            _ => None,
        }
    }
}

/// A predicate on a part, or its opposite.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct SignedPredicate {
    pub(super) part: RequestPart,
    pub(super) predicate: PartPredicate,
    pub(super) holds: bool,
}

//! The parts of a request that matches look at: the values that a part can have, and what a match
//! can ask of it.

use super::{language::TextPredicate, service_address::ServiceAddress};

/// A part of a request.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum RequestPart {
    /// Scheme, authority and destination.
    Address,
    Path,
    Method,
    /// By its name in lower case.
    Header(String),
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
    Method(&'static str),
    /// In lower case, or `*.` and more.
    Hostname(String),
}

impl PartPredicate {
    pub(super) fn text(&self) -> Option<&TextPredicate> {
        match self {
            Self::Text(predicate) => Some(predicate),
            _ => None,
        }
    }
}

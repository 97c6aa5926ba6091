//! Lists of entries, and the matches that they become.

use super::{condition::RequestCondition, path::PathSet};

/// One entry of an ordered list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListEntry {
    /// What must hold of a request.
    pub condition: RequestCondition,
    /// What must not hold besides, none of it.
    pub except: Vec<RequestCondition>,
    /// Whether a prefix that is its path is replaced: then it stays one.
    pub replaces_prefix: bool,
    /// What becomes of requests: equal numbers, equal effects.
    pub effect: usize,
    /// A number that the caller knows the entry by.
    pub origin: usize,
}

/// One match in the order of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encoding {
    /// The match.
    pub condition: RequestCondition,
    /// As in [`ListEntry::effect`]; `None` where the list has nothing for requests that an entry leaves out.
    pub effect: Option<usize>,
    /// As in [`ListEntry::origin`].
    pub origin: usize,
    /// The entry from whose place requests were sent here: its exceptions.
    pub around: Option<usize>,
    /// The path before it was written as a regular expression to rank higher.
    pub raised_from: Option<PathSet>,
}

/// What can't be said exactly.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum OrderProblem {
    /// Of requests that the entry leaves out, some can't be told apart from others that it has.
    Exception {
        /// The entry, by its `origin`.
        entry: usize,
        /// Where such requests should go: the entry with this `origin`.
        to: usize,
    },
    /// No entry takes requests that this one leaves out.
    NothingBehind {
        /// The entry, by its `origin`.
        entry: usize,
    },
    /// The later entry takes requests that the earlier one should.
    Overtaken {
        /// The earlier entry, by its `origin`.
        entry: usize,
        /// The later one, by its `origin`.
        by: usize,
    },
    /// The list grew too long: nothing is written.
    TooLong,
}

/// An ordered list as matches that are ranked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Encoded {
    /// The matches. Among those that rank equally the earlier one wins.
    pub matches: Vec<Encoding>,
    /// What can't be said.
    pub problems: Vec<OrderProblem>,
    /// Entries that never decide a request, by their `origin`.
    pub dead: Vec<usize>,
}

/// Matches that a list may become.
pub const MOST_MATCHES: usize = 4096;

//! The comparison of two route configs: for which requests a change of routes changes what becomes
//! of them.
//!
//! Two route configs are compared Service port by Service port, for the clients of each namespace
//! that has routes of its own and for all others. Only what can be told from outside counts: a rule
//! may get another name or place, as long as every request is decided as before.
//!
//! # How it is made sure that nothing is missed
//!
//! Each table is a list of matches of which the first that holds decides (`table`). A *class* of
//! requests is a pair of matches, one of each table, and contains the requests that these two
//! decide (`classes`). [`diff`] looks at every class whose two rules do not say the same:
//!
//! 1. `language` finds, for each part of a request (path, method, each header, each query
//!    parameter; `service_addresses` for the host), values that stand for all others: one for
//!    every set of predicates of both tables that can hold together. Patterns are followed as
//!    automata, so that a pattern below a prefix, or what two patterns have in common, is found.
//! 2. With these, a match is a set of requests: some values for some parts (`space`, `region`).
//!    A class is the common part of two such sets without the sets of all earlier matches, which
//!    `row_pairs` either finds a request in or proves to be empty.
//! 3. The request is decided by the filter's own router on both sides (`decide`), which tells a
//!    visitor all that becomes of it (`effects`), as it tells the filter. That is compared
//!    (`differences`), with shares as exact fractions.
//!
//! [`diff_lists`] does the same for routes and the lists that they were made of: there the first entry that holds decides, and
//! what an entry asks may be the opposite of a predicate. The values are the same; only the sets of them are complemented.
//!
//! Whatever had to be cut short is said in [`TableDiff::limits`].

#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod align;
mod classes;
mod compare;
mod cors;
mod decide;
mod deciding_requests;
mod differences;
mod effects;
mod header_changes;
mod json;
mod language;
mod match_predicates;
mod methods;
mod model;
mod ordered;
mod outcome;
mod place;
mod port_side;
mod presence;
mod region;
mod request_part;
mod row_pairs;
mod row_regions;
mod search;
mod service_address;
mod service_addresses;
mod settings;
mod space;
mod table;
mod text;
mod text_predicate;
mod texts;
mod trie;
mod witness;
mod wording;

pub use compare::{diff, diff_lists};
pub use deciding_requests::{DecidedRequest, DecidingRequests, deciding_requests};
pub use differences::Difference;
pub use gamma_compile::Share;
pub use model::{
    Clients, DecidingRule, DecisionChange, Diff, RuleOutcome, ServiceDiff, Side, TableDiff,
};
pub use ordered::{OrderedEntry, OrderedSide, SignedTest, TableName, TextReplacement};
pub use outcome::{AnsweredBy, RequestOutcome, Treatment};
pub use place::{Places, RulePlace};
pub use presence::PresenceChange;
pub use request_part::RequestPart;
pub use text_predicate::TextPredicate;

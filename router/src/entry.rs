//! An entry of a route table: one match and the rule that it selects.

use crate::predicate::Predicates;

/// Position of an entry in the table's order of precedence, counted from 0.
pub(crate) type Position = u32;

#[derive(Debug)]
pub(crate) struct Entry {
    /// Its number in the table.
    pub(crate) rule: u32,
    /// How many bytes of a request's path the match's PathPrefix covers.
    pub(crate) prefix_len: u32,
    pub(crate) predicates: Predicates,
}

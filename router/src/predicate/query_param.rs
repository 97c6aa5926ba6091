//! Query parameter matches, compiled.

use gamma_config::ValueMatch;

use super::{query, value::ValuePredicate};
use crate::{error::PatternError, value_patterns::ValuePatterns};

#[derive(Debug)]
pub(crate) struct QueryParamPredicate {
    pub(crate) name: Box<str>,
    value: ValuePredicate,
}

impl QueryParamPredicate {
    pub(crate) fn new(
        r#match: &ValueMatch,
        patterns: &ValuePatterns,
    ) -> Result<Self, PatternError> {
        Ok(Self {
            name: r#match.name.as_str().into(),
            value: ValuePredicate::new(r#match, patterns)?,
        })
    }

    /// `query` is without `?`.
    #[inline]
    pub(crate) fn holds(&self, query: &[u8]) -> bool {
        let Some(raw) = query::first_value(query, self.name.as_bytes()) else {
            return false;
        };
        match &self.value {
            ValuePredicate::Exact(expected) => query::equals(raw, expected),
            predicate => predicate.holds(&query::decode(raw)),
        }
    }
}

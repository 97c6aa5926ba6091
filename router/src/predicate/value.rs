//! The predicate on the value of a header or of a query parameter.

use std::sync::Arc;

use gamma_config::{Automaton, MatchType, ValueMatch};
use regex_lite::Regex;

use crate::{
    error::PatternError,
    regex::{self, is_match},
    value_patterns::ValuePatterns,
};

#[derive(Debug)]
pub(crate) enum ValuePredicate {
    Exact(Box<[u8]>),
    Pattern(Arc<Automaton>),
    /// Of a pattern that the config has no automaton for.
    Regex(Box<Regex>),
    /// Holds for no value.
    Never,
}

impl ValuePredicate {
    pub(crate) fn new(
        r#match: &ValueMatch,
        patterns: &ValuePatterns,
    ) -> Result<Self, PatternError> {
        let value = &*r#match.value;
        Ok(match (r#match.kind, patterns.get(value)) {
            (MatchType::Exact, _) => Self::Exact(value.as_bytes().into()),
            (MatchType::RegularExpression, Some(automaton)) => Self::Pattern(Arc::clone(automaton)),
            (MatchType::RegularExpression, None) => Self::Regex(Box::new(regex::compile(value)?)),
        })
    }

    #[inline]
    pub(crate) fn holds(&self, value: &[u8]) -> bool {
        match self {
            Self::Exact(expected) => **expected == *value,
            Self::Pattern(automaton) => !automaton.matches(value).is_empty(),
            Self::Regex(regex) => is_match(regex, value),
            Self::Never => false,
        }
    }
}

//! The predicate on the value of a header or of a query parameter.

use gamma_config::{MatchType, ValueMatch};
use regex_lite::Regex;

use crate::{
    error::PatternError,
    regex::{self, is_match},
};

#[derive(Debug)]
pub(crate) enum ValuePredicate {
    Exact(Box<[u8]>),
    Regex(Box<Regex>),
    /// Holds for no value.
    Never,
}

impl ValuePredicate {
    pub(crate) fn new(r#match: &ValueMatch) -> Result<Self, PatternError> {
        Ok(match r#match.kind {
            MatchType::Exact => Self::Exact(r#match.value.as_bytes().into()),
            MatchType::RegularExpression => Self::Regex(Box::new(regex::compile(&r#match.value)?)),
        })
    }

    pub(crate) fn holds(&self, value: &[u8]) -> bool {
        match self {
            Self::Exact(expected) => **expected == *value,
            Self::Regex(regex) => is_match(regex, value),
            Self::Never => false,
        }
    }
}

//! Lists whose first entry that holds decides, whatever a match of it would rank as: the side before, where routes are compared
//! with what they were made of.

use std::collections::HashMap;

use gamma_config::Config;
use gamma_router::Request;
use percent_encoding::percent_decode_str;

use super::{
    place::RulePlace,
    request_part::RequestPart,
    text_predicate::{TextPredicate, holds},
};

/// The side before, if some of its tables are lists.
#[derive(Debug, Clone, Copy)]
pub struct OrderedSide<'a> {
    /// Its Services. The rules of a table that is a list are what the list's entries do, by number; they have no matches.
    pub config: &'a Config,
    /// The lists; all other tables are ranked.
    pub lists: &'a HashMap<TableName, Vec<OrderedEntry>>,
}

/// What names a table of a config.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TableName {
    /// Of the Service.
    pub namespace: String,
    /// Of the Service.
    pub name: String,
    /// Of the Service.
    pub port: u16,
    /// The namespace that has routes of its own, or all others.
    pub consumer: Option<String>,
}

/// An entry of a list.
#[derive(Debug, Clone)]
pub struct OrderedEntry {
    /// What must hold or must not, all of it.
    pub tests: Vec<SignedTest>,
    /// What becomes of its requests, but for their path: the number of a rule of the table.
    pub rule: usize,
    /// What becomes of their path.
    pub path: Option<TextReplacement>,
    /// Its name for people.
    pub name: String,
    /// Where it is written.
    pub place: Option<RulePlace>,
}

/// A test of one part of a request, or its opposite.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SignedTest {
    /// What is looked at.
    pub part: RequestPart,
    /// What it should be, or should not be. Of [`RequestPart::Address`] the authority is asked.
    pub predicate: TextPredicate,
    /// Whether a header or a query parameter that is missing is the empty text.
    pub missing_is_empty: bool,
    /// Whether it should.
    pub holds: bool,
}

/// What stands in the place of a path, without its query.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum TextReplacement {
    /// This, in the place of all of it.
    Whole(String),
    /// This, in the place of so many bytes at its beginning.
    Beginning(usize, String),
}

impl TextReplacement {
    /// The new path for `path`, both with their query.
    pub(super) fn of(&self, path: &str) -> String {
        let end = path.find('?').unwrap_or(path.len());
        let (path, query) = path.split_at(end);
        match self {
            Self::Whole(new) => format!("{new}{query}"),
            Self::Beginning(length, new) => {
                let rest = path.get(*length..).unwrap_or_default();
                format!("{new}{rest}{query}")
            }
        }
    }
}

impl OrderedEntry {
    /// Whether the entry takes a request.
    pub(super) fn takes(&self, request: &Request<'_, [(&str, &[u8])]>) -> bool {
        self.tests.iter().all(|test| test.is_met(request))
    }
}

impl SignedTest {
    fn is_met(&self, request: &Request<'_, [(&str, &[u8])]>) -> bool {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let target = text(request.path);
        let (path, query) = target.split_once('?').unwrap_or((&target, ""));
        let value = match &self.part {
            RequestPart::Address => Some(text(request.authority)),
            RequestPart::Path => Some(path.to_owned()),
            RequestPart::Method => Some(text(request.method)),
            RequestPart::Header(name) => {
                let mut headers = request.headers.iter();
                let found = headers.find(|(other, _)| other == name);
                found.map(|(_, value)| text(value))
            }
            RequestPart::QueryParam(name) => {
                let decoded =
                    |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
                let params = query.split('&').filter(|param| !param.is_empty());
                let mut params = params.map(|param| param.split_once('=').unwrap_or((param, "")));
                let found = params.find(|(other, _)| decoded(other) == *name);
                found.map(|(_, value)| decoded(value))
            }
        };
        let value = value.or_else(|| self.missing_is_empty.then(String::new));
        value.is_some_and(|value| holds(&self.predicate, &value)) == self.holds
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_beginning_of_a_path_is_replaced_as_a_text() {
        let table = [
            (TextReplacement::Whole("/new".into()), "/a?x=1", "/new?x=1"),
            (TextReplacement::Beginning(2, "/b".into()), "/a/c", "/b/c"),
            (TextReplacement::Beginning(2, "/b".into()), "/ac?x", "/bc?x"),
            (TextReplacement::Beginning(1, "/b".into()), "/a", "/ba"),
        ];
        for (replacement, path, new) in table {
            assert_eq!(replacement.of(path), new, "{replacement:?}");
        }
    }
}

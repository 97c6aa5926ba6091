//! One route table: the first match, in the order of the config, that holds.

use std::borrow::Cow;

use gamma_config::{Match, PathMatchType, RouteTable};
use regex_lite::Regex;

use crate::{
    Headers, Request, RuleId,
    build::BuildError,
    path::{PathIndex, PathIndexBuilder, Position, first_below, trim},
    predicate::Predicates,
    regex,
};

#[derive(Debug)]
pub(crate) struct Table {
    /// All matches, in order of precedence.
    entries: Box<[Entry]>,
    /// Exact and PathPrefix matches, by path.
    paths: PathIndex,
    /// Matches that do not look at the path.
    anywhere: Box<[Position]>,
    /// RegularExpression matches.
    regexes: Box<[(Position, Regex)]>,
}

/// A match and the rule that it selects.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) rule: RuleId,
    /// How many bytes of a request's path the match's PathPrefix covers.
    pub(crate) prefix_len: u32,
    predicates: Predicates,
}

impl Table {
    /// `first_rule` is the id of the table's first rule.
    pub(crate) fn new(table: &RouteTable, first_rule: u32) -> Result<Self, BuildError> {
        let everything = Match::default();
        let mut entries = Vec::new();
        let mut paths = PathIndexBuilder::default();
        let mut anywhere = Vec::new();
        let mut regexes = Vec::new();

        for ((r, m), position) in order(table).zip(0_u32..) {
            let rule = table.rules.get(r as usize);
            // "If no matches are specified, the default is … every HTTP request." A match that
            // does not exist was refused by validation.
            let r#match = rule
                .and_then(|rule| rule.matches.get(m as usize))
                .unwrap_or(&everything);
            let bad_regex = |message| BuildError::Regex {
                rule: rule
                    .map(|rule| format!("{}/{}", rule.route, rule.name))
                    .unwrap_or_default(),
                message,
            };
            let mut prefix_len = 0;
            match &r#match.path {
                None => anywhere.push(position),
                Some(path) => match path.kind {
                    PathMatchType::Exact => paths.exact(&path.value, position),
                    PathMatchType::PathPrefix => {
                        prefix_len = u32::try_from(trim(&path.value).len()).unwrap_or(u32::MAX);
                        paths.prefix(&path.value, position);
                    }
                    PathMatchType::RegularExpression => {
                        let regex = regex::compile(&path.value).map_err(bad_regex)?;
                        regexes.push((position, regex));
                    }
                },
            }
            entries.push(Entry {
                rule: RuleId(first_rule.saturating_add(r)),
                prefix_len,
                predicates: Predicates::new(r#match).map_err(bad_regex)?,
            });
        }
        Ok(Self {
            entries: entries.into(),
            paths: paths.build()?,
            anywhere: anywhere.into(),
            regexes: regexes.into(),
        })
    }

    /// The winner, or `None` if no match holds.
    pub(crate) fn find<H: Headers + ?Sized>(&self, request: &Request<'_, H>) -> Option<&Entry> {
        let mut holds = |position: Position| {
            self.entries
                .get(position as usize)
                .is_some_and(|entry| entry.predicates.hold(request))
        };
        // Configured paths are ASCII, so a byte that is not UTF-8 can only stand below a prefix,
        // where any character will do. Valid paths, which is all that Envoy lets through, are
        // borrowed.
        let path: Cow<'_, str> = String::from_utf8_lossy(request.path_only());

        let mut best = self.paths.first(&path, Position::MAX, &mut holds);
        let limit = best.unwrap_or(Position::MAX);
        best = first_below(&self.anywhere, limit, &mut holds).or(best);
        let limit = best.unwrap_or(Position::MAX);
        let by_regex = self
            .regexes
            .iter()
            .take_while(|&&(position, _)| position < limit)
            .find(|(position, regex)| holds(*position) && regex.is_match(&path));
        let position = by_regex.map(|&(position, _)| position).or(best)?;
        self.entries.get(position as usize)
    }
}

/// `(rule, match)` pairs in order of precedence: as listed, or as written.
pub(crate) fn order(table: &RouteTable) -> Box<dyn Iterator<Item = (u32, u32)> + '_> {
    if !table.match_order.is_empty() {
        return Box::new(table.match_order.iter().copied());
    }
    Box::new((0_u32..).zip(&table.rules).flat_map(|(r, rule)| {
        (0_u32..)
            .take(rule.matches.len().max(1))
            .map(move |m| (r, m))
    }))
}

#[cfg(feature = "trace")]
impl Table {
    /// Every match, in order of precedence.
    pub(crate) fn trace<H: Headers + ?Sized>(
        &self,
        request: &Request<'_, H>,
    ) -> Vec<crate::trace::Candidate<'_>> {
        let path = String::from_utf8_lossy(request.path_only());
        let mut on_path: Vec<Position> = self.anywhere.to_vec();
        // What never holds leads the search past everything that stands on the path.
        self.paths.first(&path, Position::MAX, |position| {
            on_path.push(position);
            false
        });
        let regexes = self.regexes.iter();
        on_path.extend(
            regexes
                .filter(|(_, regex)| regex.is_match(&path))
                .map(|(position, _)| position),
        );
        on_path.sort_unstable();
        (0..)
            .zip(&self.entries)
            .map(|(position, entry)| crate::trace::Candidate {
                rule: entry.rule,
                failed: match on_path.binary_search(&position) {
                    Ok(_) => entry.predicates.first_failed(request),
                    Err(_) => Some(crate::trace::Failed::Path),
                },
            })
            .collect()
    }

    /// Where in the order of precedence one of this table's entries stands.
    pub(crate) fn position(&self, entry: &Entry) -> Option<usize> {
        self.entries
            .iter()
            .position(|other| std::ptr::eq(other, entry))
    }
}

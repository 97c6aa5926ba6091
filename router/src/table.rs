//! One route table: the first match, in the order of the config, that holds.

use std::mem::take;

#[cfg(feature = "trace")]
use gamma_config::RouteTable;
use gamma_config::{Match, PathMatch, PathMatchType, Rule};
use regex_lite::Regex;

use crate::{
    Headers, Request, RuleId,
    build::BuildError,
    candidates::Candidates,
    path::{PathIndex, PathIndexBuilder, Position, trim},
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
    anywhere: Candidates,
    /// RegularExpression matches.
    regexes: Box<[(Position, Regex)]>,
}

/// A match and the rule that it selects.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) rule: RuleId,
    /// How many bytes of a request's path the match's PathPrefix covers.
    pub(crate) prefix_len: u32,
    pub(crate) predicates: Predicates,
}

/// Collects the matches of one rule after the other.
#[derive(Debug, Default)]
pub(crate) struct TableBuilder {
    /// As they were written.
    entries: Vec<Entry>,
    /// What each asks of the path.
    places: Vec<Place>,
    /// How many matches each rule has.
    counts: Vec<u32>,
    paths: PathIndexBuilder,
}

/// What a match asks of the path.
#[derive(Debug, Default)]
enum Place {
    #[default]
    Anywhere,
    Exact(u32),
    Prefix(u32),
    Regex(Box<Regex>),
}

impl TableBuilder {
    /// Adds the next rule.
    pub(crate) fn add(&mut self, rule: &Rule, id: RuleId) -> Result<(), BuildError> {
        // "If no matches are specified, the default is … every HTTP request."
        let everything = [Match::default()];
        let matches = match rule.matches.as_slice() {
            [] => &everything,
            matches => matches,
        };
        let refused = |message| BuildError::Regex {
            rule: format!("{}/{}", rule.route, rule.name),
            message,
        };
        for r#match in matches {
            let predicates = Predicates::new(r#match).map_err(refused)?;
            let (place, prefix_len) = match &r#match.path {
                None => (Place::Anywhere, 0),
                Some(PathMatch { kind, value }) => match kind {
                    PathMatchType::Exact => (Place::Exact(self.paths.exact(value)?), 0),
                    PathMatchType::PathPrefix => {
                        let prefix_len = u32::try_from(trim(value).len()).unwrap_or(u32::MAX);
                        (Place::Prefix(self.paths.prefix(value)?), prefix_len)
                    }
                    PathMatchType::RegularExpression => {
                        let regex = regex::compile(value).map_err(refused)?;
                        (Place::Regex(Box::new(regex)), 0)
                    }
                },
            };
            self.places.push(place);
            self.entries.push(Entry {
                rule: id,
                prefix_len,
                predicates,
            });
        }
        self.counts
            .push(u32::try_from(matches.len()).unwrap_or(u32::MAX));
        Ok(())
    }

    /// `match_order` is that of the [`RouteTable`].
    pub(crate) fn build(mut self, match_order: &[(u32, u32)]) -> Table {
        self.reorder(match_order);
        let mut anywhere = Vec::new();
        let mut regexes = Vec::new();
        let (exact, prefixes) = self.paths.len();
        let mut exact = Groups::new(exact, &self.places, |place| match place {
            Place::Exact(id) => Some(*id),
            _ => None,
        });
        let mut prefixes = Groups::new(prefixes, &self.places, |place| match place {
            Place::Prefix(id) => Some(*id),
            _ => None,
        });
        for (position, place) in (0_u32..).zip(take(&mut self.places)) {
            match place {
                Place::Anywhere => anywhere.push(position),
                Place::Exact(id) => exact.push(id, position),
                Place::Prefix(id) => prefixes.push(id, position),
                Place::Regex(regex) => regexes.push((position, *regex)),
            }
        }
        let entries: Box<[Entry]> = self.entries.into();
        let candidates = |positions: &[Position]| Candidates::new(positions, &entries);
        Table {
            paths: self.paths.build(
                exact.iter().map(candidates),
                prefixes.iter().map(candidates),
            ),
            anywhere: candidates(&anywhere),
            regexes: regexes.into(),
            entries,
        }
    }

    /// Puts matches into their order of precedence. One that does not exist was refused by
    /// validation.
    fn reorder(&mut self, match_order: &[(u32, u32)]) {
        if match_order.is_empty() {
            return;
        }
        let mut firsts = Vec::with_capacity(self.counts.len());
        let mut sum = 0_u32;
        for count in &self.counts {
            firsts.push(sum);
            sum = sum.saturating_add(*count);
        }
        let mut written: Vec<Option<(Entry, Place)>> = take(&mut self.entries)
            .into_iter()
            .zip(take(&mut self.places))
            .map(Some)
            .collect();
        for (rule, r#match) in match_order {
            let at = firsts
                .get(*rule as usize)
                .map(|first| first.saturating_add(*r#match));
            let taken = at.and_then(|at| written.get_mut(at as usize)?.take());
            if let Some((entry, place)) = taken {
                self.entries.push(entry);
                self.places.push(place);
            }
        }
    }
}

/// Positions by the id of their path, in one piece of memory.
struct Groups {
    positions: Vec<Position>,
    /// Where each group ends as far as it is filled.
    ends: Vec<u32>,
}

impl Groups {
    fn new(ids: usize, places: &[Place], id: impl Fn(&Place) -> Option<u32>) -> Self {
        let mut ends = vec![0_u32; ids];
        let mut count = 0_usize;
        for id in places.iter().filter_map(id) {
            if let Some(size) = ends.get_mut(id as usize) {
                *size = size.saturating_add(1);
                count = count.saturating_add(1);
            }
        }
        let mut start = 0_u32;
        for end in &mut ends {
            let size = std::mem::replace(end, start);
            start = start.saturating_add(size);
        }
        Self {
            positions: vec![0; count],
            ends,
        }
    }

    fn push(&mut self, id: u32, position: Position) {
        if let Some(end) = self.ends.get_mut(id as usize)
            && let Some(free) = self.positions.get_mut(*end as usize)
        {
            *free = position;
            *end = end.saturating_add(1);
        }
    }

    fn iter(&self) -> impl Iterator<Item = &[Position]> {
        let starts = std::iter::once(&0).chain(&self.ends);
        let ranges = starts.zip(&self.ends);
        ranges.map(|(start, end)| {
            let range = *start as usize..*end as usize;
            self.positions.get(range).unwrap_or_default()
        })
    }
}

impl Table {
    /// The winner, or `None` if no match holds.
    pub(crate) fn find<H: Headers + ?Sized>(&self, request: &Request<'_, H>) -> Option<&Entry> {
        let find = |candidates: &Candidates, limit: Position| {
            candidates.first(limit, &self.entries, request)
        };
        let mut best = self.paths.first(request.path, Position::MAX, find);
        best = find(&self.anywhere, best.unwrap_or(Position::MAX)).or(best);
        if !self.regexes.is_empty() {
            best = self
                .by_regex(best.unwrap_or(Position::MAX), request)
                .or(best);
        }
        self.entries.get(best? as usize)
    }

    fn by_regex<H: Headers + ?Sized>(
        &self,
        limit: Position,
        request: &Request<'_, H>,
    ) -> Option<Position> {
        let holds = |position: Position| {
            let entry = self.entries.get(position as usize);
            entry.is_some_and(|entry| entry.predicates.hold(request))
        };
        // Bytes that are not UTF-8 count as any character. Valid paths are borrowed.
        let path = String::from_utf8_lossy(request.path_only());
        self.regexes
            .iter()
            .take_while(|&&(position, _)| position < limit)
            .find(|(position, regex)| holds(*position) && regex.is_match(&path))
            .map(|&(position, _)| position)
    }
}

/// `(rule, match)` pairs in order of precedence: as listed, or as written.
#[cfg(feature = "trace")]
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
        let mut on_path: Vec<Position> = Vec::new();
        self.anywhere.each(&mut |position| on_path.push(position));
        // What never holds leads the search past everything that stands on the path.
        self.paths
            .first(request.path, Position::MAX, |candidates, _| {
                candidates.each(&mut |position| on_path.push(position));
                None
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

//! The route table of a Service port: finds the first match, in the order of the config, that holds.

use std::mem::take;

use gamma_config::{Match, PathMatch, PathMatchType, PathPrefix, Patterns, Rule};
use regex_lite::Regex;

use crate::{
    candidates::Candidates,
    entry::{Entry, Position},
    error::{BuildError, RefusedPattern},
    path::{PathTree, PathTreeBuilder},
    patterns::PatternsBuilder,
    predicate::Predicates,
    regex,
    request::{Headers, Request},
};

#[derive(Debug)]
pub(crate) struct MatchTable {
    /// All matches, in order of precedence.
    entries: Box<[Entry]>,
    /// Exact and PathPrefix matches by path, and RegularExpression matches by the elements that a path must begin with.
    paths: PathTree,
    /// Matches that do not look at the path, and RegularExpression matches of all kinds of paths, if there are any.
    anywhere: Option<Candidates>,
    /// RegularExpression matches that the config has no automaton for.
    regexes: Box<[(Position, Regex)]>,
}

/// Collects the matches of one rule after the other.
#[derive(Debug, Default)]
pub(crate) struct MatchTableBuilder {
    /// The matches in the order in which they were written.
    entries: Vec<Entry>,
    /// What each asks of the path.
    on_path: Vec<PathPredicate>,
    /// How many matches each rule has.
    counts: Vec<u32>,
    paths: PathTreeBuilder,
    patterns: PatternsBuilder,
}

/// What a match asks of the path.
#[derive(Debug, Default)]
enum PathPredicate {
    #[default]
    Anywhere,
    Exact(u32),
    Prefix(u32),
    Pattern(u32),
    Regex(Box<Regex>),
}

impl MatchTableBuilder {
    /// Takes the patterns that the matches may name.
    pub(crate) fn patterns(&mut self, patterns: &Patterns) -> Result<(), BuildError> {
        self.patterns = PatternsBuilder::new(patterns, &mut self.paths)?;
        Ok(())
    }

    /// Adds the next rule, which has this number.
    pub(crate) fn add(&mut self, rule: &Rule, number: u32) -> Result<(), BuildError> {
        // "If no matches are specified, the default is … every HTTP request."
        let everything = [Match::default()];
        let matches = match rule.matches.as_slice() {
            [] => &everything,
            matches => matches,
        };
        for (m, r#match) in matches.iter().enumerate() {
            let refused = |RefusedPattern { place, error }| BuildError::Regex {
                place: format!("rules[{number}].matches[{m}].{place}"),
                rule: format!("{}/{}", rule.route, rule.name),
                error,
            };
            let predicates = Predicates::new(r#match, &self.patterns.values).map_err(refused)?;
            let (on_path, prefix_len) = match &r#match.path {
                None => (PathPredicate::Anywhere, 0),
                Some(PathMatch { kind, value }) => match kind {
                    PathMatchType::Exact => (PathPredicate::Exact(self.paths.exact(value)?), 0),
                    PathMatchType::PathPrefix => {
                        let prefix_len = u32::try_from(PathPrefix::new(value).as_str().len())
                            .unwrap_or(u32::MAX);
                        (PathPredicate::Prefix(self.paths.prefix(value)?), prefix_len)
                    }
                    PathMatchType::RegularExpression => match self.patterns.path(value) {
                        Some(id) => (PathPredicate::Pattern(id), 0),
                        None => {
                            let place = "path.value".into();
                            let regex = regex::compile(value);
                            let regex =
                                regex.map_err(|error| refused(RefusedPattern { place, error }))?;
                            (PathPredicate::Regex(Box::new(regex)), 0)
                        }
                    },
                },
            };
            self.on_path.push(on_path);
            self.entries.push(Entry {
                rule: number,
                prefix_len,
                predicates,
            });
        }
        self.counts
            .push(u32::try_from(matches.len()).unwrap_or(u32::MAX));
        Ok(())
    }

    /// `match_order` is that of the [`RouteTable`].
    pub(crate) fn build(mut self, match_order: &[(u32, u32)]) -> MatchTable {
        self.reorder(match_order);
        let mut anywhere = Vec::new();
        let mut regexes = Vec::new();
        let (exact, prefixes) = self.paths.len();
        let mut exact = PositionsByPath::new(exact, &self.on_path, |on_path| match on_path {
            PathPredicate::Exact(id) => Some(*id),
            _ => None,
        });
        let mut prefixes = PositionsByPath::new(prefixes, &self.on_path, |on_path| match on_path {
            PathPredicate::Prefix(id) => Some(*id),
            _ => None,
        });
        let mut patterns =
            PositionsByPath::new(
                self.patterns.len(),
                &self.on_path,
                |on_path| match on_path {
                    PathPredicate::Pattern(id) => Some(*id),
                    _ => None,
                },
            );
        for (position, on_path) in (0_u32..).zip(take(&mut self.on_path)) {
            match on_path {
                PathPredicate::Anywhere => anywhere.push(position),
                PathPredicate::Exact(id) => exact.push(id, position),
                PathPredicate::Prefix(id) => prefixes.push(id, position),
                PathPredicate::Pattern(id) => patterns.push(id, position),
                PathPredicate::Regex(regex) => regexes.push((position, *regex)),
            }
        }
        let entries: Box<[Entry]> = self.entries.into();
        let candidates = |positions: &[Position]| Candidates::new(positions, &entries);
        let mut groups = self.patterns.build(patterns.iter().map(candidates));
        let anywhere = groups.beside(None, candidates(&anywhere));
        let prefixes = (0..).zip(prefixes.iter().map(candidates));
        let prefixes = prefixes.map(|(prefix, plain)| groups.beside(Some(prefix), plain));
        MatchTable {
            paths: self.paths.build(exact.iter().map(candidates), prefixes),
            anywhere: (anywhere.lowest() < Position::MAX).then_some(anywhere),
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
        let mut written: Vec<Option<(Entry, PathPredicate)>> = take(&mut self.entries)
            .into_iter()
            .zip(take(&mut self.on_path))
            .map(Some)
            .collect();
        for (rule, r#match) in match_order {
            let at = firsts
                .get(*rule as usize)
                .map(|first| first.saturating_add(*r#match));
            let taken = at.and_then(|at| written.get_mut(at as usize)?.take());
            if let Some((entry, on_path)) = taken {
                self.entries.push(entry);
                self.on_path.push(on_path);
            }
        }
    }
}

/// Positions by the id of their path, in one piece of memory.
struct PositionsByPath {
    positions: Vec<Position>,
    /// Where the positions of each path end. While positions are added, where the next one goes.
    ends: Vec<u32>,
}

impl PositionsByPath {
    fn new(
        ids: usize,
        on_path: &[PathPredicate],
        id: impl Fn(&PathPredicate) -> Option<u32>,
    ) -> Self {
        let mut ends = vec![0_u32; ids];
        let mut count = 0_usize;
        for id in on_path.iter().filter_map(id) {
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

impl MatchTable {
    /// The position of the match that wins, or `None` if no match holds.
    pub(crate) fn find<H: Headers + ?Sized>(&self, request: &Request<'_, H>) -> Option<Position> {
        let find = |candidates: &Candidates, limit: Position| {
            candidates.first(limit, &self.entries, request)
        };
        let mut best = self.paths.first(request.path, Position::MAX, find);
        if let Some(anywhere) = &self.anywhere {
            best = find(anywhere, best.unwrap_or(Position::MAX)).or(best);
        }
        if !self.regexes.is_empty() {
            best = self
                .by_regex(best.unwrap_or(Position::MAX), request)
                .or(best);
        }
        best
    }

    /// The entry at a position that [`find`](Self::find) found.
    #[inline]
    pub(crate) fn entry(&self, position: Position) -> Option<&Entry> {
        self.entries.get(position as usize)
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

#[cfg(feature = "trace")]
impl MatchTable {
    /// Every match, in order of precedence.
    /// `table` is its number.
    pub(crate) fn trace<H: Headers + ?Sized>(
        &self,
        table: u32,
        request: &Request<'_, H>,
    ) -> Vec<crate::trace::Candidate<'_>> {
        let path = String::from_utf8_lossy(request.path_only());
        let mut on_path: Vec<Position> = Vec::new();
        if let Some(anywhere) = &self.anywhere {
            anywhere.each(request.path_only(), &mut |position| on_path.push(position));
        }
        // No candidates are said to hold, so that the search goes on through all of them.
        self.paths
            .first(request.path, Position::MAX, |candidates, _| {
                candidates.each(request.path_only(), &mut |position| on_path.push(position));
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
                rule: crate::id::RuleId {
                    table,
                    rule: entry.rule,
                },
                failed: match on_path.binary_search(&position) {
                    Ok(_) => entry.predicates.first_failed(request),
                    Err(_) => Some(crate::trace::Failed::Path),
                },
            })
            .collect()
    }
}

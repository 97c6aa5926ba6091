//! The matches of a route table that have the same path, in order of precedence.
//!
//! A few matches are tried one after the other. Many matches on one path (one for each tenant, told
//! apart by a header) are grouped by the value that they ask of a header, and only the group of the
//! request's value is tried.

use std::sync::Arc;

use gamma_config::Automaton;

use crate::{
    entry::{Entry, Position},
    interner::Interner,
    predicate::header::header,
    request::{Headers, Request},
};

/// Up to this many matches are tried one after the other, without groups.
const FEW: usize = 8;
/// The most headers by which matches are grouped, one header within the groups of another, and the most
/// headers that are compared to find the one that makes the most groups. The limit keeps the time to build
/// linear where each match asks for a header of its own.
const HEADERS: usize = 8;

/// Positions in ascending order.
#[derive(Debug)]
pub(crate) enum Candidates {
    One(Position),
    Few(Box<[Position]>),
    ByHeader(Box<ByHeader>),
    WithPatterns(Box<WithPatterns>),
}

impl Default for Candidates {
    /// None.
    fn default() -> Self {
        Self::Few(Box::default())
    }
}

/// Matches on a path or on a prefix, and beside them those whose patterns have to match what follows it.
#[derive(Debug)]
pub(crate) struct WithPatterns {
    plain: Candidates,
    groups: Box<[PatternGroup]>,
    lowest: Position,
}

/// Matches whose patterns one automaton reads.
#[derive(Debug)]
pub(crate) struct PatternGroup {
    /// Length of the prefix, which the automaton does not read.
    skipped: usize,
    automaton: Arc<Automaton>,
    /// By the automaton's number of the pattern.
    patterns: Box<[Candidates]>,
    lowest: Position,
}

impl PatternGroup {
    /// Of patterns behind a prefix of so many bytes, in the automaton's order.
    pub(crate) fn new(
        skipped: usize,
        automaton: Arc<Automaton>,
        patterns: Box<[Candidates]>,
    ) -> Self {
        let lowest = patterns.iter().map(Candidates::lowest).min();
        Self {
            skipped,
            automaton,
            patterns,
            lowest: lowest.unwrap_or(Position::MAX),
        }
    }

    /// The matches of the patterns that match a path (without its query).
    #[inline]
    fn on<'g>(&'g self, path: &[u8]) -> impl Iterator<Item = &'g Candidates> {
        let rest = path.get(self.skipped..);
        let numbers = rest.map_or(&[][..], |rest| self.automaton.matches(rest));
        let patterns = numbers.iter();
        patterns.filter_map(|&number| self.patterns.get(number as usize))
    }
}

#[derive(Debug)]
pub(crate) struct ByHeader {
    /// In lower case.
    name: Box<str>,
    /// Matches that hold for one value only.
    values: Interner<Candidates>,
    /// Matches that ask for no exact value of this header.
    others: Candidates,
    lowest: Position,
}

impl Candidates {
    /// `positions` ascend.
    pub(crate) fn new(positions: &[Position], entries: &[Entry]) -> Self {
        Self::within(HEADERS, positions, entries)
    }

    fn within(headers: usize, positions: &[Position], entries: &[Entry]) -> Self {
        match *positions {
            [position] => Self::One(position),
            _ if positions.len() <= FEW || headers == 0 => Self::Few(positions.into()),
            _ => match ByValue::most(positions, entries) {
                Some(groups) => groups.compile(headers.saturating_sub(1), positions, entries),
                None => Self::Few(positions.into()),
            },
        }
    }

    /// The lowest position.
    pub(crate) fn lowest(&self) -> Position {
        match self {
            Self::One(position) => *position,
            Self::Few(positions) => positions.first().copied().unwrap_or(Position::MAX),
            Self::ByHeader(by_header) => by_header.lowest,
            Self::WithPatterns(with_patterns) => with_patterns.lowest,
        }
    }

    /// These, and beside them those of the groups.
    pub(crate) fn with_patterns(self, groups: Vec<PatternGroup>) -> Self {
        if groups.is_empty() {
            return self;
        }
        let lowest = groups.iter().map(|group| group.lowest).min();
        let lowest = lowest.unwrap_or(Position::MAX);
        Self::WithPatterns(Box::new(WithPatterns {
            lowest: lowest.min(self.lowest()),
            plain: self,
            groups: groups.into(),
        }))
    }

    /// The lowest position below `limit` whose match holds.
    pub(crate) fn first<H: Headers + ?Sized>(
        &self,
        limit: Position,
        entries: &[Entry],
        request: &Request<'_, H>,
    ) -> Option<Position> {
        let holds = |position: Position| {
            let entry = entries.get(position as usize);
            entry.is_some_and(|entry| entry.predicates.hold(request))
        };
        match self {
            Self::One(position) => (*position < limit && holds(*position)).then_some(*position),
            Self::Few(positions) => positions
                .iter()
                .copied()
                .take_while(|&position| position < limit)
                .find(|&position| holds(position)),
            Self::ByHeader(by_header) => {
                let ByHeader {
                    name,
                    values,
                    others,
                    ..
                } = &**by_header;
                let of_value = header(request, name)
                    .and_then(|value| values.get(&value))
                    .and_then(|candidates| candidates.first(limit, entries, request));
                let limit = of_value.unwrap_or(limit);
                others.first(limit, entries, request).or(of_value)
            }
            Self::WithPatterns(with_patterns) => with_patterns.first(limit, entries, request),
        }
    }

    /// Calls `visit` with each position, but for those whose pattern does not match `path` (without its query).
    #[cfg(any(test, feature = "trace"))]
    pub(crate) fn each(&self, path: &[u8], visit: &mut dyn FnMut(Position)) {
        match self {
            Self::One(position) => visit(*position),
            Self::Few(positions) => positions.iter().copied().for_each(visit),
            Self::ByHeader(by_header) => {
                by_header
                    .values
                    .values()
                    .for_each(|value| value.each(path, visit));
                by_header.others.each(path, visit);
            }
            Self::WithPatterns(with_patterns) => {
                with_patterns.plain.each(path, visit);
                let patterns = with_patterns.groups.iter().flat_map(|group| group.on(path));
                patterns.for_each(|candidates| candidates.each(path, visit));
            }
        }
    }
}

impl WithPatterns {
    // Tables without patterns shall not pay for it.
    #[inline(never)]
    fn first<H: Headers + ?Sized>(
        &self,
        limit: Position,
        entries: &[Entry],
        request: &Request<'_, H>,
    ) -> Option<Position> {
        let mut best = self.plain.first(limit, entries, request);
        let path = request.path_only();
        for group in &self.groups {
            if group.lowest >= best.unwrap_or(limit) {
                continue;
            }
            for candidates in group.on(path) {
                let limit = best.unwrap_or(limit);
                best = candidates.first(limit, entries, request).or(best);
            }
        }
        best
    }
}

/// Matches by the value that they ask of one header.
struct ByValue<'e> {
    name: &'e str,
    values: Interner<Vec<Position>>,
    others: Vec<Position>,
}

impl<'e> ByValue<'e> {
    /// By the header that makes the most groups; `None` if none makes two.
    fn most(positions: &[Position], entries: &'e [Entry]) -> Option<Self> {
        let mut names: Vec<&str> = Vec::new();
        let asked = positions.iter().filter_map(|&p| entries.get(p as usize));
        for (name, _) in asked.flat_map(|entry| entry.predicates.exact_headers()) {
            if names.len() < HEADERS && !names.contains(&name) {
                names.push(name);
            }
        }
        let groups = names.iter().map(|name| Self::by(name, positions, entries));
        groups
            .max_by_key(|groups| groups.values.len())
            .filter(|groups| groups.values.len() > 1)
    }

    fn by(name: &'e str, positions: &[Position], entries: &'e [Entry]) -> Self {
        let (mut values, mut others) = (Interner::default(), Vec::new());
        for &position in positions {
            let entry = entries.get(position as usize);
            match entry.and_then(|entry| entry.predicates.exact_header(name)) {
                Some(value) => values.change(value, Vec::new, |of_value| of_value.push(position)),
                None => others.push(position),
            }
        }
        Self {
            name,
            values,
            others,
        }
    }

    /// `headers` is how many more may be asked for.
    fn compile(self, headers: usize, positions: &[Position], entries: &[Entry]) -> Candidates {
        let within = |positions: &[Position]| Candidates::within(headers, positions, entries);
        Candidates::ByHeader(Box::new(ByHeader {
            name: self.name.into(),
            values: self.values.map(|positions| within(&positions)),
            others: within(&self.others),
            lowest: positions.first().copied().unwrap_or(Position::MAX),
        }))
    }
}

#[cfg(test)]
mod tests;

//! The rank that Gamma gives to a match, and how a path is written to rank higher.

use super::{condition::RequestCondition, path::PathSet};

/// "value: maxLength 1024" of HTTPPathMatch.
const MOST_CHARACTERS: usize = 1024;

/// "Exact path match", then regular expressions, the longer one first, then "prefix path match with largest number of
/// characters"; "method match", "largest number of header matches", "largest number of query param matches". The greater one
/// is tried first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rank {
    path: PathFormRank,
    method: bool,
    headers: usize,
    query_params: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum PathFormRank {
    Prefix(usize),
    Pattern(usize),
    Exact,
}

impl Rank {
    pub(super) fn of(condition: &RequestCondition) -> Self {
        Self {
            path: match &condition.path {
                PathSet::Exact(_) => PathFormRank::Exact,
                PathSet::Pattern(pattern) => PathFormRank::Pattern(pattern.chars().count()),
                PathSet::Prefix(prefix) => PathFormRank::Prefix(prefix.chars().count()),
            },
            method: condition.method.is_some(),
            headers: condition.headers.len(),
            query_params: condition.query_params.len(),
        }
    }
}

/// Whether some request meets both, and rank does not say which of them comes first.
pub(crate) fn ties(one: &RequestCondition, other: &RequestCondition) -> bool {
    Rank::of(one) == Rank::of(other) && one.narrowed_to(other).is_some()
}

/// The same paths, ranked at least as high as `other`, of which it has some. `None` if no pattern is long enough.
pub(super) fn raised(path: &PathSet, other: &PathSet) -> Option<PathSet> {
    let length = match (path, other) {
        (PathSet::Exact(_), _) => return Some(path.clone()),
        // An exact path is not some of another's paths.
        (_, PathSet::Exact(_)) => return None,
        (PathSet::Prefix(own), PathSet::Prefix(other)) if own.len() >= other.len() => {
            return Some(path.clone());
        }
        (PathSet::Pattern(_), PathSet::Prefix(_)) => return Some(path.clone()),
        (PathSet::Prefix(_), PathSet::Prefix(_)) => 0,
        (_, PathSet::Pattern(pattern)) => pattern.chars().count(),
    };
    let pattern = lengthened(path.pattern(), length);
    (pattern.chars().count() <= MOST_CHARACTERS).then_some(PathSet::Pattern(pattern))
}

/// A regular expression of at least `length` characters for the same texts: `[///]` is `/` in every engine, and so are
/// parentheses around anything.
fn lengthened(pattern: String, length: usize) -> String {
    let missing = |pattern: &str| length.saturating_sub(pattern.chars().count());
    if missing(&pattern) == 0 {
        return pattern;
    }
    if let Some(rest) = pattern.strip_prefix('/')
        && !pattern.contains('|')
    {
        let slashes = missing(&pattern).saturating_sub(2) + 1;
        return format!("[{}]{rest}", "/".repeat(slashes));
    }
    let depth = missing(&pattern).div_ceil(2);
    format!("{}{pattern}{}", "(".repeat(depth), ")".repeat(depth))
}

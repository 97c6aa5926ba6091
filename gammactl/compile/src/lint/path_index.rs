//! The index of matches by path, which finds the match that takes a path without trying all of them.

use std::collections::HashMap;

use gamma_config::{Names, PathPrefix};
use gamma_manifest::{HttpMatch, Match, PathMatchType, ValueMatch};

use super::table::{CompetingMatches, RankedMatch};

/// More matches on one path are not looked through: then nothing is known.
const BUCKET: usize = 256;

/// The HTTP matches of a table by their paths.
#[derive(Debug)]
pub(super) struct MatchesByPath<'t> {
    /// Indices into the table's matches, best first.
    exact: HashMap<&'t str, Vec<usize>>,
    /// The same by the prefix without trailing slash.
    prefixes: HashMap<&'t str, Vec<usize>>,
    pub(super) has_regexes: bool,
}

impl<'t> MatchesByPath<'t> {
    pub(super) fn new(table: &'t CompetingMatches<'_>) -> Self {
        let mut index = Self {
            exact: HashMap::new(),
            prefixes: HashMap::new(),
            has_regexes: false,
        };
        for (i, ranked) in table.matches.iter().enumerate() {
            let Match::Http(http) = ranked.r#match else {
                continue;
            };
            let path = &*http.path.value.value;
            let bucket = match http.path.kind {
                PathMatchType::Exact => index.exact.entry(path),
                PathMatchType::PathPrefix => index.prefixes.entry(PathPrefix::new(path).as_str()),
                PathMatchType::RegularExpression => {
                    index.has_regexes = true;
                    continue;
                }
            };
            bucket.or_default().push(i);
        }
        index
    }

    /// Buckets that hold for `path`, best first; those of regular expressions are missing.
    fn buckets<'a>(&'a self, path: &'a str) -> impl Iterator<Item = &'a Vec<usize>> {
        let exact = self.exact.get(path).into_iter();
        let elements = PathPrefix::new(path).as_str();
        let ends = elements.rmatch_indices('/').map(|(slash, _)| slash);
        let prefixes = std::iter::once(elements.len())
            .chain(ends)
            .filter_map(|end| self.prefixes.get(&elements[..end]));
        exact.chain(prefixes)
    }

    /// Whether some request for `path` may find a match.
    pub(super) fn is_taken(&self, path: &str) -> bool {
        self.has_regexes || self.buckets(path).next().is_some()
    }

    /// The match that takes a request for `path` that is otherwise just what `like` asks for; `None`
    /// if there is none, or it can't be told.
    pub(super) fn winner<'m>(
        &self,
        table: &'t CompetingMatches<'m>,
        path: &str,
        like: &HttpMatch,
    ) -> Option<&'t RankedMatch<'m>> {
        if self.has_regexes {
            return None;
        }
        for bucket in self.buckets(path) {
            if bucket.len() > BUCKET {
                return None;
            }
            let winner = bucket.iter().map(|&i| &table.matches[i]).find(
                |ranked| matches!(ranked.r#match, Match::Http(http) if asks_no_more(http, like)),
            );
            if winner.is_some() {
                return winner;
            }
        }
        None
    }
}

/// Whether every request that fulfils the method, headers and query of `than` fulfils those of
/// `http`.
pub(super) fn asks_no_more(http: &HttpMatch, than: &HttpMatch) -> bool {
    let among = |these: &[ValueMatch], those: &[ValueMatch], names: Names| {
        ValueMatch::considered(these, names).all(|this| {
            ValueMatch::of_name(those, names, &this.name.value).is_some_and(|that| {
                this.value.value == that.value.value && this.regex == that.regex
            })
        })
    };
    (http.method.is_none() || http.method == than.method)
        && among(&http.headers, &than.headers, Names::Headers)
        && among(&http.query_params, &than.query_params, Names::QueryParams)
}

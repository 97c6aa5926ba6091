//! Warns of matches that get no request: another match claims the same, or a regular expression before
//! them takes all of it.

use std::{
    borrow::Cow,
    collections::{HashMap, hash_map::Entry},
};

use gamma_config::{Method, Names, PathPrefix};
use gamma_manifest::{
    HttpMatch, Match, PathMatchType, ValueMatch,
    diagnostic::{Diagnostic, Diagnostics, codes},
};

use super::{
    pattern,
    pattern::Reach,
    table::{CompetingMatches, RankedMatch},
};

pub(super) fn lint(table: &CompetingMatches<'_>, diagnostics: &mut Diagnostics) {
    let mut claims: HashMap<Claim<'_>, &RankedMatch<'_>> = HashMap::new();
    let mut catches = Catches::default();
    for ranked in &table.matches {
        let claim = Claim::new(ranked.r#match);
        match claims.entry(claim) {
            Entry::Occupied(first) => diagnostics.push_once(twice(ranked, first.get())),
            Entry::Vacant(claim) => {
                let bare = claim.key().bare();
                claim.insert(ranked);
                let Match::Http(http) = ranked.r#match else {
                    continue;
                };
                let taken = catches.taker(http).or_else(|| {
                    let is_regex = http.path.kind == PathMatchType::RegularExpression;
                    let of_all_methods = bare.filter(|_| is_regex)?;
                    claims.get(&of_all_methods).copied()
                });
                match taken.filter(|taker| !taker.same_rule(ranked)) {
                    Some(taker) => diagnostics.push_once(shadowed(ranked, taker)),
                    None => catches.add(http, ranked),
                }
            }
        }
    }
}

/// What a match asks for, independent of how it is written.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Claim<'m> {
    Http {
        path: ClaimedPath<'m>,
        method: Option<&'static str>,
        headers: Vec<ClaimedValue<'m>>,
        query_params: Vec<ClaimedValue<'m>>,
    },
    Grpc {
        regex: bool,
        service: Option<&'m str>,
        method: Option<&'m str>,
        headers: Vec<ClaimedValue<'m>>,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum ClaimedPath<'m> {
    /// A path, or a pattern without operators.
    Exact(Cow<'m, str>),
    /// Without a trailing slash, which means nothing.
    Prefix(&'m str),
    Regex(&'m str),
}

/// Name, value and whether it is a pattern.
type ClaimedValue<'m> = (Cow<'m, str>, &'m str, bool);

impl<'m> Claim<'m> {
    fn new(r#match: &'m Match) -> Self {
        match r#match {
            Match::Http(http) => Self::Http {
                path: ClaimedPath::new(http),
                method: http.method.map(Method::as_str),
                headers: self::headers(&http.headers),
                query_params: self::query_params(&http.query_params),
            },
            Match::Grpc(grpc) => {
                let method = grpc.method.as_ref();
                Self::Grpc {
                    regex: method.is_some_and(|m| m.regex),
                    service: method.and_then(|m| Some(&*m.service.as_ref()?.value)),
                    method: method.and_then(|m| Some(&*m.method.as_ref()?.value)),
                    headers: self::headers(&grpc.headers),
                }
            }
        }
    }

    /// The claim for all requests to the same path, if this is one for some of them.
    fn bare(&self) -> Option<Self> {
        match self {
            Self::Http {
                path: ClaimedPath::Exact(path),
                method,
                headers,
                query_params,
            } if method.is_some() || !headers.is_empty() || !query_params.is_empty() => {
                Some(Self::Http {
                    path: ClaimedPath::Exact(path.clone()),
                    method: None,
                    headers: Vec::new(),
                    query_params: Vec::new(),
                })
            }
            _ => None,
        }
    }
}

impl<'m> ClaimedPath<'m> {
    fn new(http: &'m HttpMatch) -> Self {
        let value = &*http.path.value.value;
        match http.path.kind {
            PathMatchType::Exact => Self::Exact(value.into()),
            PathMatchType::PathPrefix => Self::Prefix(PathPrefix::new(value).as_str()),
            PathMatchType::RegularExpression => match pattern::literal(value) {
                Some(literal) => Self::Exact(literal.into()),
                None => Self::Regex(value),
            },
        }
    }
}

fn headers(matches: &[ValueMatch]) -> Vec<ClaimedValue<'_>> {
    let name = |m: &ValueMatch| Cow::Owned(m.name.value.to_ascii_lowercase());
    sorted(
        ValueMatch::considered(matches, Names::Headers)
            .map(|m| (name(m), &*m.value.value, m.regex)),
    )
}

fn query_params(matches: &[ValueMatch]) -> Vec<ClaimedValue<'_>> {
    let matches = ValueMatch::considered(matches, Names::QueryParams);
    sorted(matches.map(|m| (Cow::Borrowed(&*m.name.value), &*m.value.value, m.regex)))
}

fn sorted<'m>(values: impl Iterator<Item = ClaimedValue<'m>>) -> Vec<ClaimedValue<'m>> {
    let mut values: Vec<_> = values.collect();
    values.sort_unstable();
    values
}

/// Regular expressions that take all requests, or all of one method, below some text.
#[derive(Debug, Default)]
struct Catches<'t, 'm>(HashMap<(String, Reach, Option<&'static str>), &'t RankedMatch<'m>>);

impl<'t, 'm> Catches<'t, 'm> {
    fn add(&mut self, http: &HttpMatch, ranked: &'t RankedMatch<'m>) {
        let all = http.headers.is_empty() && http.query_params.is_empty();
        if http.path.kind == PathMatchType::RegularExpression
            && all
            && let Some((text, reach)) = pattern::reach(&http.path.value.value)
        {
            self.0
                .entry((text, reach, http.method.map(Method::as_str)))
                .or_insert(ranked);
        }
    }

    /// The one that takes every request of `http`, if there is one.
    fn taker(&self, http: &HttpMatch) -> Option<&'t RankedMatch<'m>> {
        if self.0.is_empty() {
            return None;
        }
        let value = &*http.path.value.value;
        // What every path of the match begins with, and whether more of the same element may follow.
        let (begin, open) = match http.path.kind {
            PathMatchType::Exact => return None,
            PathMatchType::PathPrefix => (PathPrefix::new(value).as_str().to_owned(), false),
            PathMatchType::RegularExpression => {
                let (literal, rest) = pattern::literal_prefix(pattern::unanchored(value));
                (literal, !rest.is_empty())
            }
        };
        // Every path begins with a slash.
        let begin = if begin.is_empty() { "/" } else { &begin };
        let is_root = begin == "/";
        let ends = (0..=begin.len()).filter(|&end| begin.is_char_boundary(end));
        for end in ends {
            let (text, more) = begin.split_at(end);
            let reaches = [
                (Reach::Anything, true),
                (Reach::More, !more.is_empty() && !is_root),
                (
                    Reach::Elements,
                    !is_root && (more.starts_with('/') || (more.is_empty() && !open)),
                ),
            ];
            for reach in reaches.into_iter().filter(|(_, reaches)| *reaches) {
                for method in [None, http.method.map(Method::as_str)] {
                    if let Some(taker) = self.0.get(&(text.to_owned(), reach.0, method)) {
                        return Some(taker);
                    }
                }
            }
        }
        None
    }
}

fn twice(ranked: &RankedMatch<'_>, first: &RankedMatch<'_>) -> Diagnostic {
    if ranked.same_rule(first) {
        return Diagnostic::new(
            &codes::REPEATED_MATCH,
            ranked.span(),
            format!("{} has the same match twice", ranked.name()),
        )
        .why("one of them is enough: it changes nothing")
        .hint("remove one, or write what was meant")
        .also(first.span(), "the same match");
    }
    let why = if std::ptr::eq(ranked.route, first.route) {
        "the first in the list wins: no request gets here by this match"
    } else {
        "the older route wins, else the first by namespace and name: no request gets here by this match"
    };
    Diagnostic::new(
        &codes::DUPLICATE_MATCH,
        ranked.span(),
        format!("{} has claimed this match already", first.name()),
    )
    .why(why)
    .hint("make one rule of the two, or tell their matches apart")
    .also(first.span(), "this one wins")
}

fn shadowed(ranked: &RankedMatch<'_>, taker: &RankedMatch<'_>) -> Diagnostic {
    let taken_by_exact = matches!(taker.r#match, Match::Http(http)
        if http.path.kind == PathMatchType::Exact);
    let (why, hint) = if taken_by_exact {
        (
            "an Exact match is tried before every regular expression: no request gets here",
            "give the Exact match the same conditions, or remove one",
        )
    } else {
        (
            "regular expressions are tried before prefixes, longer ones first: no request gets here",
            "write that one as a PathPrefix, too: of those the longer is tried first",
        )
    };
    Diagnostic::new(
        &codes::SHADOWED_MATCH,
        ranked.span(),
        format!("{} takes every request of this match", taker.name()),
    )
    .why(why)
    .hint(hint)
    .also(taker.span(), "this one is tried first")
}

//! Notes matches that other meshes try in another order than the Gateway API demands
//! (`docs/semantics.md`).

use std::collections::HashMap;

use gamma_config::{Names, PathPrefix};
use gamma_manifest::{
    HttpMatch, Match, PathMatchType, ValueMatch,
    diagnostic::{Diagnostic, Diagnostics, codes},
};

use super::{
    path_index::asks_no_more,
    pattern,
    table::{CompetingMatches, RankedMatch, SaidPlaces},
};

/// Matches on one path are compared with each other up to so many.
const COMPARED: usize = 32;

pub(super) fn lint(table: &CompetingMatches<'_>, diagnostics: &mut Diagnostics) {
    let http: Vec<(&RankedMatch<'_>, &HttpMatch)> = table
        .matches
        .iter()
        .filter_map(|ranked| match ranked.r#match {
            Match::Http(http) => Some((ranked, http)),
            Match::Grpc(_) => None,
        })
        .collect();
    regexes(&http, diagnostics);
    methods(&http, diagnostics);
    exact(&http, diagnostics);
}

/// Linkerd compares the lengths of paths only: of an Exact path and an equally long PathPrefix it takes
/// the first in the list.
fn exact(http: &[(&RankedMatch<'_>, &HttpMatch)], diagnostics: &mut Diagnostics) {
    let mut prefixes: HashMap<&str, Vec<(&RankedMatch<'_>, &HttpMatch)>> = HashMap::new();
    for &(ranked, m) in http {
        if m.path.kind == PathMatchType::PathPrefix {
            let bucket = prefixes.entry(&m.path.value.value).or_default();
            if bucket.len() < COMPARED {
                bucket.push((ranked, m));
            }
        }
    }
    for &(ranked, m) in http
        .iter()
        .filter(|(_, m)| m.path.kind == PathMatchType::Exact)
    {
        let bucket = prefixes.get(&*m.path.value.value).into_iter().flatten();
        let rival = bucket.into_iter().find(|(other, prefix)| {
            std::ptr::eq(other.route, ranked.route)
                && other.number < ranked.number
                && asks_no_more(prefix, m)
                && asks_no_more(m, prefix)
        });
        if let Some((rival, prefix)) = rival {
            diagnostics.push_once(
                Diagnostic::new(
                    &codes::EXACT_RANK,
                    m.path.value.span,
                    format!(
                        "in Linkerd PathPrefix `{}` comes before this Exact path",
                        prefix.path.value.value
                    ),
                )
                .why("it compares lengths only, and takes the first of two in the list")
                .hint(
                    "put the rule with the Exact path first: by the API the order changes nothing",
                )
                .also(rival.span(), "comes first there"),
            );
        }
    }
}

/// Istio and Kuma put every PathPrefix before every regular expression.
fn regexes(http: &[(&RankedMatch<'_>, &HttpMatch)], diagnostics: &mut Diagnostics) {
    let is_regex = |m: &HttpMatch| m.path.kind == PathMatchType::RegularExpression;
    if !http.iter().any(|(_, m)| is_regex(m)) {
        return;
    }
    let mut prefixes: HashMap<&str, Vec<(&RankedMatch<'_>, &HttpMatch)>> = HashMap::new();
    for &(ranked, m) in http {
        if m.path.kind == PathMatchType::PathPrefix {
            let prefix = PathPrefix::new(&m.path.value.value).as_str();
            prefixes.entry(prefix).or_default().push((ranked, m));
        }
    }
    let mut said = SaidPlaces::default();
    for &(ranked, m) in http.iter().filter(|(_, m)| is_regex(m)) {
        let pattern = pattern::unanchored(&m.path.value.value);
        let (literal, _) = pattern::literal_prefix(pattern);
        let ends = literal.match_indices('/').map(|(slash, _)| slash);
        let taker = ends
            .filter_map(|end| prefixes.get(&literal[..end]))
            .flat_map(|bucket| bucket.iter().take(COMPARED))
            .find(|(other, prefix)| !other.same_rule(ranked) && asks_no_more(prefix, m));
        if let Some((other, prefix)) = taker
            && said.first(m.path.value.span)
        {
            diagnostics.push_once(
                Diagnostic::new(
                    &codes::REGEX_RANK,
                    m.path.value.span,
                    format!(
                        "in Istio and Kuma PathPrefix `{}` comes before this regular expression",
                        prefix.path.value.value
                    ),
                )
                .why(format!(
                    "there {} gets its requests; here and in Envoy Gateway this rule does",
                    other.name()
                ))
                .hint("use Exact or PathPrefix where one will do, if the routes go elsewhere, too")
                .also(other.span(), "comes first there"),
            );
        }
    }
}

/// The API ranks a method above any number of headers; Linkerd and Envoy Gateway don't.
fn methods(http: &[(&RankedMatch<'_>, &HttpMatch)], diagnostics: &mut Diagnostics) {
    let mut paths: HashMap<_, Vec<(&RankedMatch<'_>, &HttpMatch)>> = HashMap::new();
    for &(ranked, m) in http {
        let path = PathPrefix::new(&m.path.value.value).as_str();
        let bucket: &mut Vec<_> = paths.entry((kind(m.path.kind), path)).or_default();
        if bucket.len() < COMPARED {
            bucket.push((ranked, m));
        }
    }
    let mut said = SaidPlaces::default();
    for bucket in http_order(http, &paths) {
        for (by_method, with_method) in bucket.iter().filter(|(_, m)| m.method.is_some()) {
            let rival = bucket.iter().find(|(other, m)| {
                m.method.is_none()
                    && headers(m).count() > headers(with_method).count() + 1
                    && !other.same_rule(by_method)
                    && agree(m, with_method)
            });
            if let Some((rival, _)) = rival
                && said.first(with_method.span)
            {
                diagnostics.push_once(rank_of_method(by_method, rival));
            }
        }
    }
}

/// Each bucket once, in the order of the matches.
fn http_order<'a, 't, 'm>(
    http: &[(&'t RankedMatch<'m>, &'t HttpMatch)],
    paths: &'a HashMap<(u8, &str), Vec<(&'t RankedMatch<'m>, &'t HttpMatch)>>,
) -> Vec<&'a Vec<(&'t RankedMatch<'m>, &'t HttpMatch)>> {
    let mut said = SaidPlaces::default();
    http.iter()
        .filter_map(|(_, m)| {
            let path = PathPrefix::new(&m.path.value.value).as_str();
            paths.get(&(kind(m.path.kind), path))
        })
        .filter(|bucket| bucket.len() > 1 && said.first(bucket[0].1.span))
        .collect()
}

fn kind(kind: PathMatchType) -> u8 {
    match kind {
        PathMatchType::Exact => 0,
        PathMatchType::PathPrefix => 1,
        PathMatchType::RegularExpression => 2,
    }
}

/// Whether one request can have the headers of both matches.
fn agree(one: &HttpMatch, other: &HttpMatch) -> bool {
    !headers(one).any(|this| {
        ValueMatch::of_name(&other.headers, Names::Headers, &this.name.value)
            .is_some_and(|that| this.value.value != that.value.value)
    })
}

/// The headers that a match asks for: repeated names are ignored.
fn headers(http: &HttpMatch) -> impl Iterator<Item = &ValueMatch> {
    ValueMatch::considered(&http.headers, Names::Headers)
}

fn rank_of_method(by_method: &RankedMatch<'_>, rival: &RankedMatch<'_>) -> Diagnostic {
    Diagnostic::new(
        &codes::METHOD_RANK,
        by_method.span(),
        format!(
            "Linkerd and Envoy Gateway put {} before this match",
            rival.name()
        ),
    )
    .why("by the API a method counts more than any number of headers; there more headers win")
    .hint("add the method to the other match, too, if the routes go elsewhere")
    .also(rival.span(), "more headers, no method")
}

//! Which of several matches that hold comes first.

use std::cmp::Reverse;

use gamma_manifest::{GrpcMatch, HttpMatch, Match, PathMatchType, Route, Rule, ValueMatch};

use crate::{answer::RuleName, matching::is_repeated};

/// A match, and where it stands.
pub(super) struct Candidate<'m> {
    pub(super) route: &'m Route,
    pub(super) number: usize,
    pub(super) rule: &'m Rule,
    pub(super) r#match: &'m Match,
}

impl Candidate<'_> {
    pub(super) fn name(&self) -> RuleName {
        let metadata = &self.route.metadata;
        RuleName {
            route: format!(
                "{}/{}/{}",
                self.route.kind.as_str(),
                metadata.namespace,
                metadata.name.value
            ),
            rule: match &self.rule.name {
                Some(name) => name.value.clone(),
                None => self.number.to_string(),
            },
        }
    }
}

/// Every match of every rule of `routes`.
pub(super) fn candidates<'m>(routes: &[&'m Route]) -> impl Iterator<Item = Candidate<'m>> {
    routes.iter().flat_map(|&route| {
        route
            .rules
            .iter()
            .enumerate()
            .flat_map(move |(number, rule)| {
                rule.matches.iter().map(move |r#match| Candidate {
                    route,
                    number,
                    rule,
                    r#match,
                })
            })
    })
}

/// "Proxy or Load Balancer routing configuration generated from HTTPRoutes MUST prioritize matches
/// based on the following criteria, continuing on ties." The smallest rank wins.
///
/// "If ties still exist across multiple Routes, matching precedence MUST be determined in order of
/// the following criteria, continuing on ties: The oldest Route based on creation timestamp. The
/// Route appearing first in alphabetical order by `{namespace}/{name}`. If ties still exist within an
/// HTTPRoute, matching precedence MUST be granted to the FIRST matching rule (in list order)".
///
/// "Absent creation timestamps: newest" (semantics.md).
pub(super) fn rank(candidate: &Candidate<'_>) -> impl Ord + use<> {
    let metadata = &candidate.route.metadata;
    let age = metadata.creation_timestamp;
    (
        Reverse(match candidate.r#match {
            Match::Http(http) => http_criteria(http),
            Match::Grpc(grpc) => grpc_criteria(grpc),
        }),
        (age.is_none(), age),
        format!("{}/{}", metadata.namespace, metadata.name.value),
        candidate.number,
    )
}

/// More is better, from left to right.
type Criteria = [usize; 5];

/// "Exact" path match. "Prefix" path match with largest number of characters. Method match. Largest
/// number of header matches. Largest number of query param matches. (HTTPRouteRule.matches)
///
/// Regular expressions rank "between Exact and PathPrefix, the longer pattern first"; "Does a trailing
/// `/` count in a prefix's length? no" (semantics.md).
fn http_criteria(http: &HttpMatch) -> Criteria {
    let path = &http.path.value.value;
    let (kind, length) = match http.path.kind {
        PathMatchType::Exact => (2, 0),
        PathMatchType::RegularExpression => (1, path.chars().count()),
        PathMatchType::PathPrefix => (0, path.trim_end_matches('/').chars().count()),
    };
    [
        kind,
        length,
        usize::from(http.method.is_some()),
        header_matches(&http.headers),
        http.query_params.len(),
    ]
}

/// "Characters in a matching service. Characters in a matching method. Header matches."
/// (GRPCRouteRule.matches), of whatever type.
fn grpc_criteria(grpc: &GrpcMatch) -> Criteria {
    let method = grpc.method.as_ref();
    let service = method.and_then(|m| m.service.as_ref());
    let method = method.and_then(|m| m.method.as_ref());
    [
        service.map_or(0, |s| s.value.chars().count()),
        method.map_or(0, |m| m.value.chars().count()),
        header_matches(&grpc.headers),
        0,
        0,
    ]
}

/// Those that are not ignored.
fn header_matches(headers: &[ValueMatch]) -> usize {
    (0..headers.len())
        .filter(|&i| !is_repeated(headers, i))
        .count()
}

//! Ranks matches by the Gateway API's rules of precedence, which decide the one of two matches that is
//! tried first. This is the only place that decides it.
//!
//! The fields of [`Precedence`] are in the order of the specification, and the derived order
//! compares them one after the other: the *lesser* one wins.

use std::cmp::Reverse;

use gamma_config::{Names, PathPrefix};
use gamma_manifest::{GrpcMatch, HttpMatch, Match, PathMatchType, Route, Timestamp, ValueMatch};

/// Rank of one match among all matches of all routes on a Service port.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Precedence {
    /// See [`HostnameRank`].
    pub(super) hostname: HostnameRank,
    /// What the match itself says.
    pub(super) specificity: Specificity,
    /// "If ties still exist across multiple Routes, matching precedence MUST be determined in order
    /// of the following criteria, continuing on ties: The oldest Route based on creation timestamp."
    /// A manifest without a timestamp is not yet created: newest.
    pub(super) age: (bool, Option<Timestamp>),
    /// "The Route appearing first in alphabetical order by `{namespace}/{name}`."
    pub(super) name: String,
    /// "If ties still exist within an HTTPRoute, matching precedence MUST be granted to the FIRST
    /// matching rule (in list order) with a match meeting the above criteria."
    pub(super) rule: usize,
    /// Within a rule the order does not change the decision; it keeps the output deterministic.
    pub(super) r#match: usize,
}

/// HTTPRouteSpec.hostnames, GRPCRouteRule.matches: "precedence must be given to rules from the
/// HTTPRoute with the largest number of:" Where hostnames are ignored, all are equal.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct HostnameRank {
    /// "Characters in a matching non-wildcard hostname."
    precise: Reverse<usize>,
    /// "Characters in a matching hostname."
    any: Reverse<usize>,
}

impl HostnameRank {
    fn new(hostname: Option<&str>) -> Self {
        let length = hostname.map_or(0, |hostname| hostname.chars().count());
        let wildcard = hostname.is_some_and(|hostname| hostname.starts_with("*."));
        Self {
            precise: Reverse(if wildcard { 0 } else { length }),
            any: Reverse(length),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Specificity {
    Http(HttpSpecificity),
    Grpc(GrpcSpecificity),
}

/// HTTPRouteRule.matches: "Proxy or Load Balancer routing configuration generated from HTTPRoutes
/// MUST prioritize matches based on the following criteria, continuing on ties. Across all rules
/// specified on applicable Routes, precedence must be given to the match having:"
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct HttpSpecificity {
    /// See [`PathRank`].
    pub(super) path: PathRank,
    /// "Method match."
    pub(super) method: Reverse<bool>,
    /// "Largest number of header matches."
    pub(super) headers: Reverse<usize>,
    /// "Largest number of query param matches."
    pub(super) query_params: Reverse<usize>,
}

/// "Note: The precedence of RegularExpression path matches are implementation-specific." Here, as
/// in Envoy Gateway, Contour and nginx, they stand between the other two, the longer pattern first:
/// last, they would be shadowed by every `/` fallback.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum PathRank {
    /// "'Exact' path match."
    Exact,
    RegularExpression(Reverse<usize>),
    /// "'Prefix' path match with largest number of characters." A trailing `/` is ignored when
    /// matching, so it does not count.
    PathPrefix(Reverse<usize>),
}

/// GRPCRouteRule.matches: "precedence MUST be given to the rule with the largest number of:"
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct GrpcSpecificity {
    /// "Characters in a matching service."
    pub(super) service: Reverse<usize>,
    /// "Characters in a matching method."
    pub(super) method: Reverse<usize>,
    /// "Header matches."
    pub(super) headers: Reverse<usize>,
}

impl Precedence {
    /// Of match `match_index` of rule `rule` of `route`, for requests to `hostname`.
    pub(crate) fn new(
        route: &Route,
        rule: usize,
        match_index: usize,
        r#match: &Match,
        hostname: Option<&str>,
    ) -> Self {
        let created = route.metadata.creation_timestamp;
        Self {
            hostname: HostnameRank::new(hostname),
            specificity: match r#match {
                Match::Http(http) => Specificity::Http(HttpSpecificity::new(http)),
                Match::Grpc(grpc) => Specificity::Grpc(GrpcSpecificity::new(grpc)),
            },
            age: (created.is_none(), created),
            name: format!("{}/{}", route.metadata.namespace, route.metadata.name.value),
            rule,
            r#match: match_index,
        }
    }
}

impl HttpSpecificity {
    fn new(http: &HttpMatch) -> Self {
        let path = &http.path.value.value;
        Self {
            path: match http.path.kind {
                PathMatchType::Exact => PathRank::Exact,
                PathMatchType::RegularExpression => {
                    PathRank::RegularExpression(Reverse(path.chars().count()))
                }
                PathMatchType::PathPrefix => {
                    PathRank::PathPrefix(Reverse(PathPrefix::new(path).as_str().chars().count()))
                }
            },
            method: Reverse(http.method.is_some()),
            headers: Reverse(ValueMatch::considered(&http.headers, Names::Headers).count()),
            query_params: Reverse(
                ValueMatch::considered(&http.query_params, Names::QueryParams).count(),
            ),
        }
    }
}

impl GrpcSpecificity {
    fn new(grpc: &GrpcMatch) -> Self {
        let length = |name: Option<&gamma_manifest::source::Spanned<String>>| {
            Reverse(name.map_or(0, |name| name.value.chars().count()))
        };
        let method = grpc.method.as_ref();
        Self {
            service: length(method.and_then(|m| m.service.as_ref())),
            method: length(method.and_then(|m| m.method.as_ref())),
            headers: Reverse(ValueMatch::considered(&grpc.headers, Names::Headers).count()),
        }
    }
}

//! The matches of HTTPRoutes and GRPCRoutes: `rules[].matches[]`.

use gamma_config::Names;

use crate::source::{Span, Spanned};

/// `rules[].matches[]`.
#[derive(Debug, Clone)]
pub enum Match {
    /// HTTPRouteMatch.
    Http(HttpMatch),
    /// GRPCRouteMatch.
    Grpc(GrpcMatch),
}

/// HTTPRouteMatch: all given predicates must hold.
#[derive(Debug, Clone)]
pub struct HttpMatch {
    /// `path`; absent is PathPrefix `/`.
    pub path: PathMatch,
    /// `headers`.
    pub headers: Vec<ValueMatch>,
    /// `queryParams`.
    pub query_params: Vec<ValueMatch>,
    /// `method`.
    pub method: Option<gamma_config::Method>,
    /// Where `method` stands, if it was given.
    pub method_span: Option<Span>,
    /// The whole match.
    pub span: Span,
}

/// HTTPPathMatch.
#[derive(Debug, Clone)]
pub struct PathMatch {
    /// `type`.
    pub kind: PathMatchType,
    /// `value`.
    pub value: Spanned<String>,
}

/// `matches[].path.type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PathMatchType {
    /// Exact.
    Exact,
    /// PathPrefix, by elements.
    PathPrefix,
    /// RegularExpression.
    RegularExpression,
}

/// HTTPHeaderMatch, HTTPQueryParamMatch or GRPCHeaderMatch.
#[derive(Debug, Clone)]
pub struct ValueMatch {
    /// Name as written.
    pub name: Spanned<String>,
    /// Value or pattern.
    pub value: Spanned<String>,
    /// Whether `type` is RegularExpression (otherwise Exact).
    pub regex: bool,
}

impl ValueMatch {
    /// The first of each name in `matches`, which are on headers or query parameters: the others are
    /// ignored, whatever their values (see [`Names::considered`]).
    pub fn considered(matches: &[Self], names: Names) -> impl Iterator<Item = &Self> {
        names.considered(matches, |entry| &entry.name.value)
    }

    /// The one of them that is on `name`, if there is one.
    pub fn of_name<'m>(matches: &'m [Self], names: Names, name: &str) -> Option<&'m Self> {
        let mut entries = matches.iter();
        entries.find(|entry| names.are_equivalent(&entry.name.value, name))
    }
}

/// GRPCRouteMatch.
#[derive(Debug, Clone)]
pub struct GrpcMatch {
    /// `method`; absent matches every request.
    pub method: Option<GrpcMethodMatch>,
    /// `headers`.
    pub headers: Vec<ValueMatch>,
    /// The whole match.
    pub span: Span,
}

/// GRPCMethodMatch: at least one of the two is given.
#[derive(Debug, Clone)]
pub struct GrpcMethodMatch {
    /// Whether `type` is RegularExpression (otherwise Exact).
    pub regex: bool,
    /// `service`, with its package.
    pub service: Option<Spanned<String>>,
    /// `method`.
    pub method: Option<Spanned<String>>,
}

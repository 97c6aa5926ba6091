//! The routes: HTTPRoute and GRPCRoute with their parents, rules, and what rules refer to.

use super::{
    filter::{BackendRef, Filter},
    matches::Match,
    metadata::Metadata,
};
use crate::source::{Span, Spanned};

/// The kinds of routes that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RouteKind {
    /// `HTTPRoute`.
    HttpRoute,
    /// `GRPCRoute`.
    GrpcRoute,
}

impl RouteKind {
    /// The kind as written in manifests.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::HttpRoute => "HTTPRoute",
            Self::GrpcRoute => "GRPCRoute",
        }
    }
}

/// An HTTPRoute or a GRPCRoute: they differ in their matches only.
#[derive(Debug, Clone)]
pub struct Route {
    /// Whether this is an HTTPRoute or a GRPCRoute.
    pub kind: RouteKind,
    /// Name, namespace, age.
    pub metadata: Metadata,
    /// `spec.parentRefs`.
    pub parent_refs: Vec<ParentRef>,
    /// `spec.hostnames`.
    pub hostnames: Vec<Spanned<String>>,
    /// `spec.rules`; an HTTPRoute without rules gets the API's default rule.
    pub rules: Vec<Rule>,
}

/// `spec.parentRefs[]`.
#[derive(Debug, Clone)]
pub struct ParentRef {
    /// API group; `core` is read as the empty group, absent is `gateway.networking.k8s.io`.
    pub group: String,
    /// Kind; absent is `Gateway`.
    pub kind: Spanned<String>,
    /// Name.
    pub name: Spanned<String>,
    /// Namespace, if given.
    pub namespace: Option<Spanned<String>>,
    /// Port, if given.
    pub port: Option<Spanned<u16>>,
    /// Section name (for a Service: the port's name), if given.
    pub section_name: Option<Spanned<String>>,
    /// The whole entry.
    pub span: Span,
}

/// `spec.rules[]`.
#[derive(Debug, Clone)]
pub struct Rule {
    /// `name`.
    pub name: Option<Spanned<String>>,
    /// `matches`; never empty: an absent list gets the API's default (every request).
    pub matches: Vec<Match>,
    /// `filters`, in order.
    pub filters: Vec<Filter>,
    /// `backendRefs`.
    pub backend_refs: Vec<BackendRef>,
    /// `timeouts`.
    pub timeouts: gamma_config::Timeouts,
    /// `retry` (experimental).
    pub retry: Option<gamma_config::Retry>,
    /// Where `retry` stands, if it was given.
    pub retry_span: Option<Span>,
    /// `sessionPersistence` (experimental).
    pub session_persistence: Option<SessionPersistence>,
    /// The whole rule.
    pub span: Span,
}

/// `rules[].sessionPersistence`, in the shape of Gateway API 1.6 or the one after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionPersistence {
    /// `type`.
    pub kind: gamma_config::SessionType,
    /// `cookie.name` or `header.name`, before that `sessionName`.
    pub name: Option<Spanned<String>>,
    /// `cookie.path`, unless it is empty.
    pub path: Option<Spanned<String>>,
    /// Whether the cookie's `lifetimeType` is `Permanent`.
    pub permanent: bool,
    /// `absoluteTimeout`.
    pub absolute_timeout: Option<gamma_config::Duration>,
    /// The whole of it.
    pub span: Span,
}

//! The Kubernetes objects that matter for routing, as decoded from YAML.
//!
//! Only what the API server would accept gets here: required fields are present, strings are within
//! their patterns and limits, unions are consistent. Positions are kept wherever a later pass may
//! have something to say.

pub use gamma_config::ServiceKind;

use crate::source::{Span, Spanned};

/// Everything that was read.
#[derive(Debug, Default, Clone)]
pub struct Manifests {
    /// HTTPRoutes and GRPCRoutes in the order they were read.
    pub routes: Vec<Route>,
    /// Services.
    pub services: Vec<Service>,
    /// EndpointSlices.
    pub endpoint_slices: Vec<EndpointSlice>,
    /// ReferenceGrants.
    pub reference_grants: Vec<ReferenceGrant>,
    /// Namespaces.
    pub namespaces: Vec<Metadata>,
}

/// `metadata` of any object.
#[derive(Debug, Clone)]
pub struct Metadata {
    /// `metadata.name`.
    pub name: Spanned<String>,
    /// `metadata.namespace`, or the default namespace when absent.
    pub namespace: String,
    /// `metadata.creationTimestamp` (RFC 3339, in UTC, so that text order is time order), absent in
    /// most manifests on disk.
    pub creation_timestamp: Option<String>,
    /// `metadata.generation`, absent in most manifests on disk.
    pub generation: Option<u64>,
    /// `metadata.labels`.
    pub labels: Vec<(String, String)>,
}

/// Which kind of route.
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
    /// Which of the two.
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
    /// `cookie.path`.
    pub path: Option<String>,
    /// Whether the cookie's `lifetimeType` is `Permanent`.
    pub permanent: bool,
    /// `absoluteTimeout`.
    pub absolute_timeout: Option<gamma_config::Duration>,
    /// The whole of it.
    pub span: Span,
}

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

/// A filter of a rule or of a backendRef.
#[derive(Debug, Clone)]
pub struct Filter {
    /// What it does.
    pub kind: FilterKind,
    /// The whole entry.
    pub span: Span,
}

/// `filters[].type` and its member.
#[derive(Debug, Clone)]
pub enum FilterKind {
    /// RequestHeaderModifier.
    RequestHeaderModifier(HeaderModifier),
    /// ResponseHeaderModifier.
    ResponseHeaderModifier(HeaderModifier),
    /// RequestRedirect.
    RequestRedirect(Redirect),
    /// URLRewrite.
    UrlRewrite(UrlRewrite),
    /// RequestMirror.
    RequestMirror(Box<Mirror>),
    /// CORS.
    Cors(Box<gamma_config::Cors>),
    /// ExternalAuth.
    ExternalAuth(Box<ExternalAuth>),
    /// ExtensionRef, or what the API does not know, named here by `type`.
    Unsupported(Spanned<String>),
}

/// HTTPHeaderFilter.
#[derive(Debug, Clone, Default)]
pub struct HeaderModifier {
    /// `set`: replaces.
    pub set: Vec<(Spanned<String>, Spanned<String>)>,
    /// `add`: appends.
    pub add: Vec<(Spanned<String>, Spanned<String>)>,
    /// `remove`.
    pub remove: Vec<Spanned<String>>,
}

impl HeaderModifier {
    /// Every header that it changes.
    pub fn names(&self) -> impl Iterator<Item = &Spanned<String>> {
        let given = self.set.iter().chain(&self.add);
        given.map(|(name, _)| name).chain(&self.remove)
    }
}

/// HTTPRequestRedirectFilter.
#[derive(Debug, Clone, Default)]
pub struct Redirect {
    /// `scheme`.
    pub scheme: Option<String>,
    /// `hostname`.
    pub hostname: Option<String>,
    /// `path`.
    pub path: Option<PathModifier>,
    /// `port`.
    pub port: Option<u16>,
    /// `statusCode`; absent is 302.
    pub status_code: Option<u16>,
}

/// HTTPURLRewriteFilter.
#[derive(Debug, Clone, Default)]
pub struct UrlRewrite {
    /// `hostname`.
    pub hostname: Option<String>,
    /// `path`.
    pub path: Option<PathModifier>,
}

/// HTTPRequestMirrorFilter.
#[derive(Debug, Clone)]
pub struct Mirror {
    /// `backendRef`.
    pub backend: BackendRef,
    /// `percent` or `fraction`.
    pub fraction: gamma_config::Fraction,
}

/// HTTPExternalAuthFilter.
#[derive(Debug, Clone)]
pub struct ExternalAuth {
    /// Whether `protocol` is GRPC (otherwise HTTP).
    pub grpc: bool,
    /// `protocol`.
    pub protocol: Span,
    /// `backendRef`.
    pub backend: BackendRef,
    /// `http.path`.
    pub path_prefix: String,
    /// `http.allowedHeaders`.
    pub allowed_headers: Vec<Spanned<String>>,
    /// `http.allowedResponseHeaders`.
    pub allowed_response_headers: Vec<Spanned<String>>,
    /// `forwardBody`, if it asks for any of the body.
    pub forward_body: Option<Span>,
}

/// HTTPPathModifier.
#[derive(Debug, Clone)]
pub enum PathModifier {
    /// ReplaceFullPath.
    ReplaceFullPath(String),
    /// ReplacePrefixMatch.
    ReplacePrefixMatch(String),
}

/// HTTPBackendRef or GRPCBackendRef.
#[derive(Debug, Clone)]
pub struct BackendRef {
    /// API group, empty for core.
    pub group: String,
    /// Kind; absent is `Service`.
    pub kind: Spanned<String>,
    /// Name.
    pub name: Spanned<String>,
    /// Namespace, if given.
    pub namespace: Option<Spanned<String>>,
    /// Port of the Service.
    pub port: Option<Spanned<u16>>,
    /// `weight`; absent is 1.
    pub weight: u32,
    /// Where the weight stands, if it was given.
    pub weight_span: Option<Span>,
    /// `filters`.
    pub filters: Vec<Filter>,
    /// The whole entry.
    pub span: Span,
}

/// A core Service, or a ServiceImport (GEP-1748).
#[derive(Debug, Clone)]
pub struct Service {
    /// Which of the two.
    pub kind: ServiceKind,
    /// Name and namespace.
    pub metadata: Metadata,
    /// `spec.type`; absent is `ClusterIP`.
    pub service_type: String,
    /// `spec.clusterIPs`, or `spec.clusterIP`; without `None` and empty strings. `spec.ips` of a
    /// ServiceImport.
    pub cluster_ips: Vec<Spanned<std::net::IpAddr>>,
    /// Whether `spec.clusterIP` is `None`.
    pub headless: bool,
    /// `spec.ports`.
    pub ports: Vec<ServicePort>,
}

/// `spec.ports[]` of a Service.
#[derive(Debug, Clone)]
pub struct ServicePort {
    /// `name`, empty when absent.
    pub name: String,
    /// `port`.
    pub port: u16,
    /// `targetPort` where it is a number; a name is resolved by the EndpointSlices.
    pub target_port: Option<u16>,
    /// `appProtocol`.
    pub app_protocol: Option<String>,
    /// `protocol`; absent is `TCP`.
    pub protocol: String,
    /// The whole entry.
    pub span: Span,
}

/// A discovery.k8s.io EndpointSlice.
#[derive(Debug, Clone)]
pub struct EndpointSlice {
    /// Name, namespace and the label `kubernetes.io/service-name`.
    pub metadata: Metadata,
    /// `ports`: name (empty when absent) and number.
    pub ports: Vec<(String, u16)>,
    /// `endpoints[].addresses[0]` of endpoints that are ready (absent conditions count as ready).
    pub ready_addresses: Vec<String>,
    /// How many endpoints are listed, ready or not.
    pub endpoints: usize,
}

/// A ReferenceGrant.
#[derive(Debug, Clone)]
pub struct ReferenceGrant {
    /// Its namespace is the namespace of the targets.
    pub metadata: Metadata,
    /// `spec.from`: group, kind, namespace.
    pub from: Vec<(String, String, String)>,
    /// `spec.to`: group, kind, name if given.
    pub to: Vec<(String, String, Option<String>)>,
}

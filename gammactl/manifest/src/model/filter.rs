//! The filters of rules and backendRefs, and the backendRefs: each can hold the other.

use crate::source::{Span, Spanned};

/// A filter of a rule or of a backendRef.
#[derive(Debug, Clone)]
pub struct Filter {
    /// What it does.
    pub kind: FilterKind,
    /// The whole entry.
    pub span: Span,
}

impl Filter {
    /// Whether it replaces the prefix of a path.
    pub fn replaces_prefix(&self) -> bool {
        let modifier = match &self.kind {
            FilterKind::RequestRedirect(redirect) => &redirect.path,
            FilterKind::UrlRewrite(rewrite) => &rewrite.path,
            _ => return false,
        };
        matches!(modifier, Some(PathModifier::ReplacePrefixMatch(_)))
    }
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
    /// `http.path`, if given.
    pub path_prefix: Option<Spanned<String>>,
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
    ReplaceFullPath(Spanned<String>),
    /// ReplacePrefixMatch.
    ReplacePrefixMatch(Spanned<String>),
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

//! The filters of a rule or of a backend, compiled.

mod cors;
mod external_auth;
mod headers;
mod path_edit;
mod redirect;

use gamma_config::{Filter, Fraction};

use crate::{clusters::ClusterInterner, id::ClusterNumber};

pub(crate) use cors::{Cors, announced_method};
pub use external_auth::AuthService;
pub(crate) use headers::HeaderEdits;
pub(crate) use path_edit::PathEdit;
pub(crate) use redirect::CompiledRedirect;

/// The filters of one rule or one backend. Each kind but one is there at most once (the API's rule,
/// checked by the config), and they are applied in the order of these fields, whatever order they
/// are listed in: a preflight is answered before anybody asks for credentials that it can't have,
/// and who may not pass learns nothing of a redirect. "Implementations MAY choose to enforce a
/// strict filter ordering" (HTTPRouteRule.filters). The rule's come before the backend's.
#[derive(Debug, Default)]
pub(crate) struct Filters {
    pub(crate) cors: Option<Box<Cors>>,
    pub(crate) external_auth: Option<Box<AuthService>>,
    pub(crate) redirect: Option<Box<CompiledRedirect>>,
    pub(crate) request: HeaderEdits,
    /// URLRewrite's `hostname`.
    pub(crate) hostname: Option<Box<str>>,
    /// URLRewrite's `path`.
    pub(crate) path: Option<PathEdit>,
    /// All RequestMirrors: the one kind that may be there more than once.
    pub(crate) mirrors: Box<[MirrorTarget]>,
    pub(crate) response: HeaderEdits,
}

/// A cluster that copies of requests go to: RequestMirror.
#[derive(Debug)]
pub(crate) struct MirrorTarget {
    pub(crate) cluster: ClusterNumber,
    pub(crate) fraction: Fraction,
}

impl Filters {
    /// `None` if there are none, which is what most rules have.
    pub(crate) fn new(filters: &[Filter], clusters: &mut ClusterInterner) -> Option<Box<Self>> {
        if filters.is_empty() {
            return None;
        }
        let mut compiled = Box::<Self>::default();
        let mut mirrors = Vec::new();
        for filter in filters {
            match filter {
                Filter::RequestHeaderModifier(modifier) => {
                    compiled.request = HeaderEdits::new(modifier);
                }
                Filter::ResponseHeaderModifier(modifier) => {
                    compiled.response = HeaderEdits::new(modifier);
                }
                Filter::RequestRedirect(redirect) => {
                    compiled.redirect = Some(Box::new(CompiledRedirect::new(redirect)));
                }
                Filter::RequestMirror(mirror) => mirrors.push(MirrorTarget {
                    cluster: clusters.id(&mirror.cluster),
                    fraction: mirror.fraction,
                }),
                Filter::Cors(cors) => compiled.cors = Some(Box::new(Cors::new(cors))),
                Filter::ExternalAuth(auth) => {
                    compiled.external_auth = Some(Box::new(AuthService::new(auth)));
                }
                Filter::UrlRewrite(rewrite) => {
                    compiled.hostname = rewrite.hostname.as_deref().map(Into::into);
                    compiled.path = rewrite.path.as_ref().map(PathEdit::new);
                }
            }
        }
        compiled.mirrors = mirrors.into();
        Some(compiled)
    }
}

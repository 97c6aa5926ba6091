//! Filters, compiled: what a rule or a backend changes on the way.

mod cors;
mod external_auth;
mod headers;
mod path_modifier;
mod redirect;

use gamma_config::{Filter, Fraction};

use crate::{clusters::ClusterNames, id::ClusterId};

pub(crate) use cors::{Cors, announced_method};
pub use external_auth::ExternalAuth;
pub(crate) use headers::HeaderEdits;
pub(crate) use path_modifier::PathModifier;
pub(crate) use redirect::Redirect;

/// The filters of one rule or one backend. Each kind but one is there at most once (the API's rule,
/// checked by the config), and they are applied in the order of these fields, whatever order they
/// are listed in: a preflight is answered before anybody asks for credentials that it can't have,
/// and who may not pass learns nothing of a redirect. "Implementations MAY choose to enforce a
/// strict filter ordering" (HTTPRouteRule.filters). The rule's come before the backend's.
#[derive(Debug, Default)]
pub(crate) struct Filters {
    pub(crate) cors: Option<Box<Cors>>,
    pub(crate) external_auth: Option<Box<ExternalAuth>>,
    pub(crate) redirect: Option<Box<Redirect>>,
    pub(crate) request: HeaderEdits,
    /// URLRewrite's `hostname`.
    pub(crate) hostname: Option<Box<str>>,
    /// URLRewrite's `path`.
    pub(crate) path: Option<PathModifier>,
    /// All RequestMirrors: the one kind that may be there more than once.
    pub(crate) mirrors: Box<[Mirror]>,
    pub(crate) response: HeaderEdits,
}

/// RequestMirror.
#[derive(Debug)]
pub(crate) struct Mirror {
    pub(crate) cluster: ClusterId,
    pub(crate) fraction: Fraction,
}

impl Filters {
    /// `None` if there are none, which is what most rules have.
    pub(crate) fn new(filters: &[Filter], clusters: &mut ClusterNames) -> Option<Box<Self>> {
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
                    compiled.redirect = Some(Box::new(Redirect::new(redirect)));
                }
                Filter::RequestMirror(mirror) => mirrors.push(Mirror {
                    cluster: clusters.id(&mirror.cluster),
                    fraction: mirror.fraction,
                }),
                Filter::Cors(cors) => compiled.cors = Some(Box::new(Cors::new(cors))),
                Filter::ExternalAuth(auth) => {
                    compiled.external_auth = Some(Box::new(ExternalAuth::new(auth)));
                }
                Filter::UrlRewrite(rewrite) => {
                    compiled.hostname = rewrite.hostname.as_deref().map(Into::into);
                    compiled.path = rewrite.path.as_ref().map(PathModifier::new);
                }
            }
        }
        compiled.mirrors = mirrors.into();
        Some(compiled)
    }
}

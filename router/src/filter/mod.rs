//! Filters, compiled: what a rule or a backend changes on the way.

mod headers;
mod path_modifier;
mod redirect;

use gamma_config::Filter;

pub use headers::HeaderEdits;
pub(crate) use path_modifier::PathModifier;
pub(crate) use redirect::Redirect;

/// The filters of one rule or one backend. Each kind is there at most once (the API's rule, checked
/// by the config), and no two kinds touch the same thing, so their order does not matter; the
/// rule's are applied before the backend's.
#[derive(Debug, Default)]
pub(crate) struct Filters {
    pub(crate) request: HeaderEdits,
    pub(crate) response: HeaderEdits,
    pub(crate) redirect: Option<Redirect>,
    /// URLRewrite's `hostname`.
    pub(crate) hostname: Option<Box<str>>,
    /// URLRewrite's `path`.
    pub(crate) path: Option<PathModifier>,
}

impl Filters {
    /// `None` if there are none, which is what most rules have.
    pub(crate) fn new(filters: &[Filter]) -> Option<Box<Self>> {
        if filters.is_empty() {
            return None;
        }
        let mut compiled = Box::<Self>::default();
        for filter in filters {
            match filter {
                Filter::RequestHeaderModifier(modifier) => {
                    compiled.request = HeaderEdits::new(modifier);
                }
                Filter::ResponseHeaderModifier(modifier) => {
                    compiled.response = HeaderEdits::new(modifier);
                }
                Filter::RequestRedirect(redirect) => {
                    compiled.redirect = Some(Redirect::new(redirect));
                }
                Filter::UrlRewrite(rewrite) => {
                    compiled.hostname = rewrite.hostname.as_deref().map(Into::into);
                    compiled.path = rewrite.path.as_ref().map(PathModifier::new);
                }
            }
        }
        Some(compiled)
    }
}

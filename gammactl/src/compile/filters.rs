//! What filters become.

use gamma_config as config;

use super::backend::Backends;
use crate::{
    diagnostic::{Diagnostic, Diagnostics, codes},
    manifest::{Filter, FilterKind, HeaderModifier, PathModifier, Route},
    source::Spanned,
};

/// The filters of a rule or a backend.
#[derive(Debug, Default)]
pub(crate) struct Compiled {
    pub(crate) filters: Vec<config::Filter>,
    /// Why they can't all be applied. "Unsupported filters MUST NOT be skipped. Instead, requests
    /// that would have been processed by that filter MUST receive a HTTP error response."
    pub(crate) invalid: Option<String>,
}

pub(crate) fn compile(
    filters: &[Filter],
    route: &Route,
    backends: &Backends<'_>,
    diagnostics: &mut Diagnostics,
) -> Compiled {
    let mut compiled = Compiled::default();
    for filter in filters {
        match &filter.kind {
            FilterKind::RequestHeaderModifier(modifier) => {
                owned_headers(modifier, &mut compiled, diagnostics);
                let modifier = headers(modifier);
                compiled
                    .filters
                    .push(config::Filter::RequestHeaderModifier(modifier));
            }
            FilterKind::ResponseHeaderModifier(modifier) => {
                owned_headers(modifier, &mut compiled, diagnostics);
                let modifier = headers(modifier);
                compiled
                    .filters
                    .push(config::Filter::ResponseHeaderModifier(modifier));
            }
            FilterKind::RequestRedirect(redirect) => {
                compiled
                    .filters
                    .push(config::Filter::RequestRedirect(config::RequestRedirect {
                        scheme: match redirect.scheme.as_deref() {
                            Some("https") => Some(config::Scheme::Https),
                            Some(_) => Some(config::Scheme::Http),
                            None => None,
                        },
                        hostname: redirect.hostname.clone(),
                        path: redirect.path.as_ref().map(path),
                        port: redirect.port,
                        status_code: redirect.status_code.unwrap_or(302),
                    }));
            }
            FilterKind::UrlRewrite(rewrite) => {
                compiled
                    .filters
                    .push(config::Filter::UrlRewrite(config::UrlRewrite {
                        hostname: rewrite.hostname.clone(),
                        path: rewrite.path.as_ref().map(path),
                    }));
            }
            // "If the referent cannot be found, … this RequestMirror filter is dropped": a copy that
            // goes nowhere must not harm the request.
            FilterKind::RequestMirror(mirror) => {
                match backends.cluster(route, &mirror.backend) {
                    Ok(cluster) => compiled.filters.push(config::Filter::RequestMirror(
                        config::RequestMirror {
                            cluster,
                            fraction: mirror.fraction,
                        },
                    )),
                    Err(fault) => diagnostics.push(
                        fault.diagnostic("nothing is mirrored; the requests themselves are served"),
                    ),
                }
            }
            FilterKind::Unsupported(kind) => {
                compiled.invalid = Some(format!("filter {} is not supported", kind.value));
                diagnostics.push(
                    Diagnostic::new(
                        &codes::UNSUPPORTED_FILTER,
                        kind.span,
                        format!("filter `{}` is not supported", kind.value),
                    )
                    .why("requests that it should be applied to are answered 500, as the API demands")
                    .hint(
                        "use RequestHeaderModifier, ResponseHeaderModifier, RequestRedirect, URLRewrite \
                         or RequestMirror, or remove the filter",
                    ),
                );
            }
        }
    }
    if compiled.invalid.is_some() {
        compiled.filters.clear();
    }
    compiled
}

fn headers(modifier: &HeaderModifier) -> config::HeaderModifier {
    let pairs = |list: &[(Spanned<String>, Spanned<String>)]| {
        list.iter()
            .map(|(name, value)| config::Header {
                name: name.value.clone(),
                value: value.value.clone(),
            })
            .collect()
    };
    config::HeaderModifier {
        set: pairs(&modifier.set),
        add: pairs(&modifier.add),
        remove: modifier.remove.iter().map(|n| n.value.clone()).collect(),
    }
}

fn path(modifier: &PathModifier) -> config::PathModifier {
    match modifier {
        PathModifier::ReplaceFullPath(path) => config::PathModifier::ReplaceFullPath(path.clone()),
        PathModifier::ReplacePrefixMatch(prefix) => {
            config::PathModifier::ReplacePrefixMatch(prefix.clone())
        }
    }
}

/// A route that could set `x-gamma-cluster` could send requests anywhere.
fn owned_headers(
    modifier: &HeaderModifier,
    compiled: &mut Compiled,
    diagnostics: &mut Diagnostics,
) {
    let changed = modifier
        .set
        .iter()
        .chain(&modifier.add)
        .map(|(name, _)| name);
    for name in changed.chain(&modifier.remove) {
        if name.value.to_ascii_lowercase().starts_with("x-gamma-") {
            compiled.invalid = Some(format!("header {} is owned by the filter", name.value));
            diagnostics.push(
                Diagnostic::new(
                    &codes::OWNED_HEADER,
                    name.span,
                    format!("header `{}` can't be changed by a route", name.value),
                )
                .why("`x-gamma-*` is how the filter talks to the proxy; the requests are answered 500")
                .hint("choose another header name"),
            );
        }
    }
}

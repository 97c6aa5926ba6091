//! Compiles filters of rules and backendRefs. Where one can't be applied, the requests are answered
//! 500.

use gamma_config::{self as config, wire};
use gamma_manifest::{
    ExternalAuth, Filter, FilterKind, HeaderModifier, PathModifier, Route,
    diagnostic::{Diagnostic, Diagnostics, codes},
    source::{Span, Spanned},
};

use super::{framing, resolve::BackendResolver};

/// The filters of a rule or a backend.
#[derive(Debug, Default)]
pub(crate) struct CompiledFilters {
    pub(crate) filters: Vec<config::Filter>,
    /// Why they can't all be applied. "Unsupported filters MUST NOT be skipped. Instead, requests
    /// that would have been processed by that filter MUST receive a HTTP error response."
    pub(crate) invalid: Option<String>,
}

pub(crate) fn compile(
    filters: &[Filter],
    route: &Route,
    backends: &BackendResolver<'_>,
    diagnostics: &mut Diagnostics,
) -> CompiledFilters {
    let mut compiled = CompiledFilters::default();
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
            FilterKind::Cors(cors) => compiled
                .filters
                .push(config::Filter::Cors(cors.as_ref().clone())),
            FilterKind::ExternalAuth(auth) => {
                for name in auth
                    .allowed_headers
                    .iter()
                    .chain(&auth.allowed_response_headers)
                {
                    owned(name, "passed on", &mut compiled, diagnostics);
                }
                match external_auth(auth, route, backends) {
                    Ok(compiled_auth) => {
                        let why = "nobody is allowed until it has";
                        backends.endpoints(route, &auth.backend, why, diagnostics);
                        compiled
                            .filters
                            .push(config::Filter::ExternalAuth(compiled_auth));
                    }
                    Err(refused) => compiled.refuse(*refused, diagnostics),
                }
            }
            FilterKind::Unsupported(kind) => compiled.refuse(
                unsupported(kind.span, &format!("filter `{}`", kind.value)).hint(
                    "use another of the API's filters, or remove it: what it extends is known to \
                     no one here",
                ),
                diagnostics,
            ),
        }
    }
    if compiled.invalid.is_some() {
        compiled.filters.clear();
    }
    compiled
}

impl CompiledFilters {
    /// A backend's filters: whom to ask has to be known before the backend is drawn.
    pub(crate) fn only_of_rules(&mut self, filters: &[Filter], diagnostics: &mut Diagnostics) {
        let auth = |filter: &&Filter| matches!(filter.kind, FilterKind::ExternalAuth(_));
        if let Some(filter) = filters.iter().find(auth)
            && self.invalid.is_none()
        {
            self.filters.clear();
            self.refuse(
                unsupported(filter.span, "`ExternalAuth` on a backendRef")
                    .hint("move it to the rule"),
                diagnostics,
            );
        }
    }

    /// Fails closed: the requests are answered 500.
    fn refuse(&mut self, why: Diagnostic, diagnostics: &mut Diagnostics) {
        self.invalid = Some(why.message.replace('`', ""));
        diagnostics.push(why);
    }
}

fn unsupported(span: Span, what: &str) -> Diagnostic {
    Diagnostic::new(
        &codes::UNSUPPORTED_FILTER,
        span,
        format!("{what} is not supported"),
    )
    .why("requests that it should be applied to are answered 500, as the API demands")
}

fn external_auth(
    auth: &ExternalAuth,
    route: &Route,
    backends: &BackendResolver<'_>,
) -> Result<config::ExternalAuth, Box<Diagnostic>> {
    if auth.grpc {
        return Err(Box::new(
            unsupported(auth.protocol, "protocol `GRPC` of ExternalAuth")
                .hint("use `protocol: HTTP`, or the proxy's own ext_authz filter"),
        ));
    }
    if let Some(span) = auth.forward_body {
        return Err(Box::new(
            unsupported(span, "`forwardBody` of ExternalAuth").hint(
                "remove it, or use the proxy's own ext_authz filter: bodies are not buffered",
            ),
        ));
    }
    let cluster = backends.cluster(route, &auth.backend).map_err(|fault| {
        let why = "there is no one to ask, so the rule's requests are answered 500";
        Box::new(fault.diagnostic(why))
    })?;
    let plain = |names: &[Spanned<String>]| names.iter().map(|name| name.value.clone()).collect();
    Ok(config::ExternalAuth {
        cluster,
        path_prefix: auth.path_prefix.clone(),
        allowed_headers: plain(&auth.allowed_headers),
        allowed_response_headers: plain(&auth.allowed_response_headers),
    })
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
    compiled: &mut CompiledFilters,
    diagnostics: &mut Diagnostics,
) {
    for name in modifier.names() {
        owned(name, "changed by a route", compiled, diagnostics);
    }
    if let Some(refused) = framing::check(modifier, diagnostics) {
        compiled.invalid = Some(refused);
    }
}

/// Whether only the filter may use a header.
pub(crate) fn is_owned(name: &str) -> bool {
    name.to_ascii_lowercase().starts_with(wire::PREFIX)
}

pub(crate) fn owned(
    name: &Spanned<String>,
    what: &str,
    compiled: &mut CompiledFilters,
    diagnostics: &mut Diagnostics,
) {
    if !is_owned(&name.value) {
        return;
    }
    compiled.invalid = Some(format!("header {} is owned by the filter", name.value));
    diagnostics.push(
        Diagnostic::new(
            &codes::OWNED_HEADER,
            name.span,
            format!("header `{}` can't be {what}", name.value),
        )
        .why("`x-gamma-*` is how the filter talks to the proxy; the requests are answered 500")
        .hint("choose another header name"),
    );
}

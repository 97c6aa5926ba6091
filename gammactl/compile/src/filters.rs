//! Compiles filters of rules and backendRefs. Where one can't be applied, the requests are answered
//! 500.

use gamma_config::{self as config, wire};
use gamma_manifest::{
    ExternalAuth, Filter, FilterKind, HeaderModifier, Match, PathMatchType, PathModifier, Route,
    Rule,
    diagnostic::{Diagnostic, Diagnostics, codes},
    source::{Span, Spanned},
};

use super::{
    framing, header_changes, header_changes::possible_names, path_change, path_change::PathChange,
    resolve::BackendResolver,
};

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
    let mut asks = None;
    for filter in filters {
        match &filter.kind {
            FilterKind::RequestHeaderModifier(modifier) => {
                if let Some(modifier) = compiled.headers(modifier, diagnostics) {
                    compiled
                        .filters
                        .push(config::Filter::RequestHeaderModifier(modifier));
                }
            }
            FilterKind::ResponseHeaderModifier(modifier) => {
                if let Some(modifier) = compiled.headers(modifier, diagnostics) {
                    compiled
                        .filters
                        .push(config::Filter::ResponseHeaderModifier(modifier));
                }
            }
            FilterKind::RequestRedirect(redirect) => {
                let path = compiled.path(redirect.path.as_ref(), PathChange::Redirect, diagnostics);
                compiled
                    .filters
                    .push(config::Filter::RequestRedirect(config::RequestRedirect {
                        scheme: match redirect.scheme.as_deref() {
                            Some("https") => Some(config::Scheme::Https),
                            Some(_) => Some(config::Scheme::Http),
                            None => None,
                        },
                        hostname: redirect.hostname.clone(),
                        path,
                        port: redirect.port,
                        status_code: redirect.status_code.unwrap_or(302),
                    }));
            }
            FilterKind::UrlRewrite(rewrite) => {
                let path = compiled.path(rewrite.path.as_ref(), PathChange::Rewrite, diagnostics);
                compiled
                    .filters
                    .push(config::Filter::UrlRewrite(config::UrlRewrite {
                        hostname: rewrite.hostname.clone(),
                        path,
                    }));
            }
            // "If the referent cannot be found, … this RequestMirror filter is dropped": a copy that
            // goes nowhere must not harm the request.
            FilterKind::RequestMirror(mirror) => match backends.cluster(route, &mirror.backend) {
                Ok(cluster) => {
                    compiled
                        .filters
                        .push(config::Filter::RequestMirror(config::RequestMirror {
                            cluster,
                            fraction: mirror.fraction,
                        }))
                }
                Err(fault) if backends.is_consequence(fault.code(), route, &mirror.backend) => {}
                Err(fault) => diagnostics.push(
                    fault.diagnostic("nothing is mirrored; the requests themselves are served"),
                ),
            },
            FilterKind::Cors(cors) => compiled
                .filters
                .push(config::Filter::Cors(cors.as_ref().clone())),
            FilterKind::ExternalAuth(_) if asks.is_some() => {
                compiled.refuse(second_auth(filter.span, asks), diagnostics);
            }
            FilterKind::ExternalAuth(auth) => {
                asks = Some(filter.span);
                for name in auth
                    .allowed_headers
                    .iter()
                    .chain(&auth.allowed_response_headers)
                {
                    owned(name, "passed on", &mut compiled, diagnostics);
                }
                match external_auth(auth, route, backends, diagnostics) {
                    Ok(compiled_auth) => {
                        let why = "nobody is allowed until it has";
                        backends.endpoints(route, &auth.backend, why, diagnostics);
                        compiled
                            .filters
                            .push(config::Filter::ExternalAuth(compiled_auth));
                    }
                    Err(refused) if backends.is_consequence(refused.code, route, &auth.backend) => {
                        compiled.invalid = Some(refused.message.replace('`', ""));
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

    /// A backend's filters: the API server checks that there is one PathPrefix match to replace, unless
    /// several backends replace it (it asks whether `exists_one` does).
    pub(crate) fn only_of_prefixes(
        &mut self,
        filters: &[Filter],
        rule: &Rule,
        diagnostics: &mut Diagnostics,
    ) {
        let is_prefix = |m: &Match| matches!(m, Match::Http(http) if http.path.kind == PathMatchType::PathPrefix);
        if rule.matches.iter().all(is_prefix) || self.invalid.is_some() {
            return;
        }
        if let Some(filter) = filters.iter().find(|filter| filter.replaces_prefix()) {
            self.filters.clear();
            self.refuse(
                Diagnostic::new(
                    &codes::NO_PREFIX,
                    filter.span,
                    "the rule has no PathPrefix whose prefix could be replaced",
                )
                .why("the backend's share of the requests is answered 500")
                .hint("split the rule: one match each, of type PathPrefix"),
                diagnostics,
            );
        }
    }

    /// What a header modifier becomes, if it can be applied.
    fn headers(
        &mut self,
        modifier: &HeaderModifier,
        diagnostics: &mut Diagnostics,
    ) -> Option<config::HeaderModifier> {
        owned_headers(modifier, self, diagnostics);
        match header_changes::compile(modifier, diagnostics) {
            Ok(modifier) => Some(modifier),
            Err(refused) => {
                self.invalid = Some(refused);
                None
            }
        }
    }

    /// What a change of the path becomes, if it can be made.
    fn path(
        &mut self,
        modifier: Option<&PathModifier>,
        change: PathChange,
        diagnostics: &mut Diagnostics,
    ) -> Option<config::PathModifier> {
        match path_change::compile(modifier?, change, diagnostics) {
            Ok(modifier) => Some(modifier),
            Err(refused) => {
                self.refuse(*refused, diagnostics);
                None
            }
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

/// The API asks one service: its schema alone lets several pass.
fn second_auth(span: Span, first: Option<Span>) -> Diagnostic {
    let second = Diagnostic::new(&codes::ONE_ONLY, span, "the rule has a second ExternalAuth")
        .why("a request is asked about once by the API; its requests are answered 500")
        .hint("put everything into one filter");
    match first {
        Some(first) => second.also(first, "the first one"),
        None => second,
    }
}

fn external_auth(
    auth: &ExternalAuth,
    route: &Route,
    backends: &BackendResolver<'_>,
    diagnostics: &mut Diagnostics,
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
    let path_prefix = match &auth.path_prefix {
        Some(prefix) if !prefix.value.starts_with('/') => {
            return Err(Box::new(
                Diagnostic::new(
                    &codes::PATH_CHANGE,
                    prefix.span,
                    format!("`{}` can't stand before a path", prefix.value),
                )
                .why("it does not begin with `/`; the rule's requests are answered 500")
                .hint(format!("begin it with a slash: `/{}`", prefix.value)),
            ));
        }
        // It stands before a path, which begins with `/`.
        Some(prefix) => prefix.value.trim_end_matches('/').into(),
        None => String::new(),
    };
    let mut names = |names: &[Spanned<String>]| {
        let why = "no header is called that, so nothing is passed on";
        let names = possible_names(names, "the name of a header", why, diagnostics);
        names.into_iter().map(|name| name.value.clone()).collect()
    };
    Ok(config::ExternalAuth {
        cluster,
        path_prefix,
        allowed_headers: names(&auth.allowed_headers),
        allowed_response_headers: names(&auth.allowed_response_headers),
    })
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

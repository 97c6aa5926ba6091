//! Warns of retries and CORS policies that are hardly meant, and of fields that not every API server
//! knows.

use gamma_manifest::{
    FilterKind, HeaderModifier, Match, Rule,
    diagnostic::{Diagnostic, Diagnostics, codes},
    source::{Span, Spanned},
};

pub(super) fn lint(rule: &Rule, diagnostics: &mut Diagnostics) {
    retries(rule, diagnostics);
    matched_values(rule, diagnostics);
    if let Some(session) = &rule.session_persistence {
        diagnostics.push(experimental(session.span, "`sessionPersistence`"));
    }
    let of_backends = rule.backend_refs.iter().flat_map(|b| &b.filters);
    for filter in rule.filters.iter().chain(of_backends) {
        match &filter.kind {
            FilterKind::Cors(cors)
                if cors.allow_credentials && cors.allow_origins.iter().any(|o| o == "*") =>
            {
                diagnostics.push(any_origin(filter.span));
            }
            FilterKind::ExternalAuth(_) => {
                diagnostics.push(experimental(filter.span, "filter `ExternalAuth`"));
            }
            FilterKind::RequestHeaderModifier(modifier)
            | FilterKind::ResponseHeaderModifier(modifier) => header_values(modifier, diagnostics),
            _ => {}
        }
    }
}

/// "The entire duration of the initial request and any retry attempts MUST not exceed the Request
/// timeout duration."
fn retries(rule: &Rule, diagnostics: &mut Diagnostics) {
    let (Some(retry), Some(span)) = (&rule.retry, rule.retry_span) else {
        return;
    };
    let Some(request) = rule.timeouts.request.filter(|t| t.as_millis() > 0) else {
        return;
    };
    let why = if retry.backoff.is_some_and(|backoff| backoff >= request) {
        "the request has run out of time before the first retry may begin"
    } else if rule.timeouts.backend_request == Some(request) {
        "an attempt that runs out of `backendRequest` has used all of `request`: it is not retried"
    } else {
        return;
    };
    diagnostics.push(
        Diagnostic::new(
            &codes::NO_TIME_TO_RETRY,
            span,
            format!("`timeouts.request` of {request} leaves no time to retry"),
        )
        .why(why)
        .hint("make `timeouts.request` long enough for all attempts and the time between them"),
    );
}

fn any_origin(span: Span) -> Diagnostic {
    Diagnostic::new(
        &codes::CREDENTIALS_FROM_ANYWHERE,
        span,
        "any site may use the credentials of its visitors",
    )
    .why("`allowOrigins: [\"*\"]` with `allowCredentials` lets every script read the answers")
    .hint("list the origins that may")
}

fn experimental(span: Span, what: &str) -> Diagnostic {
    Diagnostic::new(
        &codes::RELEASE_CHANNEL,
        span,
        format!("{what} is in the experimental channel of the Gateway API only"),
    )
    .why("with the CRDs of the standard channel the API server drops or refuses it")
    .hint("nothing to do where the experimental CRDs are installed")
}

/// Header matches have that pattern in HTTPRoutes.
fn matched_values(rule: &Rule, diagnostics: &mut Diagnostics) {
    for m in &rule.matches {
        if let Match::Http(http) = m {
            let values = http.headers.iter().map(|header| &header.value);
            values.for_each(|value| header_value(value, diagnostics));
        }
    }
}

/// The experimental channel has a pattern for header values: `^[!-~]+([\t ]?[!-~]+)*$`.
fn header_values(modifier: &HeaderModifier, diagnostics: &mut Diagnostics) {
    for (_, value) in modifier.set.iter().chain(&modifier.add) {
        header_value(value, diagnostics);
    }
}

fn header_value(value: &Spanned<String>, diagnostics: &mut Diagnostics) {
    // A line break is spoken of where the rule is compiled.
    if is_plain(value) || value.value.contains(['\r', '\n', '\0']) {
        return;
    }
    diagnostics.push(
        Diagnostic::new(
            &codes::RELEASE_CHANNEL,
            value.span,
            format!(
                "{:?} is no header value in the experimental channel",
                value.value
            ),
        )
        .why("its API server takes printable ASCII with single spaces in between only")
        .hint("nothing to do where the standard CRDs are installed"),
    );
}

fn is_plain(value: &Spanned<String>) -> bool {
    value
        .value
        .split([' ', '\t'])
        .all(|word| !word.is_empty() && word.bytes().all(|b| b.is_ascii_graphic()))
}

//! `spec.rules[]`.

use gamma_config::Timeouts;

use super::{
    backend, filters, matches,
    object::{Cx, Field, Object, integer},
    session, text,
};
use crate::{
    diagnostic::codes,
    manifest::{FilterKind, Match, PathMatchType, PathModifier, RouteKind, Rule},
    source::Span,
};

pub(super) fn rule(kind: RouteKind, field: &Field<'_>, cx: &mut Cx<'_>) -> Option<Rule> {
    let mut object = Object::open(field, cx)?;
    let name = object.string("name", cx);
    if let Some(name) = &name {
        text::name(name, &object.path_to("name"), cx);
    }
    let mut matches: Vec<Match> = object
        .list("matches", 64, cx)
        .iter()
        .filter_map(|field| matches::r#match(kind, field, cx))
        .collect();
    if matches.is_empty() {
        matches.push(matches::everything(kind, object.span));
    }
    let filters = filters::filters(kind, &mut object, cx);
    let backend_refs = object
        .list("backendRefs", 16, cx)
        .iter()
        .filter_map(|field| backend::backend_ref(kind, field, cx))
        .collect();
    // GRPCRoute has neither timeouts nor retries.
    let (timeouts, retry) = match kind {
        RouteKind::HttpRoute => (
            object
                .take("timeouts")
                .and_then(|f| timeouts(&f, cx))
                .unwrap_or_default(),
            object.take("retry").and_then(|f| retry(&f, cx)),
        ),
        RouteKind::GrpcRoute => (Timeouts::default(), None),
    };
    let session_persistence = object
        .take("sessionPersistence")
        .and_then(|f| session::session_persistence(&f, cx));
    let rule = Rule {
        name,
        matches,
        filters,
        backend_refs,
        timeouts,
        retry,
        session_persistence,
        span: object.span,
    };
    object.finish(cx);
    consistent(&rule, &field.path, cx);
    Some(rule)
}

/// The rule of an HTTPRoute that has none.
pub(super) fn default_rule(span: Span) -> Rule {
    Rule {
        name: None,
        matches: vec![matches::everything(RouteKind::HttpRoute, span)],
        filters: Vec::new(),
        backend_refs: Vec::new(),
        timeouts: Timeouts::default(),
        retry: None,
        session_persistence: None,
        span,
    }
}

/// What the API server checks across the fields of a rule.
fn consistent(rule: &Rule, path: &str, cx: &mut Cx<'_>) {
    let redirect = rule
        .filters
        .iter()
        .find(|f| matches!(f.kind, FilterKind::RequestRedirect(_)));
    if let Some(redirect) = redirect
        && !rule.backend_refs.is_empty()
    {
        cx.refuse(
            &codes::CONTRADICTION,
            redirect.span,
            format!("`{path}` has a RequestRedirect and backendRefs"),
            "a redirect forwards nothing: remove one of the two",
        );
    }
    let of_backends = rule
        .backend_refs
        .iter()
        .flat_map(|backend| &backend.filters);
    for filter in rule.filters.iter().chain(of_backends) {
        let modifier = match &filter.kind {
            FilterKind::RequestRedirect(redirect) => &redirect.path,
            FilterKind::UrlRewrite(rewrite) => &rewrite.path,
            _ => continue,
        };
        // "When using type ReplacePrefixMatch, exactly one path match with type PathPrefix must be
        // specified."
        let one_prefix = matches!(rule.matches.as_slice(),
            [Match::Http(http)] if http.path.kind == PathMatchType::PathPrefix);
        if matches!(modifier, Some(PathModifier::ReplacePrefixMatch(_))) && !one_prefix {
            cx.refuse(
                &codes::CONTRADICTION,
                filter.span,
                format!(
                    "`{path}` replaces a prefix, but does not have exactly one PathPrefix match"
                ),
                "split the rule: one match each, of type PathPrefix",
            );
        }
    }
}

fn timeouts(field: &Field<'_>, cx: &mut Cx<'_>) -> Option<Timeouts> {
    let mut object = Object::open(field, cx)?;
    let mut duration = |name| {
        let text = object.string(name, cx)?;
        text::duration(&text, &object.path_to(name), cx)
    };
    let timeouts = Timeouts {
        request: duration("request"),
        backend_request: duration("backendRequest"),
    };
    if let (Some(request), Some(attempt)) = (timeouts.request, timeouts.backend_request)
        && request.as_millis() > 0
        && attempt > request
    {
        cx.refuse(
            &codes::CONTRADICTION,
            object.span,
            format!(
                "`{}` is longer than `request`",
                object.path_to("backendRequest")
            ),
            "a single attempt can't take longer than the whole request",
        );
    }
    object.finish(cx);
    Some(timeouts)
}

fn retry(field: &Field<'_>, cx: &mut Cx<'_>) -> Option<gamma_config::Retry> {
    let mut object = Object::open(field, cx)?;
    let codes = object
        .list("codes", usize::MAX, cx)
        .iter()
        .filter_map(|field| Some(integer(field, 400..=599, cx)?.value))
        .collect();
    let attempts = object
        .integer("attempts", 1..=u32::MAX, cx)
        .map(|n| n.value);
    let backoff = object
        .string("backoff", cx)
        .and_then(|text| text::duration(&text, &object.path_to("backoff"), cx));
    object.finish(cx);
    Some(gamma_config::Retry {
        codes,
        attempts,
        backoff,
    })
}

//! Reads `spec.rules[]` of HTTPRoutes and GRPCRoutes.

use std::collections::HashSet;

use gamma_config::Timeouts;

use super::{backend, cx::Cx, filters, matches, scalar::list, session, text};
use crate::{
    Filter, FilterKind, Match, PathMatchType, RouteKind, Rule,
    diagnostic::codes,
    source::{Span, Spanned},
    yaml::{Field, ObjectReader},
};

pub(super) fn rule(kind: RouteKind, field: &Field<'_>, cx: &mut Cx<'_>) -> Option<Rule> {
    let mut object = ObjectReader::open(field, cx)?;
    let name = object.string("name", cx);
    if let Some(name) = &name {
        text::name(name, &object.path_to("name"), cx);
    }
    let has_matches = object.has("matches");
    let fields = list(&mut object, "matches", 64, cx);
    let mut matches: Vec<Match> = fields
        .iter()
        .filter_map(|field| matches::r#match(kind, field, cx))
        .collect();
    // An empty list is not absent: it does not get the API's default.
    let written = has_matches.then_some(fields.len());
    if matches.is_empty() {
        matches.push(matches::everything(kind, object.span));
    }
    let filters = filters::filters(kind, &mut object, cx);
    let backend_refs = list(&mut object, "backendRefs", 16, cx)
        .iter()
        .filter_map(|field| backend::backend_ref(kind, field, cx))
        .collect();
    // GRPCRoute has neither timeouts nor retries.
    let retry_field = match kind {
        RouteKind::HttpRoute => object.take("retry", cx),
        RouteKind::GrpcRoute => None,
    };
    let retry_span = retry_field.as_ref().map(|field| field.node.span);
    let (timeouts, retry) = match kind {
        RouteKind::HttpRoute => (
            object
                .take("timeouts", cx)
                .and_then(|f| timeouts(&f, cx))
                .unwrap_or_default(),
            retry_field.and_then(|f| retry(&f, cx)),
        ),
        RouteKind::GrpcRoute => (Timeouts::default(), None),
    };
    let session_persistence = object
        .take("sessionPersistence", cx)
        .and_then(|f| session::session_persistence(&f, cx));
    let rule = Rule {
        name,
        matches,
        filters,
        backend_refs,
        timeouts,
        retry,
        retry_span,
        session_persistence,
        span: object.span,
    };
    if kind == RouteKind::GrpcRoute {
        let instead = "only HTTPRoutes have it: clients of gRPC send a deadline of their own";
        object.not_here(&["timeouts", "retry"], instead, cx);
    }
    object.finish(cx);
    consistent(&rule, written, &field.path, cx);
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
        retry_span: None,
        session_persistence: None,
        span,
    }
}

/// Checks what the API server checks across the fields of a rule; `written` is how many matches it has, if
/// it has the field.
fn consistent(rule: &Rule, written: Option<usize>, path: &str, cx: &mut Cx<'_>) {
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
    // "When using type ReplacePrefixMatch, exactly one path match with type PathPrefix must be
    // specified."
    let one_prefix = written.is_none_or(|written| written == 1)
        && matches!(rule.matches.as_slice(),
            [Match::Http(http)] if http.path.kind == PathMatchType::PathPrefix);
    // What is wrong with a match has been said already.
    if one_prefix || written.is_some_and(|n| n > 0 && n != rule.matches.len()) {
        return;
    }
    let of_rule = rule
        .filters
        .iter()
        .filter(|filter| filter.replaces_prefix());
    for filter in of_rule.chain(of_one_backend(rule)) {
        cx.refuse(
            &codes::CONTRADICTION,
            filter.span,
            format!("`{path}` replaces a prefix, but does not have exactly one PathPrefix match"),
            "split the rule: one match each, of type PathPrefix",
        );
    }
}

/// The filters of backends that replace a prefix, as far as the API server looks at them: its rule holds
/// if `exists_one` of the backends has a filter of that kind, and so not if two of them have.
fn of_one_backend(rule: &Rule) -> impl Iterator<Item = &Filter> {
    let kinds: [fn(&Filter) -> bool; 2] = [
        |filter| matches!(filter.kind, FilterKind::RequestRedirect(_)),
        |filter| matches!(filter.kind, FilterKind::UrlRewrite(_)),
    ];
    kinds.into_iter().filter_map(|is_kind| {
        let mut replacing = rule.backend_refs.iter().filter_map(|backend| {
            let mut filters = backend.filters.iter();
            filters.find(|filter| is_kind(filter) && filter.replaces_prefix())
        });
        let first = replacing.next()?;
        replacing.next().is_none().then_some(first)
    })
}

fn timeouts(field: &Field<'_>, cx: &mut Cx<'_>) -> Option<Timeouts> {
    let mut object = ObjectReader::open(field, cx)?;
    let timeouts = Timeouts {
        request: text::duration(&mut object, "request", cx),
        backend_request: text::duration(&mut object, "backendRequest", cx),
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
    let mut object = ObjectReader::open(field, cx)?;
    let codes: Vec<Spanned<u16>> = object
        .list("codes", cx)
        .iter()
        .filter_map(|field| field.integer(400..=599, cx))
        .collect();
    let mut seen = HashSet::new();
    for code in &codes {
        if !seen.insert(code.value) {
            cx.refuse(
                &codes::CONTRADICTION,
                code.span,
                format!("`{}` has {} twice", object.path_to("codes"), code.value),
                "remove one",
            );
        }
    }
    let attempts = object
        .integer("attempts", 0..=i64::MAX as u64, cx)
        .map(|n| u32::try_from(n.value).unwrap_or(u32::MAX));
    let backoff = text::duration(&mut object, "backoff", cx);
    object.finish(cx);
    // "An explicit zero value MUST disable retries."
    (attempts != Some(0)).then(|| gamma_config::Retry {
        codes: codes.into_iter().map(|code| code.value).collect(),
        attempts,
        backoff,
    })
}

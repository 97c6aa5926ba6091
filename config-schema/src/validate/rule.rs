//! Validation checks the matches, backends and policies of a rule.

use super::{
    filters::filters,
    problems::ProblemList,
    wire_text::{self, header_name, on_wire},
};
use crate::{
    filter::{Filter, PathModifier},
    matches::{Match, PathMatchType},
    place::Place,
    rule::{BackendRef, MAX_MIRRORS, MAX_WEIGHT, Rule},
    session::SessionPersistence,
    text::is_host,
};

#[inline(never)]
pub(super) fn rule(rule: &Rule, place: &Place<'_>, problems: &mut ProblemList) {
    if rule.name.contains('/') {
        problems.add(
            &place.member("name"),
            format_args!("`{}` must not contain `/`", rule.name),
        );
    }
    for (m, r#match) in rule.matches.iter().enumerate() {
        self::r#match(r#match, &place.element("matches", m), problems);
    }
    filters(&rule.filters, place, problems);
    prefixes(rule, place, problems);
    for (b, backend) in rule.backend_refs.iter().enumerate() {
        self::backend(backend, &place.element("backendRefs", b), problems);
    }
    policy(rule, place, problems);
    if let Some(session) = &rule.session_persistence {
        self::session(session, &place.member("sessionPersistence"), problems);
    }
    mirrors(rule, place, problems);
    let redirects = rule
        .filters
        .iter()
        .any(|f| matches!(f, Filter::RequestRedirect(_)));
    if redirects && !rule.backend_refs.is_empty() {
        problems.add(
            place,
            format_args!("has `backendRefs` beside `requestRedirect`: they would never be used"),
        );
    }
}

/// The filter has a header for each mirror of a request, and the proxy a policy for each header.
fn mirrors(rule: &Rule, place: &Place<'_>, problems: &mut ProblemList) {
    if rule.most_mirrors() > MAX_MIRRORS {
        problems.add(
            place,
            format_args!(
                "{} mirrors, {MAX_MIRRORS} are possible",
                rule.most_mirrors()
            ),
        );
    }
}

fn policy(rule: &Rule, place: &Place<'_>, problems: &mut ProblemList) {
    let (request, attempt) = (rule.timeouts.request, rule.timeouts.backend_request);
    // "BackendRequest timeout cannot be longer than request timeout", unless that is unlimited.
    if let (Some(request), Some(attempt)) = (request, attempt)
        && request.as_millis() > 0
        && attempt > request
    {
        problems.add(
            &place.member("timeouts.backendRequest"),
            format_args!("{attempt} is longer than `request`, {request}"),
        );
    }
    let codes = rule.retry.iter().flat_map(|retry| &retry.codes);
    for code in codes.filter(|code| !(400..600).contains(*code)) {
        problems.add(
            &place.member("retry.codes"),
            format_args!("{code} is not from 400 to 599"),
        );
    }
}

fn session(session: &SessionPersistence, place: &Place<'_>, problems: &mut ProblemList) {
    header_name(&place.member("name"), &session.name, problems);
    if !session.path.starts_with('/') || session.path.contains([';', ' ', '"']) {
        problems.add(
            &place.member("path"),
            format_args!("{:?} can't be the path of a cookie", session.path),
        );
    }
    on_wire(&place.member("path"), &session.path, 1, problems);
    // "When using a permanent cookie, absoluteTimeout is required."
    if session.permanent && session.absolute_timeout.is_none() {
        problems.add(
            place,
            format_args!("a permanent cookie needs `absoluteTimeout`"),
        );
    }
}

/// "ReplacePrefixMatch … is only compatible with a PathPrefix HTTPRouteMatch": what it replaces
/// must be known whichever match won.
fn prefixes(rule: &Rule, place: &Place<'_>, problems: &mut ProblemList) {
    let of_backends = rule.backend_refs.iter().flat_map(|b| &b.filters);
    let replaces = rule.filters.iter().chain(of_backends).any(|filter| {
        let modifier = match filter {
            Filter::RequestRedirect(redirect) => &redirect.path,
            Filter::UrlRewrite(rewrite) => &rewrite.path,
            _ => return false,
        };
        matches!(modifier, Some(PathModifier::ReplacePrefixMatch(_)))
    });
    let is_prefix = |m: &Match| {
        m.path
            .as_ref()
            .is_none_or(|path| path.kind == PathMatchType::PathPrefix)
    };
    if replaces && !rule.matches.iter().all(is_prefix) {
        problems.add(
            place,
            format_args!("`replacePrefixMatch` needs every match of the rule to be a PathPrefix"),
        );
    }
}

fn backend(backend: &BackendRef, place: &Place<'_>, problems: &mut ProblemList) {
    match (&backend.cluster, &backend.invalid) {
        (Some(cluster), None) => on_wire(&place.member("cluster"), cluster, 1, problems),
        (None, Some(_)) => {}
        _ => problems.add(
            place,
            format_args!("needs exactly one of `cluster` and `invalid`"),
        ),
    }
    if backend.weight > MAX_WEIGHT {
        problems.add(
            &place.member("weight"),
            format_args!("{} is above {MAX_WEIGHT}", backend.weight),
        );
    }
    filters(&backend.filters, place, problems);
    let is_auth = |filter: &Filter| matches!(filter, Filter::ExternalAuth(_));
    if backend.filters.iter().any(is_auth) {
        problems.add(
            place,
            format_args!("`externalAuth` belongs to a rule: the backend is drawn after it"),
        );
    }
}

fn r#match(r#match: &Match, place: &Place<'_>, problems: &mut ProblemList) {
    if let Some(hostname) = &r#match.hostname
        && !is_host(hostname.strip_prefix("*.").unwrap_or(hostname))
    {
        problems.add(
            &place.member("hostname"),
            format_args!("`{hostname}` is not a lower-case host name"),
        );
    }
    if let Some(path) = &r#match.path {
        let place = place.member("path.value");
        if path.kind == PathMatchType::RegularExpression {
            on_wire(&place, &path.value, 1, problems);
        } else {
            wire_text::path(&place, &path.value, false, problems);
        }
    }
    problems.refuses_many(r#match.headers.len(), &place.member("headers"));
    for (h, header) in r#match.headers.iter().enumerate() {
        let place = place.element("headers", h);
        header_name(&place.member("name"), &header.name, problems);
        on_wire(&place.member("value"), &header.value, 0, problems);
    }
    problems.refuses_many(r#match.query_params.len(), &place.member("queryParams"));
    for (q, param) in r#match.query_params.iter().enumerate() {
        let place = place.element("queryParams", q);
        if param.name.is_empty() {
            problems.add(&place.member("name"), format_args!("must not be empty"));
        }
    }
}

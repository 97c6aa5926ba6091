//! Warns of redirects that lead back to themselves, or turn a request into a GET.

use gamma_config::{Method, PathPrefix};
use gamma_manifest::{
    Filter, FilterKind, HttpMatch, Match, PathMatchType, PathModifier, Redirect, Route, Rule,
    diagnostic::{Diagnostic, Diagnostics, codes},
};

use super::{
    path_index::MatchesByPath,
    table::{CompetingMatches, RankedMatch},
};

/// Browsers give up after twenty; no chain of redirects that ends is as long as this.
const HOPS: usize = 8;

fn redirect(rule: &Rule) -> Option<(&Filter, &Redirect)> {
    rule.filters.iter().find_map(|filter| match &filter.kind {
        FilterKind::RequestRedirect(redirect) => Some((filter, redirect)),
        _ => None,
    })
}

/// Redirects to a place where a redirect answers again, and again.
pub(super) fn loops(table: &CompetingMatches<'_>, diagnostics: &mut Diagnostics) {
    let mut index = None;
    for ranked in &table.matches {
        let Match::Http(http) = ranked.r#match else {
            continue;
        };
        let Some((filter, redirect)) = redirect(ranked.rule) else {
            continue;
        };
        if !stays(redirect, table) || !is_followed_alike(redirect, http.method) {
            continue;
        }
        let (message, why) = if redirect.path.is_none() {
            let message = "the redirect leads to the very URL that was asked for".into();
            (message, "clients follow it until they give up".to_owned())
        } else if table.ports.is_empty() {
            // Another route may answer the other path.
            continue;
        } else {
            let index = index.get_or_insert_with(|| MatchesByPath::new(table));
            let Some(path) = circle(ranked, http, table, index) else {
                continue;
            };
            let first = witness(http);
            let message = format!(
                "the redirect leads to a redirect again: {}",
                path.join(" → ")
            );
            (
                message,
                format!("a request for `{first}` never gets an answer"),
            )
        };
        diagnostics.push_once(
            Diagnostic::new(&codes::REDIRECT_LOOP, filter.span, message)
                .why(why)
                .hint("redirect to another host, scheme or port, or give the target a rule of its own"),
        );
    }
}

/// Whether the target is the same host and a port that the same routes are on.
fn stays(redirect: &Redirect, table: &CompetingMatches<'_>) -> bool {
    let port = match (redirect.port, redirect.scheme.as_deref()) {
        (None, None) => return redirect.hostname.is_none(),
        // What is encrypted may not be routed here at all.
        (_, Some("https")) => return false,
        (Some(port), _) => port,
        (None, Some(_)) => 80,
    };
    redirect.hostname.is_none() && table.ports.contains(&port)
}

/// Whether a client that follows asks with the same method: after 301, 302 and 303 it may be GET.
fn is_followed_alike(redirect: &Redirect, method: Option<Method>) -> bool {
    matches!(method, None | Some(Method::Get | Method::Head))
        || matches!(redirect.status_code, Some(307 | 308))
}

/// A path that the match takes.
fn witness(http: &HttpMatch) -> String {
    http.path.value.value.clone()
}

/// The paths that a request goes through, if it never leaves redirects.
fn circle<'t>(
    start: &RankedMatch<'_>,
    http: &HttpMatch,
    table: &'t CompetingMatches<'_>,
    index: &MatchesByPath<'t>,
) -> Option<Vec<String>> {
    if http.path.kind == PathMatchType::RegularExpression {
        return None;
    }
    let first = witness(http);
    let mut paths = vec![first.clone()];
    let mut at = index.winner(table, &first, http)?;
    if !at.same_rule(start) {
        return None;
    }
    for _ in 0..HOPS {
        let (_, redirect) = redirect(at.rule)?;
        let Match::Http(matched) = at.r#match else {
            return None;
        };
        if !stays(redirect, table) {
            return None;
        }
        let path = target(redirect, matched, paths.last()?);
        at = index.winner(table, &path, http)?;
        let seen = paths.contains(&path);
        paths.push(path);
        if seen {
            return Some(paths);
        }
    }
    paths.truncate(4);
    paths.push("…".into());
    at.same_rule(start).then_some(paths)
}

/// Where a request for `path` is sent to.
fn target(redirect: &Redirect, matched: &HttpMatch, path: &str) -> String {
    match &redirect.path {
        None => path.into(),
        // What is looked up is a path: a redirect may have a query and a fragment.
        Some(PathModifier::ReplaceFullPath(full)) => {
            let end = full.value.find(['?', '#']).unwrap_or(full.value.len());
            full.value[..end].into()
        }
        Some(PathModifier::ReplacePrefixMatch(replacement)) => {
            let prefix = PathPrefix::new(&matched.path.value.value).as_str();
            let rest = path.get(prefix.len()..).unwrap_or_default();
            let base = PathPrefix::new(&replacement.value).as_str();
            match (base, rest) {
                ("", "") => "/".into(),
                _ => format!("{base}{rest}"),
            }
        }
    }
}

/// After 301 and 302 most clients ask with GET, after 303 all of them.
pub(super) fn methods(rule: &Rule, diagnostics: &mut Diagnostics) {
    let Some((filter, redirect)) = redirect(rule) else {
        return;
    };
    let status = redirect.status_code.unwrap_or(302);
    if !matches!(status, 301 | 302) {
        return;
    }
    let method = rule.matches.iter().find_map(|m| match m {
        Match::Http(http) => http
            .method
            .filter(|method| matches!(method, Method::Post | Method::Put | Method::Patch)),
        Match::Grpc(_) => None,
    });
    if let Some(method) = method {
        let other = if status == 301 { 308 } else { 307 };
        diagnostics.push(
            Diagnostic::new(
                &codes::REDIRECT_METHOD,
                filter.span,
                format!("a {status} turns {} into GET", method.as_str()),
            )
            .why("most clients follow it with GET and without the body")
            .hint(format!("use `statusCode: {other}`, which keeps both")),
        );
    }
}

/// On a Gateway, a redirect to https without `sectionName` is on the https listener, too.
pub(super) fn listeners(route: &Route, diagnostics: &mut Diagnostics) {
    let everywhere = |rule: &&Rule| {
        redirect(rule).is_some_and(|(_, redirect)| {
            redirect.scheme.as_deref() == Some("https")
                && redirect.hostname.is_none()
                && redirect.path.is_none()
                && redirect.port.is_none()
        })
    };
    let parent = route.parent_refs.iter().find(|parent| {
        parent.kind.value == "Gateway" && parent.section_name.is_none() && parent.port.is_none()
    });
    if let Some(parent) = parent
        && let Some(rule) = route.rules.iter().find(everywhere)
        && let Some((filter, _)) = redirect(rule)
    {
        diagnostics.push(
            Diagnostic::new(
                &codes::HTTPS_REDIRECT,
                filter.span,
                format!(
                    "the redirect to https is on every listener of `{}`",
                    parent.name.value
                ),
            )
            .why("where one of them is for https, the redirect leads back to itself for ever")
            .hint("name the http listener with `sectionName` in the parentRef")
            .also(parent.span, "no `sectionName`"),
        );
    }
}

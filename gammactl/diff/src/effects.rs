//! What can be told from outside of a decision besides who answers.

use std::collections::BTreeMap;

use gamma_compile::Share;
use gamma_config::{Filter, RequestMirror, Rule, SessionType};
use gamma_router::{Action, Decision, Router};

use super::edits::Edits;

/// What the proxy is told of a rule besides where its requests go.
pub(super) fn of_rule(
    rule: &Rule,
    backend: usize,
    decision: &Decision,
    effects: &mut BTreeMap<String, String>,
) {
    let forwards = matches!(decision.action, Action::Forward { .. });
    let redirects = matches!(decision.action, Action::Redirect { .. });
    let mut say = |name: &str, value: String| effects.insert(name.into(), value);
    let auth = rule.filters.iter().find_map(|filter| match filter {
        Filter::ExternalAuth(auth) => Some(auth),
        _ => None,
    });
    if let Some(auth) = auth.filter(|_| forwards || redirects) {
        say("externalAuth", auth.cluster.clone());
        if !auth.path_prefix.is_empty() {
            say("externalAuth.pathPrefix", auth.path_prefix.clone());
        }
        let mut told = names(&auth.allowed_headers);
        // It is told that anyway.
        told.retain(|name| name != "authorization");
        if !told.is_empty() {
            say("externalAuth.allowedHeaders", told.join(", "));
        }
        let taken = match auth.allowed_response_headers.is_empty() {
            true => "all".into(),
            false => names(&auth.allowed_response_headers).join(", "),
        };
        say("externalAuth.allowedResponseHeaders", taken);
    }
    // The time also limits how long the authorization may take.
    if let Some(request) = rule
        .timeouts
        .request
        .filter(|_| forwards || auth.is_some() && redirects)
    {
        say("timeouts.request", request.to_string());
    }
    if !forwards {
        return;
    }
    if let Some(attempt) = rule.timeouts.backend_request {
        say("timeouts.backendRequest", attempt.to_string());
    }
    if let Some(retry) = &rule.retry {
        say("retry.attempts", retry.attempts.unwrap_or(1).to_string());
        let mut codes = retry.codes.clone();
        codes.sort_unstable();
        codes.dedup();
        if !codes.is_empty() {
            let codes: Vec<String> = codes.iter().map(u16::to_string).collect();
            say("retry.codes", codes.join(", "));
        }
        if let Some(backoff) = retry.backoff {
            say("retry.backoff", backoff.to_string());
        }
    }
    for (cluster, copies) in mirrors(rule, backend) {
        say(&format!("mirror to {cluster}"), copies);
    }
    if let Some(session) = &rule.session_persistence {
        let name = match session.kind {
            SessionType::Cookie => format!("cookie `{}`", session.name),
            SessionType::Header => format!("header `{}`", session.name.to_ascii_lowercase()),
        };
        say("sessionPersistence", name);
        if session.kind == SessionType::Cookie {
            say("sessionPersistence.path", session.path.clone());
            let life = if session.permanent {
                "Permanent"
            } else {
                "Session"
            };
            say("sessionPersistence.lifetimeType", life.into());
        }
        if let Some(timeout) = session.absolute_timeout {
            say("sessionPersistence.absoluteTimeout", timeout.to_string());
        }
        // Sessions are bound to the rule by its name, and stay with backends of weight 0.
        say(
            "sessionPersistence of rule",
            format!("{}/{}", rule.route, rule.name),
        );
        let clusters = rule
            .backend_refs
            .iter()
            .filter_map(|b| b.cluster.as_deref());
        let mut clusters: Vec<&str> = clusters.collect();
        clusters.sort_unstable();
        clusters.dedup();
        say("sessionPersistence of backends", clusters.join(", "));
    }
}

/// Which part of the requests each mirror gets. Mirrors draw on their own: two of one cluster are
/// not the same as one.
fn mirrors(rule: &Rule, backend: usize) -> BTreeMap<String, String> {
    let of_backend = rule.backend_refs.get(backend).map(|b| &b.filters);
    let filters = rule.filters.iter().chain(of_backend.into_iter().flatten());
    let mut copies: BTreeMap<String, Vec<RequestMirror>> = BTreeMap::new();
    for filter in filters {
        match filter {
            Filter::RequestMirror(mirror) if mirror.fraction.numerator > 0 => {
                let of_cluster = copies.entry(mirror.cluster.clone()).or_default();
                of_cluster.push(mirror.clone());
            }
            _ => {}
        }
    }
    copies
        .into_iter()
        .map(|(cluster, mut mirrors)| {
            let share = |mirror: &RequestMirror| {
                let gamma_config::Fraction {
                    numerator,
                    denominator,
                } = mirror.fraction;
                // More than all are all.
                Share::new(numerator.min(denominator).into(), denominator.into())
            };
            mirrors.sort_by(|a, b| share(b).percent().total_cmp(&share(a).percent()));
            let shares: Vec<String> = mirrors.iter().map(|m| share(m).to_string()).collect();
            (cluster, shares.join(" and "))
        })
        .collect()
}

/// Header edits of the request, and of the response together with what CORS says.
pub(super) fn of_headers(
    router: &Router,
    decision: &Decision,
    effects: &mut BTreeMap<String, String>,
) {
    let mut request = Edits::default();
    let mut response = Edits::default();
    if matches!(decision.action, Action::Forward { .. }) {
        for edits in router.request_edits(decision) {
            request.add(edits);
        }
    }
    if matches!(
        decision.action,
        Action::Forward { .. } | Action::Redirect { .. }
    ) {
        for edits in router.response_edits(decision.rule, decision.backend) {
            response.add(edits);
        }
    }
    for header in &decision.response {
        // A list of names means the same in any order.
        let mut value = text(&header.value);
        if header.name.starts_with("access-control-") {
            let mut list: Vec<&str> = value.split(',').map(str::trim).collect();
            list.sort_unstable();
            list.dedup();
            value = list.join(", ");
        }
        response.header(header.name, &value, header.append);
    }
    effects.extend(request.describe("request header"));
    effects.extend(response.describe("response header"));
}

fn names(names: &[String]) -> Vec<String> {
    let mut names: Vec<String> = names.iter().map(|name| name.to_ascii_lowercase()).collect();
    names.sort_unstable();
    names.dedup();
    names
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

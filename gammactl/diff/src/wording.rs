//! What a rule asks of the proxy besides the place its requests go to, in the words of the Gateway
//! API.
//!
//! Who has to allow a request, its timeouts and retries, and its session: each is a name, like
//! `timeouts.request`, and a value.

use gamma_config::{Rule, SessionType, wire};
use gamma_router::{AuthService, Policy};

/// What the proxy is told in the header `name`, which `policy` asks for. `None` for what follows from
/// the other headers.
pub(super) fn control(
    policy: &Policy,
    name: &'static str,
    value: &str,
) -> Option<(&'static str, String)> {
    let retry = policy.retry.as_ref();
    let said = match name {
        wire::TIMEOUT => ("timeouts.request", policy.timeouts.request?.to_string()),
        wire::ATTEMPT_TIMEOUT => {
            let attempt = policy.timeouts.backend_request?;
            ("timeouts.backendRequest", attempt.to_string())
        }
        wire::RETRY_ON => return None,
        wire::MAX_RETRIES => ("retry.attempts", value.into()),
        wire::RETRY_CODES => {
            let mut codes = retry?.codes.clone();
            codes.sort_unstable();
            codes.dedup();
            let codes: Vec<String> = codes.iter().map(u16::to_string).collect();
            ("retry.codes", codes.join(", "))
        }
        wire::RETRY_BACKOFF => ("retry.backoff", retry?.backoff?.to_string()),
        // A header without a name in the Gateway API is reported by its own name.
        _ => (name, value.into()),
    };
    Some(said)
}

/// Who is asked whether a request may pass, and what is told and taken over. `policy` is that of the
/// same rule: its time also limits how long the authorization may take.
pub(super) fn external_auth(
    auth: &AuthService,
    policy: Option<&Policy>,
) -> Vec<(&'static str, String)> {
    let mut said = vec![("externalAuth", auth.cluster.to_string())];
    if !auth.path_prefix.is_empty() {
        said.push(("externalAuth.pathPrefix", auth.path_prefix.to_string()));
    }
    let mut told = names(&auth.allowed_headers);
    // The service is told `authorization` whether or not the filter lists it.
    told.retain(|name| *name != "authorization");
    if !told.is_empty() {
        said.push(("externalAuth.allowedHeaders", told.join(", ")));
    }
    let taken = if auth.allowed_response_headers.is_empty() {
        "all".into()
    } else {
        names(&auth.allowed_response_headers).join(", ")
    };
    said.push(("externalAuth.allowedResponseHeaders", taken));
    if let Some(limit) = policy.and_then(|policy| policy.timeouts.request) {
        said.push(("timeouts.request", limit.to_string()));
    }
    said
}

fn names(names: &[Box<str>]) -> Vec<&str> {
    let mut names: Vec<&str> = names.iter().map(|name| &**name).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// How the sessions of `rule` are carried, and what they are bound to.
pub(super) fn session(rule: &Rule) -> Vec<(&'static str, String)> {
    let Some(session) = &rule.session_persistence else {
        return Vec::new();
    };
    let name = match session.kind {
        SessionType::Cookie => format!("cookie `{}`", session.name),
        SessionType::Header => format!("header `{}`", session.name.to_ascii_lowercase()),
    };
    let mut said = vec![("sessionPersistence", name)];
    if session.kind == SessionType::Cookie {
        said.push(("sessionPersistence.path", session.path.clone()));
        let life = if session.permanent {
            "Permanent"
        } else {
            "Session"
        };
        said.push(("sessionPersistence.lifetimeType", life.into()));
    }
    if let Some(timeout) = session.absolute_timeout {
        said.push(("sessionPersistence.absoluteTimeout", timeout.to_string()));
    }
    // Sessions are bound to the rule by its name, and stay with backends of weight 0.
    let of_rule = format!("{}/{}", rule.route, rule.name);
    said.push(("sessionPersistence of rule", of_rule));
    let clusters = rule.backend_refs.iter();
    let mut clusters: Vec<&str> = clusters.filter_map(|b| b.cluster.as_deref()).collect();
    clusters.sort_unstable();
    clusters.dedup();
    said.push(("sessionPersistence of backends", clusters.join(", ")));
    said
}

#[cfg(test)]
mod tests {
    use gamma_router::Router;

    use super::*;

    #[test]
    fn timeouts_and_retries_are_said_in_words_of_the_api() {
        let json = br#"{"version": 1, "services": [{"namespace": "n", "name": "s", "ports": [{"port": 80,
            "cluster": "c", "producer": {"rules": [{"timeouts": {"request": "10s", "backendRequest": "2s"},
            "retry": {"attempts": 3, "codes": [503, 500, 503], "backoff": "100ms"},
            "backendRefs": [{"cluster": "c"}]}]}}]}]}"#;
        let router = Router::new(&gamma_config::parse(json).unwrap(), "n").unwrap();
        let policy = router.rules().next().unwrap().policy().unwrap();
        let controls = wire::controls(&policy.timeouts, policy.retry.as_ref());
        let said = controls
            .iter()
            .filter_map(|(name, value)| control(policy, name, value));
        assert_eq!(
            said.collect::<Vec<_>>(),
            [
                ("timeouts.request", "10s".into()),
                ("timeouts.backendRequest", "2s".into()),
                ("retry.attempts", "3".into()),
                ("retry.codes", "500, 503".into()),
                ("retry.backoff", "100ms".into()),
            ]
        );
    }
}

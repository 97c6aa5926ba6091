//! The policies of the rule that won: which service is asked for permission, how long the request may
//! take, what is tried again, and how sessions are kept.

use gamma_config::Rule;
use gamma_router::{self as router, Decision, Router, trace::Trace};

use crate::{
    explanation::{KeptSession, RequiredAuth, RulePolicy},
    request::Simulated,
};

/// The policies of `rule`, if any of its requests gets that far.
pub(super) fn policy(
    router: &Router,
    rule: Option<&Rule>,
    trace: &Trace<'_>,
    request: &Simulated,
) -> RulePolicy {
    let decisions = || trace.outcomes.iter().map(|outcome| &outcome.decision);
    let is_forward =
        |decision: &&Decision| matches!(decision.action, router::Action::Forward { .. });
    let is_redirect =
        |decision: &&Decision| matches!(decision.action, router::Action::Redirect { .. });
    let forward = decisions().find(is_forward);
    let decision = forward.or_else(|| decisions().find(is_redirect));
    let (Some(rule), Some(decision)) = (rule, decision) else {
        return RulePolicy::default();
    };
    let forwards = forward.is_some();
    let sessions = rule.session_persistence.as_ref();
    RulePolicy {
        external_auth: router.external_auth(decision).map(|auth| {
            let path = format!("{}{}", auth.path_prefix, request.line.path);
            let names = request.headers.iter().map(|header| &header.name);
            RequiredAuth {
                cluster: auth.cluster.to_string(),
                path,
                told: names
                    .filter(|name| auth.tells(name.as_bytes()))
                    .map(|name| name.to_ascii_lowercase())
                    .collect(),
            }
        }),
        timeouts: if forwards {
            rule.timeouts
        } else {
            Default::default()
        },
        retry: rule.retry.clone().filter(|_| forwards),
        session: sessions.filter(|_| forwards).map(|session| KeptSession {
            r#type: session.kind,
            name: session.name.clone(),
            bound: trace.in_session,
            endpoint: decision.endpoint(),
        }),
    }
}

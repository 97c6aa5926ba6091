//! ExternalAuth: a request waits until the service that its rule names has allowed it.
//!
//! "Fail closed": whatever goes wrong on the way, the request is denied.

use std::time::Duration;

use gamma_router::{AuthService, Decision, Policy, Reason, Request, RuleRef};

use crate::{
    carry_out::carry_out,
    config::Shared,
    denial::{self, Denial},
    header_map::HeaderMap,
    host::{Host, HostError, MapType},
    metrics::Kind,
    progress::{RequestProgress, Waiting},
    quirks::Removal,
};

/// How long the service may take, unless the rule's requests may take less.
const TIMEOUT: Duration = Duration::from_secs(10);
/// As much of an answer that denies as the client gets to see.
const MAX_BODY: usize = 64 << 10;

/// Asks, and lets the request wait for the answer.
pub(crate) fn ask(
    host: &impl Host,
    shared: &Shared,
    auth: &AuthService,
    request: &Request<'_, HeaderMap>,
    decision: Decision,
) -> Result<RequestProgress, HostError> {
    let rule = decision.rule.and_then(|rule| shared.router.rule(rule));
    let limit = rule
        .and_then(RuleRef::policy)
        .and_then(Policy::request_limit);
    let timeout = limit.unwrap_or(TIMEOUT).min(TIMEOUT);
    let question = question(auth, request);
    let call = question.and_then(|question| host.call(&auth.cluster, &question, timeout).ok());
    let Some(call) = call else {
        return deny(host, shared, decision, None);
    };
    Ok(RequestProgress::Waiting(Box::new(Waiting {
        decision,
        path: request.path.into(),
        call,
    })))
}

/// "Host, Method, Path, Content-Length, Authorization" and what the filter allows. `None` if one of
/// them can't be told: the host takes UTF-8 only.
fn question(auth: &AuthService, request: &Request<'_, HeaderMap>) -> Option<Vec<(String, String)>> {
    let text = |value: &[u8]| String::from_utf8(value.to_vec()).ok();
    let path = [auth.path_prefix.as_bytes(), request.path].concat();
    let mut question = vec![
        (":method".into(), text(request.method)?),
        (":scheme".into(), "http".into()),
        (":authority".into(), text(request.authority)?),
        (":path".into(), text(&path)?),
        ("content-length".into(), "0".into()),
    ];
    for (name, value) in request.headers.iter().filter(|(name, _)| auth.tells(name)) {
        question.push((text(name)?, text(value)?));
    }
    Some(question)
}

/// Carries on with a request whose service has answered, with a body of `body_size` bytes.
#[cfg_attr(
    not(any(target_arch = "wasm32", test)),
    expect(
        dead_code,
        reason = "called by the entry points, which are in wasm only"
    )
)]
pub(crate) fn answered(
    host: &impl Host,
    shared: &Shared,
    waiting: Waiting,
    body_size: usize,
) -> RequestProgress {
    carry_on(host, shared, waiting, body_size).unwrap_or_else(|error| {
        denial::host_error(host, error);
        RequestProgress::Answered(None)
    })
}

fn carry_on(
    host: &impl Host,
    shared: &Shared,
    waiting: Waiting,
    body_size: usize,
) -> Result<RequestProgress, HostError> {
    let Waiting { decision, path, .. } = waiting;
    // A host says that a call failed by an answer without headers, or without a map for them.
    let answer = HeaderMap::new(host.header_map(MapType::CallResponse).unwrap_or_default());
    let auth = match shared.router.external_auth(&decision) {
        Some(auth) if answer.first(":status") == b"200" => auth,
        _ => {
            let denial = Denial::new(&answer, || host.call_body(body_size.min(MAX_BODY)));
            return deny(host, shared, decision, denial);
        }
    };
    let mut taken: Vec<&[u8]> = Vec::new();
    for (name, value) in answer.iter().filter(|(name, _)| auth.takes(name)) {
        // What the client says of itself must not stand beside what the service says of it.
        if taken.contains(&name) {
            host.add_header(MapType::Request, name, value)?;
        } else {
            host.set_header(MapType::Request, name, value)?;
            taken.push(name);
        }
    }
    // Other hosts than Envoy need to be known what they have, to change it.
    let headers = match shared.quirks().removal {
        Removal::Removes => None,
        _ => Some(HeaderMap::new(host.header_map(MapType::Request)?)),
    };
    let progress = carry_out(host, shared, decision, &path, headers.as_ref())?;
    if matches!(progress, RequestProgress::Continue(_)) {
        host.resume()?;
    }
    Ok(progress)
}

/// Answers with what the service said, or 403.
fn deny(
    host: &impl Host,
    shared: &Shared,
    mut decision: Decision,
    denial: Option<Denial>,
) -> Result<RequestProgress, HostError> {
    // Who asks is the rule: no backend has a part in it.
    decision.backend = None;
    let Some(denial) = denial else {
        decision.refuse(Reason::ExternalAuthFailed);
        return carry_out(host, shared, decision, b"", None);
    };
    decision.refuse(Reason::Denied);
    let kind = Kind::Refused(Reason::Denied);
    shared.metrics.count(host, &shared.router, kind, &decision);
    denial.send(host)?;
    Ok(RequestProgress::Answered(Some(decision)))
}

//! ExternalAuth: a request waits until the service that its rule names has allowed it.
//!
//! "Fail closed": whatever goes wrong on the way, the request is denied.

use std::time::Duration;

use gamma_config::wire;
use gamma_router::{Action, BackendId, Decision, ExternalAuth, ResponseHeader, RuleId};

use crate::{
    config::Shared,
    header_map::HeaderMap,
    host::{Host, HostError, LocalReply, Map},
    metrics,
    reply::{self, Denied},
    request::{self, Chosen, Outcome, Received},
};

/// How long the service may take, unless the rule's requests may take less.
const TIMEOUT: Duration = Duration::from_secs(10);
/// As much of an answer that denies as the client gets to see.
const MAX_BODY: usize = 64 << 10;

/// A request that waits.
#[derive(Debug)]
pub(crate) struct Waiting {
    rule: RuleId,
    backend: Option<BackendId>,
    endpoint: Option<std::net::SocketAddr>,
    response: Vec<ResponseHeader>,
    received: Received,
    path: Vec<u8>,
    action: Waits,
}

/// What it waits for being allowed to do.
#[derive(Debug)]
enum Waits {
    Forward {
        cluster: Box<str>,
        authority: Option<Box<str>>,
        path: Option<Vec<u8>>,
    },
    Redirect {
        status: u16,
        location: Vec<u8>,
    },
}

/// Asks, and gives the request that waits for the answer.
pub(crate) fn ask(
    host: &impl Host,
    shared: &Shared,
    auth: &ExternalAuth,
    headers: &HeaderMap,
    decision: Decision<'_>,
    received: Received,
) -> Result<Outcome, HostError> {
    let Some(rule) = decision.rule else {
        return Err(HostError::internal("external auth without a rule"));
    };
    let timeout = shared.controls.timeout(rule).unwrap_or(TIMEOUT);
    let sent = question(auth, headers).is_some_and(|question| {
        host.call(&auth.cluster, &question, timeout.min(TIMEOUT))
            .is_ok()
    });
    if !sent {
        return deny(host, shared, rule, decision.response, None);
    }
    Ok(Outcome::Waiting(Box::new(Waiting {
        rule,
        backend: decision.backend,
        endpoint: decision.endpoint,
        response: decision.response,
        received,
        path: headers.first(":path").to_vec(),
        action: match decision.action {
            Action::Forward {
                cluster,
                authority,
                path,
            } => Waits::Forward {
                cluster: cluster.into(),
                authority: authority.map(Into::into),
                path,
            },
            Action::Redirect { status, location } => Waits::Redirect { status, location },
            _ => return Err(HostError::internal("external auth of an answer")),
        },
    })))
}

/// "Host, Method, Path, Content-Length, Authorization" and what the filter allows. `None` if one of
/// them can't be told: the host takes UTF-8 only.
fn question(auth: &ExternalAuth, headers: &HeaderMap) -> Option<Vec<(String, String)>> {
    let text = |value: &[u8]| String::from_utf8(value.to_vec()).ok();
    let path = [auth.path_prefix.as_bytes(), headers.first(":path")].concat();
    let mut question = vec![
        (":method".into(), text(headers.first(":method"))?),
        (":scheme".into(), "http".into()),
        (":authority".into(), text(headers.first(":authority"))?),
        (":path".into(), text(&path)?),
        ("content-length".into(), "0".into()),
    ];
    for (name, value) in headers.iter().filter(|(name, _)| auth.tells(name)) {
        question.push((text(name)?, text(value)?));
    }
    Some(question)
}

/// Carries on with a request whose service has answered, with a body of `body_size` bytes.
pub(crate) fn answered(
    host: &impl Host,
    shared: &Shared,
    waiting: Waiting,
    body_size: usize,
) -> Outcome {
    carry_on(host, shared, waiting, body_size).unwrap_or_else(|error| {
        reply::host_error(host, error);
        Outcome::Answered(Chosen::default())
    })
}

fn carry_on(
    host: &impl Host,
    shared: &Shared,
    waiting: Waiting,
    body_size: usize,
) -> Result<Outcome, HostError> {
    // A host says that a call failed by an answer without headers, or without a map for them.
    let answer = HeaderMap::new(host.header_map(Map::CallResponse).unwrap_or_default());
    let auth = shared.router.external_auth_of(waiting.rule);
    if answer.first(":status") != b"200" || auth.is_none() {
        let denied = Denied::new(&answer, || host.call_body(body_size.min(MAX_BODY)));
        return deny(host, shared, waiting.rule, waiting.response, denied);
    }
    let mut taken: Vec<&[u8]> = Vec::new();
    for (name, value) in answer
        .iter()
        .filter(|(name, _)| auth.is_some_and(|a| a.takes(name)))
    {
        // What the client says of itself must not stand beside what the service says of it.
        if taken.contains(&name) {
            host.add_header(Map::Request, name, value)?;
        } else {
            host.set_header(Map::Request, name, value)?;
            taken.push(name);
        }
    }
    let decision = Decision {
        rule: Some(waiting.rule),
        backend: waiting.backend,
        endpoint: waiting.endpoint,
        response: waiting.response,
        action: match &waiting.action {
            Waits::Forward {
                cluster,
                authority,
                path,
            } => Action::Forward {
                cluster,
                authority: authority.as_deref(),
                path: path.clone(),
            },
            Waits::Redirect { status, location } => Action::Redirect {
                status: *status,
                location: location.clone(),
            },
        },
    };
    let outcome = request::carry_out(host, shared, decision, &waiting.received, &waiting.path)?;
    if matches!(outcome, Outcome::Continue(_)) {
        host.resume()?;
    }
    Ok(outcome)
}

/// Answers with what the service said, or 403.
fn deny(
    host: &impl Host,
    shared: &Shared,
    rule: RuleId,
    response: Vec<ResponseHeader>,
    denied: Option<Denied>,
) -> Result<Outcome, HostError> {
    let kind = match denied {
        Some(_) => metrics::Kind::Denied,
        None => metrics::Kind::ExternalAuthFailed,
    };
    shared
        .metrics
        .count(host, &shared.router, kind, Some(rule), None);
    match denied {
        Some(denied) => denied.send(host)?,
        None => {
            let reason = kind.as_str();
            let header = [(wire::REASON, reason.as_bytes())];
            host.reply(&LocalReply {
                status: 403,
                grpc_status: None,
                headers: if shared.reason_header { &header } else { &[] },
                body: b"the request could not be authorised",
                details: reason,
            })?;
        }
    }
    Ok(Outcome::Answered(Chosen {
        response,
        ..Chosen::default()
    }))
}

//! The request phase: scrub, decide, write the decision back.

use std::net::SocketAddr;

use gamma_config::wire;
use gamma_router::{
    Action, BackendId, Decision, HeaderEdits, Reason, Request, ResponseHeader, RuleId, is_grpc,
};

use crate::{
    config::Shared,
    external_auth::{self, Waiting},
    header_map::HeaderMap,
    host::{Host, HostError, Map},
    metrics::Kind,
    reply,
};

const DESTINATION: &str = "destination\0address";

/// What the response phase has to know.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Chosen {
    pub(crate) rule: Option<RuleId>,
    pub(crate) backend: Option<BackendId>,
    /// Headers that the answer gets, whoever gives it.
    pub(crate) response: Vec<ResponseHeader>,
    /// If the rule has sessions, which the request may have begun. Boxed: few have.
    pub(crate) session: Option<Box<InSession>>,
}

/// A request to a rule that has sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct InSession {
    /// What the session is bound to already.
    pub(crate) endpoint: Option<SocketAddr>,
    pub(crate) received: Received,
}

/// What else is to be remembered of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Received {
    pub(crate) now: u64,
    pub(crate) https: bool,
    grpc: bool,
}

/// Whether the request goes on.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// To the proxy's routes.
    Continue(Chosen),
    /// It was answered.
    Answered(Chosen),
    /// It waits to be allowed to.
    Waiting(Box<Waiting>),
}

/// Handles the headers of a request. If the host fails a call, the request is answered 500.
pub(crate) fn on_headers(host: &impl Host, shared: &Shared) -> Outcome {
    handle(host, shared).unwrap_or_else(|error| {
        reply::host_error(host, error);
        Outcome::Answered(Chosen::default())
    })
}

fn handle(host: &impl Host, shared: &Shared) -> Result<Outcome, HostError> {
    let headers = HeaderMap::new(host.header_map(Map::Request)?);
    let (mut method, mut scheme) = (&b""[..], &b""[..]);
    let (mut authority, mut path) = (&b""[..], &b""[..]);
    // Once over all headers: there are a dozen of them, and looking is most of the work.
    for (name, value) in headers.iter() {
        match name {
            [b':', name @ ..] => match name {
                b"method" => method = value,
                b"scheme" => scheme = value,
                b"authority" => authority = value,
                b"path" => path = value,
                _ => {}
            },
            // What a client must not say: the headers by which the filter talks to the proxy and to
            // the backend. Only those that are there cost a host call.
            name if wire::is_owned(name) => host.remove_header(Map::Request, name)?,
            _ => {}
        }
    }

    let router = &shared.router;
    let request = Request {
        method,
        scheme,
        authority,
        path,
        destination: if router.needs_destination() {
            destination(host)
        } else {
            None
        },
        now: if router.needs_time() { host.now() } else { 0 },
        headers: &headers,
    };
    let decision = shared.with_rng(|rng| router.decide(&request, rng));
    log_decision(shared, &request, &decision);
    if shared.rule_property
        && let Some(rule) = decision.rule
    {
        host.set_property(wire::RULE_PROPERTY, router.full_name(rule).as_bytes());
    }
    let received = Received {
        now: request.now,
        https: request.scheme.eq_ignore_ascii_case(b"https"),
        grpc: matches!(decision.action, Action::Reply(_)) && is_grpc(headers.first("content-type")),
    };
    match router.external_auth(&decision) {
        None => carry_out(host, shared, decision, &received, request.path),
        Some(auth) => external_auth::ask(host, shared, auth, &headers, decision, received),
    }
}

/// Does what was decided, and counts it. `path` is that of the request.
pub(crate) fn carry_out(
    host: &impl Host,
    shared: &Shared,
    decision: Decision<'_>,
    received: &Received,
    path: &[u8],
) -> Result<Outcome, HostError> {
    let kind = kind(&decision.action);
    let (rule, backend) = (decision.rule, decision.backend);
    shared
        .metrics
        .count(host, &shared.router, kind, rule, backend);
    match &decision.action {
        Action::PassThrough => return Ok(Outcome::Continue(Chosen::default())),
        Action::Forward { .. } => forward(host, shared, &decision, path)?,
        Action::Redirect { status, location } => reply::redirect(host, *status, location)?,
        Action::Preflight => reply::preflight(host)?,
        Action::Reply(error) => {
            reply::error(host, *error, received.grpc, shared.reason_header)?;
            // The rule's own edits are for what its backends and redirects say.
            return Ok(Outcome::Answered(Chosen {
                response: decision.response,
                ..Chosen::default()
            }));
        }
    }
    let forwarded = kind == Kind::Forwarded;
    let has_sessions = || rule.is_some_and(|rule| shared.router.session(rule).is_some());
    let chosen = Chosen {
        rule: rule.filter(|_| kind != Kind::Preflight),
        backend,
        response: decision.response,
        session: (forwarded && has_sessions()).then(|| {
            Box::new(InSession {
                endpoint: decision.endpoint,
                received: *received,
            })
        }),
    };
    Ok(match forwarded {
        true => Outcome::Continue(chosen),
        false => Outcome::Answered(chosen),
    })
}

fn forward(
    host: &impl Host,
    shared: &Shared,
    decision: &Decision<'_>,
    requested: &[u8],
) -> Result<(), HostError> {
    let Action::Forward {
        cluster,
        authority,
        path,
    } = &decision.action
    else {
        return Ok(());
    };
    for edits in shared.router.request_edits(decision) {
        edit(host, Map::Request, edits)?;
    }
    if let Some(authority) = authority {
        host.set_header(Map::Request, b":authority", authority.as_bytes())?;
    }
    if let Some(path) = path {
        host.set_header(Map::Request, wire::ORIGINAL_PATH.as_bytes(), requested)?;
        host.set_header(Map::Request, b":path", path)?;
    }
    if let Some(endpoint) = decision.endpoint {
        let endpoint = endpoint.to_string();
        host.set_header(Map::Request, wire::ENDPOINT.as_bytes(), endpoint.as_bytes())?;
    }
    mirror(host, shared, decision)?;
    shared.controls.apply(decision.rule, host)?;
    let name = shared.cluster_header.as_bytes();
    host.set_header(Map::Request, name, cluster.as_bytes())
}

fn kind(action: &Action<'_>) -> Kind {
    match action {
        Action::PassThrough => Kind::PassedThrough,
        Action::Forward { .. } => Kind::Forwarded,
        Action::Redirect { .. } => Kind::Redirected,
        Action::Preflight => Kind::Preflight,
        Action::Reply(reply) => match reply.reason {
            Reason::NoMatchingRule => Kind::NoMatchingRule,
            Reason::NoBackend => Kind::NoBackend,
            Reason::InvalidBackend => Kind::InvalidBackend,
            Reason::InvalidRule => Kind::InvalidRule,
        },
    }
}

/// Says to the proxy's mirror policies, each of which reads one header, where copies go.
fn mirror(host: &impl Host, shared: &Shared, decision: &Decision<'_>) -> Result<(), HostError> {
    shared.with_rng(|rng| {
        let mut mirrors = shared.router.mirrors(decision, rng).enumerate();
        mirrors.try_for_each(|(i, cluster)| {
            let of = (decision.rule, decision.backend);
            shared
                .metrics
                .count_mirror(host, &shared.router, i, of, cluster);
            let header = wire::mirror(i);
            host.set_header(Map::Request, header.as_bytes(), cluster.as_bytes())
        })
    })
}

/// Makes header edits.
pub(crate) fn edit(host: &impl Host, map: Map, edits: &HeaderEdits) -> Result<(), HostError> {
    for name in &edits.remove {
        host.remove_header(map, name.as_bytes())?;
    }
    for (name, value) in &edits.set {
        host.set_header(map, name.as_bytes(), value.as_bytes())?;
    }
    for (name, value) in &edits.add {
        host.add_header(map, name.as_bytes(), value.as_bytes())?;
    }
    Ok(())
}

/// The address that the client's connection was for, as `ip:port`.
fn destination(host: &impl Host) -> Option<SocketAddr> {
    address(host, DESTINATION)
}

/// A property that is an address.
pub(crate) fn address(host: &impl Host, property: &str) -> Option<SocketAddr> {
    std::str::from_utf8(&host.property(property)?)
        .ok()?
        .parse()
        .ok()
}

fn log_decision(shared: &Shared, request: &Request<'_, HeaderMap>, decision: &Decision<'_>) {
    if !log::log_enabled!(log::Level::Debug) {
        return;
    }
    let rule = decision.rule.map(|rule| shared.router.full_name(rule));
    log::debug!(
        "{} {}{}: rule {}: {}",
        String::from_utf8_lossy(request.method),
        String::from_utf8_lossy(request.authority),
        String::from_utf8_lossy(request.path),
        rule.unwrap_or("-"),
        in_words(&decision.action),
    );
}

fn in_words(action: &Action<'_>) -> String {
    match action {
        Action::PassThrough => "passed through".into(),
        Action::Forward { cluster, .. } => format!("to {cluster}"),
        Action::Redirect { status, location } => {
            format!("{status} to {}", String::from_utf8_lossy(location))
        }
        Action::Preflight => "answered as a CORS preflight".into(),
        Action::Reply(reply) => format!("{} {}", reply.status(), reply.reason.as_str()),
    }
}

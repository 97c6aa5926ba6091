//! The request phase: scrub, decide, write the decision back.

use gamma_router::{Action, BackendId, Decision, HeaderEdits, Request, RuleId, is_grpc};

use crate::{
    config::Shared,
    controls,
    header_map::HeaderMap,
    host::{Host, HostError, Map},
    reply,
};

/// Prefix of the headers that only the filter may set.
const OWNED: &[u8] = b"x-gamma-";
/// Says what the path was before a rewrite, as Envoy does.
const ORIGINAL_PATH: &str = "x-envoy-original-path";
const DESTINATION: &str = "destination\0address";

/// What the response phase has to know.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Chosen {
    pub(crate) rule: Option<RuleId>,
    pub(crate) backend: Option<BackendId>,
}

/// Whether the request goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// To the proxy's routes.
    Continue(Chosen),
    /// It was answered.
    Answered(Chosen),
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
    scrub(host, &headers)?;

    let router = &shared.router;
    let request = Request {
        method: headers.first(":method"),
        scheme: headers.first(":scheme"),
        authority: headers.first(":authority"),
        path: headers.first(":path"),
        destination: if router.needs_destination() {
            destination(host)
        } else {
            None
        },
        headers: &headers,
    };
    let decision = shared.with_rng(|rng| router.decide(&request, rng));
    log_decision(shared, &request, &decision);

    let chosen = Chosen {
        rule: decision.rule,
        backend: decision.backend,
    };
    match &decision.action {
        Action::PassThrough => Ok(Outcome::Continue(Chosen::default())),
        Action::Forward {
            cluster,
            authority,
            path,
        } => {
            for edits in router.request_edits(&decision) {
                edit(host, Map::Request, edits)?;
            }
            if let Some(authority) = authority {
                host.set_header(Map::Request, b":authority", authority.as_bytes())?;
            }
            if let Some(path) = path {
                host.set_header(Map::Request, ORIGINAL_PATH.as_bytes(), request.path)?;
                host.set_header(Map::Request, b":path", path)?;
            }
            mirror(host, shared, &decision)?;
            shared.controls.apply(decision.rule, host)?;
            let name = shared.cluster_header.as_bytes();
            host.set_header(Map::Request, name, cluster.as_bytes())?;
            Ok(Outcome::Continue(chosen))
        }
        Action::Redirect { status, location } => {
            reply::redirect(host, *status, location)?;
            Ok(Outcome::Answered(chosen))
        }
        Action::Reply(error) => {
            let grpc = is_grpc(headers.first("content-type"));
            reply::error(host, *error, grpc, shared.reason_header)?;
            Ok(Outcome::Answered(Chosen::default()))
        }
    }
}

/// Says to the proxy's mirror policies, each of which reads one header, where copies go.
fn mirror(host: &impl Host, shared: &Shared, decision: &Decision<'_>) -> Result<(), HostError> {
    shared.with_rng(|rng| {
        let mut mirrors = shared.router.mirrors(decision, rng).enumerate();
        mirrors.try_for_each(|(i, cluster)| {
            let header = format!("x-gamma-mirror-{i}");
            host.set_header(Map::Request, header.as_bytes(), cluster.as_bytes())
        })
    })
}

/// Removes what a client must not say: the headers by which the filter talks to the proxy and to
/// the backend. Only those that are there cost a host call.
fn scrub(host: &impl Host, headers: &HeaderMap) -> Result<(), HostError> {
    for (name, _) in headers.iter() {
        let owned = starts_with(name, OWNED);
        let control = || {
            [ORIGINAL_PATH]
                .iter()
                .chain(&controls::OWNED)
                .any(|control| name.eq_ignore_ascii_case(control.as_bytes()))
        };
        // Most names differ in their first letters.
        if owned || (starts_with(name, b"x-envoy-") && control()) {
            host.remove_header(Map::Request, name)?;
        }
    }
    Ok(())
}

fn starts_with(name: &[u8], prefix: &[u8]) -> bool {
    name.get(..prefix.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
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
fn destination(host: &impl Host) -> Option<std::net::SocketAddr> {
    let address = host.property(DESTINATION)?;
    std::str::from_utf8(&address).ok()?.parse().ok()
}

fn log_decision(shared: &Shared, request: &Request<'_, HeaderMap>, decision: &Decision<'_>) {
    if !log::log_enabled!(log::Level::Debug) {
        return;
    }
    let (route, rule) = decision
        .rule
        .map(|rule| shared.router.rule_name(rule))
        .unwrap_or_default();
    log::debug!(
        "{} {}{}: rule {route}/{rule}: {:?}",
        String::from_utf8_lossy(request.method),
        String::from_utf8_lossy(request.authority),
        String::from_utf8_lossy(request.path),
        decision.action,
    );
}

//! The request phase: read the headers, take away what a client must not say, decide, and carry the
//! decision out or ask whether it may be.

use gamma_config::wire;
use gamma_router::{Action, Decision, Request, Router};

use crate::{
    carry_out::carry_out,
    config::{IS_FOR_ENVOY, ProxyKind, Shared},
    denial, external_auth,
    header_map::HeaderMap,
    host::{DESTINATION, Host, HostError, MapType, NGINX_SERVER, address},
    progress::RequestProgress,
    quirks::MANY_PAIRS,
};

/// Handles the headers of a request. If the host fails a call, the request is answered 500.
#[cfg_attr(
    not(any(target_arch = "wasm32", test)),
    expect(
        dead_code,
        reason = "called by the entry points, which are in wasm only"
    )
)]
pub(crate) fn on_headers(host: &impl Host, shared: &Shared) -> RequestProgress {
    handle(host, shared).unwrap_or_else(|error| {
        denial::host_error(host, error);
        RequestProgress::Answered(None)
    })
}

fn handle(host: &impl Host, shared: &Shared) -> Result<RequestProgress, HostError> {
    let is_decided = || host.property(wire::DECIDED_PROPERTY).is_some();
    match shared.proxy {
        ProxyKind::Gateway => return Ok(RequestProgress::Untouched),
        ProxyKind::Sidecar if is_decided() => return Ok(RequestProgress::Untouched),
        ProxyKind::Sidecar | ProxyKind::Own => {}
    }
    let headers = HeaderMap::new(host.header_map(MapType::Request)?);
    let (mut method, mut scheme) = (&b""[..], &b""[..]);
    let (mut authority, mut path) = (&b""[..], &b""[..]);
    let quirks = shared.quirks();
    let (mut pairs, mut host_line) = (0_usize, None);
    // Once over all headers: there are a dozen of them, and looking is most of the work.
    for (name, value) in headers.iter() {
        if !IS_FOR_ENVOY {
            pairs = pairs.saturating_add(1);
        }
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
            name if wire::is_owned(name) => quirks.take_away(host, name)?,
            name if quirks.host_line && name.eq_ignore_ascii_case(b"host") => {
                host_line.get_or_insert(value);
            }
            _ => {}
        }
    }
    // Envoy hands over all there is.
    if !IS_FOR_ENVOY && (!headers.is_whole(pairs) || method.is_empty()) {
        return Err(HostError::BROKEN_MAP);
    }
    if pairs >= MANY_PAIRS {
        if quirks.cuts_maps {
            denial::too_many_headers(host)?;
            return Ok(RequestProgress::Answered(None));
        }
        // Envoy never cuts a map. A host that the config wrongly calls Envoy might.
        host.remove_header(MapType::Request, shared.router.cluster_header().as_bytes())?;
    }
    authority = host_line.unwrap_or(authority);
    let raw_path = quirks.decoded_path.then(|| host.property("request\0path"));
    path = match &raw_path {
        Some(Some(raw)) if raw.starts_with(b"/") => raw,
        _ => path,
    };
    if !IS_FOR_ENVOY {
        shared.stir(headers.as_bytes());
    }

    let router = &shared.router;
    let request = Request {
        method,
        scheme,
        authority,
        path,
        destination: if router.needs_destination() {
            address(host, DESTINATION).or_else(|| {
                let asked = quirks.has_nginx_variables;
                asked.then(|| address(host, NGINX_SERVER)).flatten()
            })
        } else {
            None
        },
        now: if router.needs_time() { host.now() } else { 0 },
        headers: &headers,
    };
    let decision = shared.with_rng(|rng| router.decide(&request, rng));
    log_decision(router, &request, &decision);
    if shared.rule_property
        && let Some(rule) = decision.rule.and_then(|rule| router.rule(rule))
    {
        host.set_property(wire::RULE_PROPERTY, rule.full_name().as_bytes());
    }
    if shared.proxy == ProxyKind::Sidecar && decision.action != Action::PassThrough {
        host.set_property(wire::DECIDED_PROPERTY, b"1");
    }
    match router.external_auth(&decision) {
        None => carry_out(host, shared, decision, path, Some(&headers)),
        Some(auth) => external_auth::ask(host, shared, auth, &request, decision),
    }
}

fn log_decision(router: &Router, request: &Request<'_, HeaderMap>, decision: &Decision) {
    if !log::log_enabled!(log::Level::Debug) {
        return;
    }
    let rule = decision.rule.and_then(|rule| router.rule(rule));
    log::debug!(
        "{} {}{}: rule {}: {}",
        String::from_utf8_lossy(request.method),
        String::from_utf8_lossy(request.authority),
        String::from_utf8_lossy(request.path),
        rule.map_or("-", |rule| rule.full_name()),
        in_words(router, &decision.action),
    );
}

fn in_words(router: &Router, action: &Action) -> String {
    match action {
        Action::PassThrough => "passed through".into(),
        Action::Forward { cluster, .. } => {
            format!("to {}", router.cluster(*cluster).unwrap_or("-"))
        }
        Action::Redirect { status, location } => {
            format!("{status} to {}", String::from_utf8_lossy(location))
        }
        Action::Preflight => "answered as a CORS preflight".into(),
        Action::Reply(reason) => format!("{} {}", reason.status(), reason.as_str()),
    }
}

//! The router alone, with as much of a proxy and a backend around it as a fixture can see.

use std::{
    cell::RefCell,
    collections::HashSet,
    net::{IpAddr, Ipv4Addr, SocketAddr},
};

use anyhow::{Context, Result};
use gamma_compile::{self as compile, compile};
use gamma_manifest::{Manifests, diagnostic::Diagnostics};
use gamma_router::{Action, Decision, HeaderEdits, Reply, Request, Router};

use super::{
    auth::{self, HeaderList},
    driver::Driver,
    time,
};
use crate::{
    client::latin1,
    echo::Identity,
    fixture::{Exchange, Observed, PORT, Protocol, Seen},
    stage::NO_ENDPOINTS,
};

/// Decides with the router.
#[derive(Debug)]
pub struct Native {
    router: Router,
    rng: RefCell<fastrand::Rng>,
    /// `namespace/name` of Services without endpoints.
    dead: HashSet<String>,
}

/// When it is, in seconds since 1970.
const NOW: u64 = 1_800_000_000;
/// Where every backend listens.
const ENDPOINT: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 80);

impl Native {
    /// Compiles the manifests for clients in the namespace that `options` name.
    ///
    /// # Errors
    ///
    /// The compiled config is not one that the filter would accept.
    pub fn new(manifests: &Manifests, options: &compile::Options) -> Result<Self> {
        let config = compile(manifests, options, &mut Diagnostics::default());
        let namespace = options.client_namespace.as_deref().unwrap_or("default");
        // Through JSON and validation, as the filter gets it.
        let config = gamma_config::parse(&serde_json::to_vec(&config)?)?;
        let dead = manifests
            .services
            .iter()
            .filter(|s| s.metadata.labels.iter().any(|(key, _)| key == NO_ENDPOINTS))
            .map(|s| format!("{}/{}", s.metadata.namespace, s.metadata.name.value))
            .collect();
        Ok(Self {
            router: Router::new(&config, namespace)?,
            rng: RefCell::new(fastrand::Rng::with_seed(1)),
            dead,
        })
    }
}

impl Driver for Native {
    fn send(&mut self, exchange: &Exchange) -> Result<Observed> {
        let line = &exchange.request;
        let sent: Vec<(&str, &[u8])> = exchange
            .headers
            .iter()
            .map(|header| (&*header.name, &*header.value))
            .collect();
        let method = match exchange.protocol {
            Protocol::Grpc => "POST",
            _ => &line.method,
        };
        let request = Request {
            method: method.as_bytes(),
            scheme: line.scheme.as_bytes(),
            authority: line.authority.as_bytes(),
            path: line.path.as_bytes(),
            destination: exchange.dial.map(|ip| (ip, PORT).into()),
            now: NOW,
            headers: &sent,
        };
        let decision = self.router.decide(&request, &mut self.rng.borrow_mut());
        let rule = decision.rule.map(|rule| {
            let rule = self.router.rule(rule).expect("of this router");
            let (_, route) = rule.route().split_once('/').unwrap_or(("", rule.route()));
            format!("{route}/{}", rule.name())
        });
        let mut observed = Observed {
            status: 200,
            rule,
            ..Observed::default()
        };
        let headers: HeaderList = sent
            .iter()
            .map(|(name, value)| (name.to_lowercase(), latin1(value)))
            .filter(|(name, _)| !name.starts_with("x-gamma-"))
            .collect();
        self.carry_out(&decision, exchange, headers, &mut observed)?;
        for header in &decision.response {
            let name = header.name.to_owned();
            if !header.append {
                observed.headers.retain(|(other, _)| *other != name);
            }
            observed.headers.push((name, latin1(&header.value)));
        }
        Ok(observed)
    }
}

impl Native {
    /// What the filter, the proxy and a backend make of a decision.
    fn carry_out(
        &self,
        decision: &Decision,
        exchange: &Exchange,
        mut headers: HeaderList,
        observed: &mut Observed,
    ) -> Result<()> {
        if let Some(auth) = self.router.external_auth(decision) {
            let service = identity(&auth.cluster)?;
            let answers = !self.is_dead(&service);
            if !auth::allowed(auth, service, answers, exchange, &mut headers, observed) {
                return Ok(());
            }
        }
        match &decision.action {
            Action::PassThrough => observed.status = 404,
            Action::Preflight => observed.status = 204,
            Action::Reply(reply) => {
                answer(*reply, exchange.protocol, observed);
                return Ok(());
            }
            Action::Redirect { status, location } => {
                observed.status = *status;
                observed.headers.push(("location".into(), latin1(location)));
            }
            Action::Forward { cluster, path } => {
                let to = To {
                    backend: identity(self.router.cluster(*cluster).context("no cluster")?)?,
                    authority: self.router.new_authority(decision),
                    path: path.as_deref(),
                };
                if !self.forward(decision, exchange, to, headers, observed)? {
                    return Ok(());
                }
            }
        }
        for edits in self.router.response_edits(decision.rule, decision.backend) {
            edit(&mut observed.headers, edits);
        }
        Ok(())
    }

    /// Whether a backend answered.
    fn forward(
        &self,
        decision: &Decision,
        exchange: &Exchange,
        to: To<'_>,
        mut headers: HeaderList,
        observed: &mut Observed,
    ) -> Result<bool> {
        let line = &exchange.request;
        let rng = &mut self.rng.borrow_mut();
        for mirror in self.router.mirrors(decision, rng) {
            observed.mirrored.push(identity(mirror)?);
        }
        if self.is_dead(&to.backend) {
            observed.status = 503;
            return Ok(false);
        }
        for edits in self.router.request_edits(decision) {
            edit(&mut headers, edits);
        }
        if to.path.is_some() {
            headers.push(("x-envoy-original-path".into(), line.path.clone()));
        }
        let rule = decision.rule.and_then(|rule| self.router.rule(rule));
        let policy = rule.and_then(|rule| rule.policy());
        if !time::answered(&headers, policy, observed) {
            return Ok(false);
        }
        backend_answers(&headers, exchange.protocol, observed);
        let session = rule.and_then(|rule| rule.session());
        if let (Some(session), Some(backend)) = (session, decision.backend)
            && decision.endpoint() != Some(ENDPOINT)
        {
            let (name, value) = session.begin(backend.index(), Some(ENDPOINT), NOW, false);
            observed.headers.push((name.into(), value));
        }
        observed.seen = Some(Seen {
            backend: to.backend,
            path: to.path.map_or_else(|| line.path.clone(), latin1),
            host: to.authority.unwrap_or(&line.authority).into(),
            headers,
        });
        Ok(true)
    }

    fn is_dead(&self, backend: &Identity) -> bool {
        let name = format!("{}/{}", backend.namespace, backend.service);
        self.dead.contains(&name)
    }
}

/// Where a request is forwarded, and as what.
struct To<'a> {
    backend: Identity,
    authority: Option<&'a str>,
    path: Option<&'a [u8]>,
}

fn answer(reply: Reply, protocol: Protocol, observed: &mut Observed) {
    match protocol {
        Protocol::Grpc => {
            observed.grpc = Some((reply.grpc_status(), reply.reason.message().into()));
        }
        _ => observed.status = reply.status(),
    }
    let reason = reply.reason.as_str().into();
    observed.headers.push(("x-gamma-reason".into(), reason));
}

/// What the echo backend answers, see [`mod@crate::echo`].
fn backend_answers(headers: &HeaderList, protocol: Protocol, observed: &mut Observed) {
    match protocol {
        Protocol::Grpc => observed.grpc = Some((0, String::new())),
        Protocol::WebSocket => observed.status = 101,
        _ => {}
    }
    for (name, value) in headers {
        if name == "x-echo-set-header" {
            let header = value.split_once(':');
            observed
                .headers
                .extend(header.map(|(n, v)| (n.to_lowercase(), v.into())));
        }
    }
}

fn edit(headers: &mut HeaderList, edits: &HeaderEdits) {
    let replaced = edits.set.iter().map(|(name, _)| name);
    let gone: Vec<&str> = edits
        .remove
        .iter()
        .chain(replaced)
        .map(|name| &**name)
        .collect();
    headers.retain(|(name, _)| !gone.contains(&name.as_str()));
    let added = edits.set.iter().chain(&edits.add);
    headers.extend(added.map(|(name, value)| (name.to_string(), value.to_string())));
}

/// `namespace/name/port`
fn identity(cluster: &str) -> Result<Identity> {
    let mut parts = cluster.splitn(3, '/');
    let mut part = || parts.next().with_context(|| cluster.to_owned());
    Ok(Identity::new(part()?, part()?, part()?.parse()?))
}

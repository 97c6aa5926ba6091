//! The router alone, with as much of a proxy and a backend around it as a fixture can see.

use std::{
    cell::RefCell,
    collections::HashSet,
    convert::Infallible,
    net::{IpAddr, Ipv4Addr, SocketAddr},
};

use anyhow::{Context, Result};
use gamma_carried::{CarriedEnd, CarriedRequest, ListedHeaders, latin1};
use gamma_compile::{self as compile, compile};
use gamma_config::wire;
use gamma_manifest::{Manifests, diagnostic::Diagnostics};
use gamma_router::{
    By, Decision, HeaderVisitor, Reason, Request, ResponseVisitor, Router, is_copied,
};

use super::{
    auth::{self, HeaderList},
    driver::Driver,
    time,
};
use crate::{
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
        let mut decision = self.router.decide(&request, &mut self.rng.borrow_mut());
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
            .filter(|(name, _)| !wire::is_owned(name.as_bytes()))
            .collect();
        self.carry_out(&mut decision, exchange, headers, &mut observed)?;
        let answered_by = observed.seen.as_ref().map(|_| ENDPOINT);
        let mut response = NativeResponse {
            headers: ListedHeaders(&mut observed.headers),
            answered_by,
        };
        let Ok(()) = self.router.visit_response(&decision, &mut response);
        Ok(observed)
    }
}

impl Native {
    /// What the filter, the proxy and a backend make of a decision, up to the response.
    fn carry_out(
        &self,
        decision: &mut Decision,
        exchange: &Exchange,
        mut headers: HeaderList,
        observed: &mut Observed,
    ) -> Result<()> {
        if let Some(auth) = self.router.external_auth(decision) {
            let service = identity(&auth.cluster)?;
            let answers = !self.is_dead(&service);
            if !auth::allowed(auth, service, answers, exchange, &mut headers, observed) {
                decision.refuse(Reason::Denied);
                return Ok(());
            }
        }
        let line = &exchange.request;
        let is_grpc = exchange.protocol == Protocol::Grpc;
        let carried = CarriedRequest::new(&line.authority, &line.path, headers, is_grpc)
            .carry_out(&self.router, decision);
        match &carried.end {
            CarriedEnd::PassThrough => observed.status = 404,
            CarriedEnd::Answer {
                status,
                grpc,
                headers,
            } => {
                if grpc.is_none() {
                    observed.status = *status;
                }
                observed.grpc.clone_from(grpc);
                observed.headers.extend_from_slice(headers);
            }
            CarriedEnd::Cluster(cluster) => {
                let backend = identity(cluster)?;
                self.forward(decision, exchange, backend, carried, observed)?;
            }
        }
        Ok(())
    }

    fn forward(
        &self,
        decision: &Decision,
        exchange: &Exchange,
        backend: Identity,
        carried: CarriedRequest,
        observed: &mut Observed,
    ) -> Result<()> {
        let mut headers = carried.headers;
        for (mirror, fraction) in &carried.mirrors {
            if is_copied(*fraction, &mut self.rng.borrow_mut()) {
                observed.mirrored.push(identity(mirror)?);
            }
        }
        if self.is_dead(&backend) {
            observed.status = 503;
            return Ok(());
        }
        let original = carried.original_path;
        headers.extend(original.map(|path| (wire::ORIGINAL_PATH.to_owned(), path)));
        let rule = decision.rule.and_then(|rule| self.router.rule(rule));
        let policy = rule.and_then(|rule| rule.policy());
        if !time::answered(&headers, policy, observed) {
            return Ok(());
        }
        backend_answers(&headers, exchange.protocol, observed);
        observed.seen = Some(Seen {
            backend,
            path: carried.path,
            host: carried.authority,
            headers,
        });
        Ok(())
    }

    fn is_dead(&self, backend: &Identity) -> bool {
        let name = format!("{}/{}", backend.namespace, backend.service);
        self.dead.contains(&name)
    }
}

/// A response on its way to the client.
struct NativeResponse<'h> {
    headers: ListedHeaders<'h>,
    answered_by: Option<SocketAddr>,
}

impl HeaderVisitor for NativeResponse<'_> {
    type Error = Infallible;

    fn remove(&mut self, name: &str, by: By) -> Result<(), Infallible> {
        self.headers.remove(name, by)
    }

    fn set(&mut self, name: &str, value: &[u8], by: By) -> Result<(), Infallible> {
        self.headers.set(name, value, by)
    }

    fn add(&mut self, name: &str, value: &[u8], by: By) -> Result<(), Infallible> {
        self.headers.add(name, value, by)
    }
}

impl ResponseVisitor for NativeResponse<'_> {
    fn answered_by(&mut self) -> Option<SocketAddr> {
        self.answered_by
    }
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

/// `namespace/name/port`
fn identity(cluster: &str) -> Result<Identity> {
    let mut parts = cluster.splitn(3, '/');
    let mut part = || parts.next().with_context(|| cluster.to_owned());
    Ok(Identity::new(part()?, part()?, part()?.parse()?))
}

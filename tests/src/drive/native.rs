//! The router alone, with as much of a proxy and a backend around it as a fixture can see.

use std::collections::HashSet;

use anyhow::{Context, Result};
use gamma_router::{Action, HeaderEdits, Reply, Request, Router};
use gammactl::{compile::compile, diagnostic::Diagnostics, manifest::Manifests};

use super::{Driver, time};
use crate::{
    client::latin1,
    echo::Identity,
    fixture::{Exchange, Observed, Protocol, Seen},
    stage::NO_ENDPOINTS,
};

/// Decides with the router.
#[derive(Debug)]
pub struct Native {
    router: Router,
    rng: fastrand::Rng,
    /// `namespace/name` of Services without endpoints.
    dead: HashSet<String>,
}

type Headers = Vec<(String, String)>;

impl Native {
    /// Compiles the manifests for clients in `namespace`.
    ///
    /// # Errors
    ///
    /// The compiled config is not one that the filter would accept.
    pub fn new(manifests: &Manifests, namespace: &str) -> Result<Self> {
        let config = compile(
            manifests,
            &super::options(namespace),
            &mut Diagnostics::default(),
        );
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
            rng: fastrand::Rng::with_seed(1),
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
            Protocol::Http => &line.method,
        };
        let request = Request {
            method: method.as_bytes(),
            scheme: line.scheme.as_bytes(),
            authority: line.authority.as_bytes(),
            path: line.path.as_bytes(),
            destination: None,
            headers: &sent,
        };
        let decision = self.router.decide(&request, &mut self.rng);
        let rule = decision.rule.map(|rule| {
            let (route, rule) = self.router.rule_name(rule);
            let (_, route) = route.split_once('/').unwrap_or(("", route));
            format!("{route}/{rule}")
        });
        let mut observed = Observed {
            status: 200,
            rule,
            ..Observed::default()
        };
        match &decision.action {
            Action::PassThrough => observed.status = 404,
            Action::Reply(reply) => answer(*reply, exchange.protocol, &mut observed),
            Action::Redirect { status, location } => {
                observed.status = *status;
                observed.headers.push(("location".into(), latin1(location)));
            }
            Action::Forward {
                cluster,
                authority,
                path,
            } => {
                let backend = identity(cluster)?;
                if self
                    .dead
                    .contains(&format!("{}/{}", backend.namespace, backend.service))
                {
                    observed.status = 503;
                    return Ok(observed);
                }
                let mut headers: Headers = sent
                    .iter()
                    .map(|(name, value)| (name.to_lowercase(), latin1(value)))
                    .collect();
                headers.retain(|(name, _)| !name.starts_with("x-gamma-"));
                for edits in self.router.request_edits(&decision) {
                    edit(&mut headers, edits);
                }
                if let Some(_path) = path {
                    headers.push(("x-envoy-original-path".into(), line.path.clone()));
                }
                let policy = decision.rule.and_then(|rule| {
                    self.router
                        .policies()
                        .find(|(id, _)| *id == rule)
                        .map(|(_, policy)| policy)
                });
                if !time::answered(&headers, policy, &mut observed) {
                    return Ok(observed);
                }
                backend_answers(&headers, exchange.protocol, &mut observed);
                observed.seen = Some(Seen {
                    backend,
                    path: path.as_deref().map_or_else(|| line.path.clone(), latin1),
                    host: authority.unwrap_or(&line.authority).into(),
                    headers,
                });
            }
        }
        if !matches!(decision.action, Action::Reply(_)) {
            for edits in self.router.response_edits(decision.rule, decision.backend) {
                edit(&mut observed.headers, edits);
            }
        }
        Ok(observed)
    }
}

fn answer(reply: Reply, protocol: Protocol, observed: &mut Observed) {
    match protocol {
        Protocol::Http => observed.status = reply.status(),
        Protocol::Grpc => {
            observed.grpc = Some((reply.grpc_status(), reply.reason.message().into()));
        }
    }
    let reason = reply.reason.as_str().into();
    observed.headers.push(("x-gamma-reason".into(), reason));
}

/// What the echo backend answers, see [`mod@crate::echo`].
fn backend_answers(headers: &Headers, protocol: Protocol, observed: &mut Observed) {
    if protocol == Protocol::Grpc {
        observed.grpc = Some((0, String::new()));
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

fn edit(headers: &mut Headers, edits: &HeaderEdits) {
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

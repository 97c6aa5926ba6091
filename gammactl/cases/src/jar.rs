//! Clients that keep their sessions. Where a request may go to several backends, each of them is
//! followed: a jar is all that the client can have kept by now, with the share of each.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use gamma_explain::{
    Header,
    request::{HeaderLine, Simulated},
};
use gamma_router::{Action, Router, trace};

use super::outcome::Outcome;

/// Where every backend listens, as far as sessions are concerned.
const ENDPOINT: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 80);

/// What a client keeps.
#[derive(Debug, Clone)]
pub(super) struct Jar(Vec<Kept>);

/// One of the things that it can have kept.
#[derive(Debug, Clone)]
struct Kept {
    share: f64,
    headers: Vec<HeaderLine>,
    /// The cluster that its last request went to.
    previous: Option<String>,
}

impl Default for Jar {
    fn default() -> Self {
        Self(vec![Kept {
            share: 1.0,
            headers: Vec::new(),
            previous: None,
        }])
    }
}

impl Jar {
    /// Sends `request` with everything that may have been kept, and keeps what the answers say.
    /// `send` gives the outcomes of a request in the order of the router's.
    pub(super) fn send(
        &mut self,
        request: &Simulated,
        router: &Router,
        send: impl Fn(&Simulated) -> Vec<Outcome>,
    ) -> Vec<Outcome> {
        let mut all = Vec::new();
        let mut after: Vec<Kept> = Vec::new();
        for kept in &self.0 {
            let mut request = request.clone();
            request.headers.extend(kept.headers.iter().cloned());
            let traced = request.with(|request| router.trace(request).outcomes);
            for (mut outcome, traced) in send(&request).into_iter().zip(traced) {
                outcome.share *= kept.share;
                outcome.previous.clone_from(&kept.previous);
                let begun = begun(&request, router, &traced);
                let next = kept.after(&outcome, begun.as_ref());
                outcome
                    .headers
                    .extend(begun.map(|(name, value)| Header { name, value }));
                let same = |other: &&mut Kept| {
                    other.headers == next.headers && other.previous == next.previous
                };
                match after.iter_mut().find(same) {
                    Some(same) => same.share += next.share,
                    None => after.push(next),
                }
                all.push(outcome);
            }
        }
        self.0 = after;
        all
    }
}

/// The header of the response, if the backend that got the request binds the session to itself.
fn begun(
    request: &Simulated,
    router: &Router,
    traced: &trace::Outcome,
) -> Option<(String, String)> {
    let decision = &traced.decision;
    let session = router.rule(decision.rule?)?.session()?;
    let is_forwarded = matches!(decision.action, Action::Forward { .. });
    if !is_forwarded || decision.endpoint() == Some(ENDPOINT) {
        return None;
    }
    let backend = decision.backend?.index();
    let https = request.line.scheme == "https";
    let (name, value) = session.begin(backend, Some(ENDPOINT), request.now, https);
    Some((name.to_owned(), value))
}

impl Kept {
    fn after(&self, outcome: &Outcome, begun: Option<&(String, String)>) -> Self {
        let mut next = self.clone();
        next.share = outcome.share;
        let cluster = outcome.cluster().map(str::to_owned);
        next.previous = cluster.or(next.previous);
        if let Some((name, value)) = begun {
            let (name, value) = match &**name {
                "set-cookie" => ("cookie", value.split(';').next().unwrap_or_default()),
                name => (name, &**value),
            };
            let begun = HeaderLine {
                name: name.to_owned(),
                value: value.into(),
            };
            next.headers.retain(|other| key(other) != key(&begun));
            next.headers.push(begun);
        }
        next
    }
}

/// What a later header replaces: a header, or a single cookie.
fn key(header: &HeaderLine) -> (&str, &[u8]) {
    let cookie = header.value.split(|&byte| byte == b'=').next();
    match &*header.name {
        "cookie" => ("cookie", cookie.unwrap_or_default()),
        name => (name, b""),
    }
}

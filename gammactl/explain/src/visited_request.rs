//! Applies a routing decision to its request: the router visits every effect of the decision, and each
//! is recorded here.

use std::{convert::Infallible, net::SocketAddr};

use gamma_config::{Fraction, wire};
use gamma_router::{Answer, By, HeaderVisitor, RequestVisitor, Router, is_grpc, trace};

use crate::{
    explanation::MirroredShare,
    header_trail::HeaderTrail,
    request::{RequestLine, Simulated},
    text::utf8,
};

/// The place where a request ends.
#[derive(Debug, Clone)]
pub(super) enum VisitedEnd {
    /// The request passes through to the proxy's own routes.
    PassThrough,
    /// The request goes to a backend of this cluster.
    Forwarded(String),
    /// The request is answered before it reaches a backend.
    Answered(OwnAnswer),
}

/// An answer to the client that does not come from a backend.
#[derive(Debug, Clone)]
pub(super) struct OwnAnswer {
    pub(super) status: u16,
    pub(super) grpc_status: Option<u32>,
    pub(super) headers: Vec<(String, Vec<u8>)>,
    pub(super) body: String,
    pub(super) details: String,
}

/// A request after everything that the decision does to it.
#[derive(Debug, Clone)]
pub(super) struct VisitedRequest {
    pub(super) end: VisitedEnd,
    /// Its headers on the way to the proxy's router.
    pub(super) headers: HeaderTrail,
    pub(super) authority: String,
    pub(super) path: String,
    pub(super) mirrors: Vec<MirroredShare>,
}

impl VisitedRequest {
    /// `request` as the outcome `traced` treats it.
    pub(super) fn new(router: &Router, traced: &trace::Outcome, request: &Simulated) -> Self {
        let RequestLine {
            authority, path, ..
        } = &request.line;
        let mut visited = Self {
            end: VisitedEnd::PassThrough,
            headers: HeaderTrail::of_request(&request.headers),
            authority: authority.clone(),
            path: path.clone(),
            mirrors: Vec::new(),
        };
        let Ok(()) = visited.visit(router, traced);
        visited
    }

    fn visit(&mut self, router: &Router, traced: &trace::Outcome) -> Result<(), Infallible> {
        // Headers that only the filter may set go before anything is decided, unless nothing is.
        if traced.decision.action != gamma_router::Action::PassThrough {
            let mut owned: Vec<String> = Vec::new();
            for header in self.headers.headers() {
                if wire::is_owned(header.name.as_bytes()) && !owned.contains(&header.name) {
                    owned.push(header.name.clone());
                }
            }
            for name in owned {
                self.headers.remove(&name, By::Gamma)?;
            }
        }
        let path = self.path.clone();
        router.visit_request(&traced.decision, path.as_bytes(), self)
    }

    /// A header that tells the proxy something is no change for the backend to see, unless the filter
    /// overwrites a header there that a route has set.
    fn tell_proxy(&mut self, name: &str, value: &str, by: By) -> Result<(), Infallible> {
        if self.headers.has(name) {
            self.headers.set(name, value.as_bytes(), by)?;
        }
        Ok(())
    }
}

impl HeaderVisitor for VisitedRequest {
    type Error = Infallible;

    fn remove(&mut self, name: &str, by: By) -> Result<(), Infallible> {
        self.headers.remove(name, by)
    }

    fn set(&mut self, name: &str, value: &[u8], by: By) -> Result<(), Infallible> {
        if is_host(name) {
            return self.authority(&utf8(value), by);
        }
        self.headers.set(name, value, by)
    }

    fn add(&mut self, name: &str, value: &[u8], by: By) -> Result<(), Infallible> {
        if is_host(name) {
            let both = format!("{},{}", self.authority, utf8(value));
            return self.authority(&both, by);
        }
        self.headers.add(name, value, by)
    }
}

/// Whether a header is what Envoy keeps as the authority.
fn is_host(name: &str) -> bool {
    name.eq_ignore_ascii_case("host")
}

impl RequestVisitor for VisitedRequest {
    fn authority(&mut self, authority: &str, by: By) -> Result<(), Infallible> {
        let before = std::mem::replace(&mut self.authority, authority.into());
        self.headers.rewrite(":authority", &before, authority, by);
        Ok(())
    }

    fn path(&mut self, path: &[u8], original: &[u8], by: By) -> Result<(), Infallible> {
        self.set(wire::ORIGINAL_PATH, original, By::Gamma)?;
        let before = std::mem::replace(&mut self.path, utf8(path));
        self.headers.rewrite(":path", &before, &self.path, by);
        Ok(())
    }

    fn endpoint(&mut self, _: SocketAddr) -> Result<(), Infallible> {
        Ok(())
    }

    fn mirror(&mut self, cluster: &str, fraction: Fraction, _: By) -> Result<(), Infallible> {
        self.mirrors.push(MirroredShare {
            cluster: cluster.into(),
            share: f64::from(fraction.numerator) / f64::from(fraction.denominator),
        });
        Ok(())
    }

    fn control(&mut self, name: &'static str, value: &str) -> Result<(), Infallible> {
        self.tell_proxy(name, value, By::Rule)
    }

    fn cluster(&mut self, header: &str, cluster: &str) -> Result<(), Infallible> {
        self.end = VisitedEnd::Forwarded(cluster.into());
        self.tell_proxy(header, cluster, By::Gamma)
    }

    fn is_grpc(&mut self) -> bool {
        let mut headers = self.headers.headers().iter();
        let kind = headers.find(|header| header.name == "content-type");
        kind.is_some_and(|kind| is_grpc(kind.value.as_bytes()))
    }

    fn answer(&mut self, answer: &Answer<'_>) -> Result<(), Infallible> {
        let headers = answer.headers.iter();
        self.end = VisitedEnd::Answered(OwnAnswer {
            status: answer.status,
            grpc_status: answer.grpc_status,
            headers: headers
                .map(|(name, value)| ((*name).to_owned(), value.to_vec()))
                .collect(),
            body: utf8(answer.body),
            details: answer.details.into(),
        });
        Ok(())
    }
}

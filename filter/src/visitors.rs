//! The visitors that turn what a decision does into host calls.

use std::net::SocketAddr;

use gamma_config::{Fraction, wire};
use gamma_router::{
    Answer, By, Decision, HeaderVisitor, RequestVisitor, ResponseVisitor, is_copied, is_grpc,
};

use crate::{
    config::Shared,
    header_map::HeaderMap,
    host::{Host, HostError, MapType, address},
};

/// The endpoint that answered.
const UPSTREAM: &str = "upstream\0address";

/// Carries out what a decision does to a request.
pub(crate) struct RequestHostCalls<'a, H> {
    pub(crate) host: &'a H,
    pub(crate) shared: &'a Shared,
    pub(crate) decision: &'a Decision,
    /// The request's headers, by which a gRPC client is known; see [`carry_out`](crate::carry_out::carry_out).
    pub(crate) headers: Option<&'a HeaderMap>,
    /// How many copies of the request are made.
    pub(crate) copies: u16,
}

impl<H: Host> HeaderVisitor for RequestHostCalls<'_, H> {
    type Error = HostError;

    fn remove(&mut self, name: &str, _: By) -> Result<(), HostError> {
        self.host.remove_header(MapType::Request, name.as_bytes())
    }

    fn set(&mut self, name: &str, value: &[u8], _: By) -> Result<(), HostError> {
        self.host
            .set_header(MapType::Request, name.as_bytes(), value)
    }

    fn add(&mut self, name: &str, value: &[u8], _: By) -> Result<(), HostError> {
        self.host
            .add_header(MapType::Request, name.as_bytes(), value)
    }
}

impl<H: Host> RequestVisitor for RequestHostCalls<'_, H> {
    /// Says to the proxy's mirror policies, each of which reads one header, where copies go.
    fn mirror(&mut self, cluster: &str, fraction: Fraction, by: By) -> Result<(), HostError> {
        let Self { host, shared, .. } = *self;
        if !shared.with_rng(|rng| is_copied(fraction, rng)) {
            return Ok(());
        }
        let number = self.copies;
        self.copies = number.saturating_add(1);
        shared
            .metrics
            .count_mirror(host, &shared.router, number, self.decision, cluster);
        self.set(&wire::mirror(number.into()), cluster.as_bytes(), by)
    }

    fn is_grpc(&mut self) -> bool {
        self.headers
            .is_some_and(|headers| is_grpc(headers.first("content-type")))
    }

    fn answer(&mut self, answer: &Answer<'_>) -> Result<(), HostError> {
        self.host.reply(answer)
    }
}

/// Carries out what a decision does to the response.
pub(crate) struct ResponseHostCalls<'a, H>(pub(crate) &'a H);

impl<H: Host> HeaderVisitor for ResponseHostCalls<'_, H> {
    type Error = HostError;

    fn remove(&mut self, name: &str, _: By) -> Result<(), HostError> {
        self.0.remove_header(MapType::Response, name.as_bytes())
    }

    fn set(&mut self, name: &str, value: &[u8], _: By) -> Result<(), HostError> {
        self.0.set_header(MapType::Response, name.as_bytes(), value)
    }

    fn add(&mut self, name: &str, value: &[u8], _: By) -> Result<(), HostError> {
        self.0.add_header(MapType::Response, name.as_bytes(), value)
    }
}

impl<H: Host> ResponseVisitor for ResponseHostCalls<'_, H> {
    fn answered_by(&mut self) -> Option<SocketAddr> {
        address(self.0, UPSTREAM)
    }
}

//! The visitors that turn what a decision does into host calls.

use std::net::SocketAddr;

use gamma_config::{Fraction, wire};
use gamma_router::{
    Answer, By, Decision, HeaderVisitor, Headers, RequestVisitor, ResponseVisitor, is_copied,
    is_grpc,
};

use crate::{
    config::Shared,
    denial,
    header_map::HeaderMap,
    host::{Host, HostError, MapType, UPSTREAM, address},
    quirks::Removal,
};

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
        let quirks = self.shared.quirks();
        if quirks.removal != Removal::Removes && !self.has(name) {
            return Ok(());
        }
        quirks.take_away(self.host, name.as_bytes())
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

impl<H: Host> RequestHostCalls<'_, H> {
    /// Whether the request has such a header, as far as is known.
    fn has(&self, name: &str) -> bool {
        self.headers
            .is_none_or(|headers| headers.values(name).next().is_some())
    }
}

impl<H: Host> RequestVisitor for RequestHostCalls<'_, H> {
    fn authority(&mut self, authority: &str, by: By) -> Result<(), HostError> {
        let quirks = self.shared.quirks();
        if quirks.rewrites_in_headers {
            return self.set(wire::HOST, authority.as_bytes(), by);
        }
        self.set(":authority", authority.as_bytes(), by)?;
        // Beside the authority there must be no other host.
        if quirks.host_line && self.has("host") {
            self.set("host", authority.as_bytes(), by)?;
        }
        Ok(())
    }

    fn path(&mut self, path: &[u8], original: &[u8], by: By) -> Result<(), HostError> {
        self.set(wire::ORIGINAL_PATH, original, By::Gamma)?;
        let name = if self.shared.quirks().rewrites_in_headers {
            wire::PATH
        } else {
            ":path"
        };
        self.set(name, path, by)
    }

    fn pass_through(&mut self) -> Result<(), HostError> {
        // Whatever the header map did not show: the proxy's own routes must not take a client's word. Where it is known
        // at which length maps are cut, longer ones were refused.
        if self.shared.quirks().removal == Removal::Unknown {
            let header = self.shared.router.cluster_header().as_bytes();
            let removed = self.host.remove_header(MapType::Request, header);
            // A host that removes nothing sets nothing: no route of its proxy goes by a header of the filter.
            return removed.or_else(|error| match error.status {
                HostError::UNIMPLEMENTED => Ok(()),
                _ => Err(error),
            });
        }
        Ok(())
    }

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
        match answer.grpc_status {
            Some(status) if self.shared.quirks().grpc_in_headers => {
                denial::grpc(self.host, answer, status)
            }
            _ => self.host.reply(answer),
        }
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

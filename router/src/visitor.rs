//! The traits of visitors, which are told what a decision does.
//!
//! [`Router::visit_request`](crate::Router::visit_request) and
//! [`Router::visit_response`](crate::Router::visit_response) call these methods in the order in which
//! the filter carries them out. The filter's visitors turn the calls into host calls, those of `gammactl` into text.
//! Dispatch is static and nothing is allocated for it. An error of a visitor ends the visit.
//!
//! Everything that the proxy is told in a header has a method of its own, which by default sets that header:
//! a visitor that only wants to see headers keeps the defaults.

use std::net::SocketAddr;

use gamma_config::{Fraction, wire};

use crate::decision::Reason;

/// Who asks for a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum By {
    /// The rule that won, by one of its filters or by its timeouts and retries.
    Rule,
    /// The backend that was drawn, by one of its filters.
    Backend,
    /// The CORS filter of either.
    Cors,
    /// The rule's session persistence.
    Session,
    /// Gamma itself, to tell the proxy, the backend or the client something.
    Gamma,
}

/// Gets changes of the headers of a message. Names are in lower case.
pub trait HeaderVisitor {
    /// What the visitor may fail with.
    type Error;

    /// All values of the header go away, if there are any.
    ///
    /// # Errors
    ///
    /// The visitor's own; so have all methods.
    fn remove(&mut self, name: &str, by: By) -> Result<(), Self::Error>;

    /// All values of the header are replaced by one.
    #[allow(clippy::missing_errors_doc, reason = "as above")]
    fn set(&mut self, name: &str, value: &[u8], by: By) -> Result<(), Self::Error>;

    /// The header gets one more value after those it has.
    #[allow(clippy::missing_errors_doc, reason = "as above")]
    fn add(&mut self, name: &str, value: &[u8], by: By) -> Result<(), Self::Error>;
}

/// Gets what a decision does to a request: a [`pass`](Self::pass_through), an answer
/// ([`redirect`](Self::redirect), [`preflight`](Self::preflight) or [`reply`](Self::reply)), or a
/// forward: header edits of the rule, those of the backend, then [`authority`](Self::authority),
/// [`path`](Self::path), [`endpoint`](Self::endpoint), [`mirror`](Self::mirror),
/// [`control`](Self::control) and, always and last, [`cluster`](Self::cluster).
#[allow(clippy::missing_errors_doc, reason = "as in HeaderVisitor")]
pub trait RequestVisitor: HeaderVisitor {
    /// The request is for no known Service: the proxy's own routes get it.
    fn pass_through(&mut self) -> Result<(), Self::Error> {
        Ok(())
    }

    /// The authority changes.
    fn authority(&mut self, authority: &str, by: By) -> Result<(), Self::Error> {
        self.set(":authority", authority.as_bytes(), by)
    }

    /// The path, which is `original` (both with query), changes.
    fn path(&mut self, path: &[u8], original: &[u8], by: By) -> Result<(), Self::Error> {
        self.set(wire::ORIGINAL_PATH, original, By::Gamma)?;
        self.set(":path", path, by)
    }

    /// The request goes to that endpoint of the cluster, to which its session is bound.
    fn endpoint(&mut self, endpoint: SocketAddr) -> Result<(), Self::Error> {
        let endpoint = endpoint.to_string();
        self.set(wire::ENDPOINT, endpoint.as_bytes(), By::Session)
    }

    /// That part of such requests is copied to `cluster`. The visitor draws, see [`is_copied`], and
    /// numbers the copies of a request from 0 for [`wire::mirror`].
    fn mirror(&mut self, cluster: &str, fraction: Fraction, by: By) -> Result<(), Self::Error>;

    /// The proxy is told a timeout, or something about retries: one of [`wire::CONTROLS`], or
    /// [`wire::RETRY_BACKOFF`].
    fn control(&mut self, name: &'static str, value: &str) -> Result<(), Self::Error> {
        self.set(name, value.as_bytes(), By::Rule)
    }

    /// The request goes to `cluster`, which the proxy is told in the request header `header`.
    fn cluster(&mut self, header: &str, cluster: &str) -> Result<(), Self::Error> {
        self.set(header, cluster.as_bytes(), By::Gamma)
    }

    /// The request is answered: what `redirect`, `preflight` and `reply` come down to.
    fn answer(&mut self, answer: &Answer<'_>) -> Result<(), Self::Error>;

    /// The request is answered with a redirect. The body stays empty: clients follow `location`.
    fn redirect(&mut self, status: u16, location: &[u8]) -> Result<(), Self::Error> {
        self.answer(&Answer {
            status,
            grpc_status: None,
            headers: &[("location", location)],
            body: b"",
            details: "request-redirect",
        })
    }

    /// The request is answered as a CORS preflight. What it allows is set on the response.
    fn preflight(&mut self) -> Result<(), Self::Error> {
        self.answer(&Answer {
            status: 204,
            grpc_status: None,
            headers: &[],
            body: b"",
            details: "cors-preflight",
        })
    }

    /// Whether the client speaks gRPC, see [`is_grpc`](crate::is_grpc): it is asked only if the request is
    /// answered with an error. A visitor that does not know the request's headers says `false`.
    fn is_grpc(&mut self) -> bool {
        false
    }

    /// The request is answered with an error, in the words of the client's protocol, and with
    /// `headers`: [`wire::REASON`], unless the settings leave it out.
    fn reply(&mut self, reason: Reason, headers: &[(&str, &[u8])]) -> Result<(), Self::Error> {
        let grpc_status = self.is_grpc().then(|| reason.grpc_status());
        self.answer(&Answer {
            status: reason.status(),
            grpc_status,
            headers,
            body: reason.message().as_bytes(),
            details: reason.as_str(),
        })
    }
}

/// Gets what a decision does to the response: header edits of the rule, those of the backend, CORS
/// headers, and the header that begins a session.
pub trait ResponseVisitor: HeaderVisitor {
    /// The endpoint that answered, if one did. Only asked for if a session may begin with it.
    fn answered_by(&mut self) -> Option<SocketAddr>;
}

/// An answer to the client that does not come from a backend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer<'a> {
    /// HTTP status.
    pub status: u16,
    /// Set for gRPC requests, whose answers are HTTP 200 with this status and `body` as message.
    pub grpc_status: Option<u32>,
    /// Headers, names in lower case.
    pub headers: &'a [(&'a str, &'a [u8])],
    /// Body.
    pub body: &'a [u8],
    /// For access logs: `%RESPONSE_CODE_DETAILS%` in Envoy.
    pub details: &'a str,
}

/// Draws whether a request is among the `fraction` that is copied. Exact: no rounding to percent.
#[must_use]
pub fn is_copied(fraction: Fraction, rng: &mut fastrand::Rng) -> bool {
    let Fraction {
        numerator,
        denominator,
    } = fraction;
    numerator >= denominator || rng.u32(..denominator) < numerator
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fraction_of_requests_is_copied() {
        let mut rng = fastrand::Rng::with_seed(1);
        let table = [
            (0, 1),
            (1, 1),
            (3, 2),
            (0, 100),
            (1, 3),
            (99, 100),
            (1, 1_000),
        ];
        for (numerator, denominator) in table {
            let fraction = Fraction {
                numerator,
                denominator,
            };
            let copied = (0..30_000).filter(|_| is_copied(fraction, &mut rng));
            let share = copied.count() as f64 / 30_000.0;
            let expected = (f64::from(numerator) / f64::from(denominator)).min(1.0);
            assert!((share - expected).abs() < 0.01, "{fraction:?}: {share}");
            // None and all are exact.
            let is_all_or_none = share == 0.0 || share == 1.0;
            assert_eq!(is_all_or_none, numerator == 0 || numerator >= denominator);
        }
    }
}

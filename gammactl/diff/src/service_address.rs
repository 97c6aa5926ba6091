//! The scheme, authority and destination by which a request names a Service port.

use std::net::SocketAddr;

use gamma_router::{Action, Request, Router};

/// Where a request is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ServiceAddress {
    pub(super) scheme: &'static str,
    pub(super) authority: String,
    pub(super) destination: Option<SocketAddr>,
}

impl ServiceAddress {
    /// Whether it leads to a port that `router` knows and that has no routes.
    pub(super) fn leads_to(&self, router: &Router) -> bool {
        let headers: [(&str, &str); 0] = [];
        let request = Request {
            method: b"GET",
            scheme: self.scheme.as_bytes(),
            authority: self.authority.as_bytes(),
            path: b"/",
            destination: self.destination,
            now: 0,
            headers: &headers,
        };
        let decision = router.decide(&request, &mut fastrand::Rng::with_seed(0));
        matches!(decision.action, Action::Forward { .. })
    }
}

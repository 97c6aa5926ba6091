//! The decision on a request: the rule, the backend, what to do, and why a request is refused.

use std::net::SocketAddr;

use crate::id::{BackendId, ClusterId, RuleId};

/// The decision on one request. It borrows nothing, so that it can wait for an authorization and for
/// the response; [`Router::visit_request`] and [`Router::visit_response`] say what it does.
///
/// [`Router::visit_request`]: crate::Router::visit_request
/// [`Router::visit_response`]: crate::Router::visit_response
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The rule that won, if any did.
    pub rule: Option<RuleId>,
    /// The backend that was drawn, if the rule has any.
    pub backend: Option<BackendId>,
    /// The request's session, if the request is forwarded by a rule that has sessions. It is boxed because
    /// few rules have them.
    pub session: Option<Box<InSession>>,
    /// CORS headers that the response gets, whether a backend or the proxy answers.
    pub response: Vec<ResponseHeader>,
    /// What to do.
    pub action: Action,
}

impl Decision {
    /// The decision on a request that matches no rule.
    #[inline]
    pub(crate) fn without_rule(action: Action) -> Self {
        Self {
            rule: None,
            backend: None,
            session: None,
            response: Vec::new(),
            action,
        }
    }

    /// The endpoint of the backend that the request's session is bound to.
    #[must_use]
    #[inline]
    pub fn endpoint(&self) -> Option<SocketAddr> {
        self.session.as_ref()?.endpoint
    }

    /// Refuses the request because its ExternalAuth service did not allow it. Of what the decision does to
    /// the response, only the CORS headers in [`response`](Self::response) stay.
    pub fn refuse(&mut self, reason: Reason) {
        self.session = None;
        self.action = Action::Reply(reason);
    }
}

/// A request to a rule that has sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InSession {
    /// What the session is bound to already, if the request belongs to one.
    pub endpoint: Option<SocketAddr>,
    /// When the request came, in seconds since 1970.
    pub now: u64,
    /// Whether the client speaks https.
    pub https: bool,
}

/// A header of a response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResponseHeader {
    /// Name, in lower case.
    pub name: &'static str,
    /// Value.
    pub value: Vec<u8>,
    /// Whether it is added to the values that are there, or replaces them.
    pub append: bool,
}

impl ResponseHeader {
    pub(crate) fn set(name: &'static str, value: &[u8]) -> Self {
        Self {
            name,
            value: value.into(),
            append: false,
        }
    }

    pub(crate) fn append(name: &'static str, value: &[u8]) -> Self {
        Self {
            append: true,
            ..Self::set(name, value)
        }
    }
}

/// What to do with a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Leave the request, which is for no known Service, to the proxy's own routes.
    PassThrough,
    /// Send it to a cluster.
    Forward {
        /// The cluster; [`Router::cluster`](crate::Router::cluster) has its name.
        cluster: ClusterId,
        /// The new path with query, if it changes.
        path: Option<Vec<u8>>,
    },
    /// Answer with a redirect.
    Redirect {
        /// 301, 302, 303, 307 or 308.
        status: u16,
        /// Value of `location`.
        location: Vec<u8>,
    },
    /// Answer a CORS preflight: 204, with [`Decision::response`].
    Preflight,
    /// Answer with an error, and with [`Decision::response`].
    Reply(Reason),
}

/// Why a request is answered with an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reason {
    /// The Service has routes, and none of them matches.
    NoMatchingRule,
    /// The rule has no backend with a weight above 0.
    NoBackend,
    /// The backend that was drawn can't be forwarded to.
    InvalidBackend,
    /// The rule can't be obeyed as written.
    InvalidRule,
    /// The ExternalAuth service does not allow the request. Its own answer goes to the client.
    Denied,
    /// The ExternalAuth service said nothing about the request.
    ExternalAuthFailed,
}

impl Reason {
    /// The HTTP status of the answer: 404, 500 or 403.
    #[must_use]
    pub fn status(self) -> u16 {
        match self {
            // "When no rules matching a request have been successfully attached to the parent …
            // a HTTP 404 status code MUST be returned." (HTTPRouteRule)
            Self::NoMatchingRule => 404,
            // "requests … MUST receive a 500 status code" (HTTPRouteRule.backendRefs)
            Self::NoBackend | Self::InvalidBackend | Self::InvalidRule => 500,
            // "Fail closed" (GEP-1494)
            Self::Denied | Self::ExternalAuthFailed => 403,
        }
    }

    /// The status of the answer to a gRPC client: UNIMPLEMENTED (12), UNAVAILABLE (14) or
    /// PERMISSION_DENIED (7).
    #[must_use]
    pub fn grpc_status(self) -> u32 {
        match self {
            Self::NoMatchingRule => 12,
            // "… MUST receive `UNAVAILABLE`" (GRPCRouteRule.backendRefs)
            Self::NoBackend | Self::InvalidBackend | Self::InvalidRule => 14,
            Self::Denied | Self::ExternalAuthFailed => 7,
        }
    }

    /// As it stands in the [`REASON`](gamma_config::wire::REASON) header and in metrics.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NoMatchingRule => "no-matching-rule",
            Self::NoBackend => "no-backend",
            Self::InvalidBackend => "invalid-backend",
            Self::InvalidRule => "invalid-rule",
            Self::Denied => "denied",
            Self::ExternalAuthFailed => "external-auth-failed",
        }
    }

    /// As it stands in the body, or in `grpc-message`.
    #[must_use]
    pub fn message(self) -> &'static str {
        match self {
            Self::NoMatchingRule => "no route of this Service matches the request",
            Self::NoBackend => "the route has no backend to forward to",
            Self::InvalidBackend => "the route's backend does not exist or may not be used",
            Self::InvalidRule => "the route can't be applied as it is written",
            Self::Denied => "the request is not allowed",
            Self::ExternalAuthFailed => "the request could not be authorised",
        }
    }
}

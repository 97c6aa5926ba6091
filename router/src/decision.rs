//! What the router answers.

use std::net::SocketAddr;

/// A rule of a [`Router`](crate::Router), for looking it up again in the response phase.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RuleId(pub(crate) u32);

/// A backend: a rule and the index of the backend within it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BackendId {
    pub(crate) rule: RuleId,
    pub(crate) index: u32,
}

impl BackendId {
    /// The rule that it is a backend of.
    #[must_use]
    pub fn rule(self) -> RuleId {
        self.rule
    }

    /// Index into the rule's `backendRefs`.
    #[must_use]
    pub fn index(self) -> u32 {
        self.index
    }
}

/// The decision on one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision<'r> {
    /// The rule that won, if any did.
    pub rule: Option<RuleId>,
    /// The backend that was drawn, if the rule has any.
    pub backend: Option<BackendId>,
    /// The endpoint of the backend that the request's session is bound to.
    pub endpoint: Option<SocketAddr>,
    /// Headers that the answer gets, whoever gives it.
    pub response: Vec<ResponseHeader>,
    /// What to do.
    pub action: Action<'r>,
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
pub enum Action<'r> {
    /// It is for no known Service: leave it to the proxy's own routes.
    PassThrough,
    /// Send it to `cluster`, after the header edits of [`Router::request_edits`].
    ///
    /// [`Router::request_edits`]: crate::Router::request_edits
    Forward {
        /// The proxy's name for the endpoints.
        cluster: &'r str,
        /// The new authority, if it changes.
        authority: Option<&'r str>,
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
    /// Answer with an error.
    Reply(Reply),
}

/// An answer that the router gives itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reply {
    /// Why.
    pub reason: Reason,
}

impl Reply {
    /// HTTP status: 404 or 500.
    #[must_use]
    pub fn status(self) -> u16 {
        match self.reason {
            // "When no rules matching a request have been successfully attached to the parent …
            // a HTTP 404 status code MUST be returned." (HTTPRouteRule)
            Reason::NoMatchingRule => 404,
            // "requests … MUST receive a 500 status code" (HTTPRouteRule.backendRefs)
            _ => 500,
        }
    }

    /// gRPC status: UNIMPLEMENTED (12) or UNAVAILABLE (14).
    #[must_use]
    pub fn grpc_status(self) -> u32 {
        match self.reason {
            Reason::NoMatchingRule => 12,
            // "… MUST receive `UNAVAILABLE`" (GRPCRouteRule.backendRefs)
            _ => 14,
        }
    }
}

/// Why the router answered itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The Service has routes, and none of them matches.
    NoMatchingRule,
    /// The rule has no backend with a weight above 0.
    NoBackend,
    /// The backend that was drawn can't be forwarded to.
    InvalidBackend,
    /// The rule can't be obeyed as written.
    InvalidRule,
}

impl Reason {
    /// As it stands in the `x-gamma-reason` header.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NoMatchingRule => "no-matching-rule",
            Self::NoBackend => "no-backend",
            Self::InvalidBackend => "invalid-backend",
            Self::InvalidRule => "invalid-rule",
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
        }
    }
}

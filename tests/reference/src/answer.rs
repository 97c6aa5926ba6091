//! What may happen to a request, in the words of the Gateway API.

use std::collections::BTreeMap;

/// What may happen to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It is for no Service.
    PassThrough,
    /// It is for a Service port without routes, and goes to that Service's own endpoints.
    Own(Backend),
    /// The Service port has routes, and none of them matches: 404.
    NoMatch,
    /// A rule decides.
    Rule {
        /// Which.
        rule: RuleName,
        /// What it may do: one entry for each backend with a weight, or the only answer.
        outcomes: Vec<Outcome>,
    },
}

/// A rule of a route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleName {
    /// `HTTPRoute` or `GRPCRoute`, namespace and name: `HTTPRoute/shop/cart`.
    pub route: String,
    /// The rule's name, or its number in the route.
    pub rule: String,
}

/// One of the things that a rule may do with a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Answer 500.
    Invalid,
    /// Answer with a redirect.
    Redirect {
        /// Status.
        status: u16,
        /// Value of `location`.
        location: String,
    },
    /// Forward it.
    Forward {
        /// Where to.
        backend: Backend,
        /// Path with query, as the backend gets it.
        path: String,
        /// Authority, as the backend gets it.
        authority: String,
        /// Headers as the backend gets them: by name in lower case, repeated ones joined with `,`.
        headers: BTreeMap<String, String>,
    },
}

/// A port of a Service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backend {
    /// Namespace.
    pub namespace: String,
    /// Name.
    pub service: String,
    /// Port of the Service.
    pub port: u16,
}

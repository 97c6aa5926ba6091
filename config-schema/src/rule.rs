//! Rules and the backends they forward to.

use crate::{
    describe::describe_object,
    filter::Filter,
    matches::Match,
    policy::{Retry, Timeouts},
    session::SessionPersistence,
};

/// Largest weight of one backend (Gateway API, `BackendRef.weight`).
pub const MAX_WEIGHT: u32 = 1_000_000;

/// Most mirrors that one request can have: the API allows 16 filters on a rule and as many on a
/// backend.
pub const MAX_MIRRORS: usize = 32;

describe_object! {
    /// What to do with the requests that one of its matches selects.
    #[schema(rule)]
    pub struct Rule: Default {
        /// The route that this rule came from, as in `HTTPRoute/shop/cart`. For people and logs.
        optional "route" => route: String,
        /// Name of the rule within its route, or its index. For people and logs.
        #[schema(text(RULE_NAME))]
        optional "name" => name: String,
        /// Any of them selects the rule. None: every request does.
        optional "matches" => matches: Vec<Match>,
        /// Applied in order to the requests that the rule wins.
        #[schema(filters)]
        #[schema(at_most_items(crate::limits::MAX_ENTRIES))]
        optional "filters" => filters: Vec<Filter>,
        /// Drawn by weight. None, or only weights of 0, and no redirect: answered 500.
        optional "backendRefs" => backend_refs: Vec<BackendRef>,
        /// How long requests may take. Absent: as the proxy says.
        optional "timeouts" => timeouts: Timeouts,
        /// Whether and when requests are tried again. Absent: they are not.
        optional "retry" => retry: Option<Retry>,
        /// Whether the requests of a session stay together. Absent: they do not.
        optional "sessionPersistence" => session_persistence: Option<SessionPersistence>,
        /// Why the rule can't be obeyed. Its requests are answered 500: "specified filters that can't
        /// be applied must not be skipped".
        optional "invalid" => invalid: Option<String>,
    }
}

impl Rule {
    /// How many mirrors a request that the rule wins can have: the rule's and one backend's.
    #[must_use]
    pub fn most_mirrors(&self) -> usize {
        let count = |filters: &[Filter]| {
            let is_mirror = |filter: &&Filter| matches!(filter, Filter::RequestMirror(_));
            filters.iter().filter(is_mirror).count()
        };
        let of_backends = self.backend_refs.iter().map(|b| count(&b.filters));
        count(&self.filters).saturating_add(of_backends.max().unwrap_or(0))
    }
}

describe_object! {
    /// A backend and its share.
    #[schema(backend_ref)]
    pub struct BackendRef {
        /// The proxy's name for the endpoints. Exactly one of `cluster` and `invalid` is given.
        #[schema(text(SOMETHING_ON_WIRE))]
        optional "cluster" => cluster: Option<String>,
        /// Why there is nothing to forward to. The backend keeps its share, answered 500 (for gRPC
        /// `UNAVAILABLE`).
        optional "invalid" => invalid: Option<String>,
        /// Share of the rule's requests: weight ÷ sum of weights. At most [`MAX_WEIGHT`].
        #[schema(at_most(MAX_WEIGHT))]
        #[schema(says("default", 1.into()))]
        optional "weight" => weight: u32 = 1,
        /// Applied after the rule's filters, only to requests that go to this backend.
        #[schema(backend_filters)]
        #[schema(at_most_items(crate::limits::MAX_ENTRIES))]
        optional "filters" => filters: Vec<Filter>,
    }
}

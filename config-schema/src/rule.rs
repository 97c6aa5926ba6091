//! Rules and the backends they forward to.

use serde::{Deserialize, Serialize};

use crate::{Filter, Match, Retry, SessionPersistence, Timeouts};

/// Largest weight of one backend (Gateway API, `BackendRef.weight`).
pub const MAX_WEIGHT: u32 = 1_000_000;

/// Most mirrors that one request can have: the API allows 16 filters on a rule and as many on a
/// backend.
pub const MAX_MIRRORS: usize = 32;

/// What to do with the requests that one of its matches selects.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(transform = crate::schema::rule))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Rule {
    /// The route that this rule came from, as in `HTTPRoute/shop/cart`. For people and logs.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub route: String,
    /// Name of the rule within its route, or its index. For people and logs.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[cfg_attr(feature = "schema", schemars(regex(pattern = crate::schema::RULE_NAME)))]
    pub name: String,
    /// Any of them selects the rule. None: every request does.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub matches: Vec<Match>,
    /// Applied in order to the requests that the rule wins.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(transform = crate::schema::filters))]
    pub filters: Vec<Filter>,
    /// Drawn by weight. None, or only weights of 0, and no redirect: answered 500.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub backend_refs: Vec<BackendRef>,
    /// How long requests may take. Absent: as the proxy says.
    #[serde(default, skip_serializing_if = "Timeouts::is_default")]
    pub timeouts: Timeouts,
    /// Whether and when requests are tried again. Absent: they are not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry: Option<Retry>,
    /// Whether the requests of a session stay together. Absent: they do not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_persistence: Option<SessionPersistence>,
    /// Why the rule can't be obeyed. Its requests are answered 500: "specified filters that can't
    /// be applied must not be skipped".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invalid: Option<String>,
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

/// A backend and its share.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(transform = crate::schema::backend_ref))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BackendRef {
    /// The proxy's name for the endpoints. Exactly one of `cluster` and `invalid` is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(regex(pattern = crate::schema::SOMETHING_ON_WIRE)))]
    pub cluster: Option<String>,
    /// Why there is nothing to forward to. The backend keeps its share, answered 500 (for gRPC
    /// `UNAVAILABLE`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invalid: Option<String>,
    /// Share of the rule's requests: weight ÷ sum of weights. At most [`MAX_WEIGHT`].
    #[serde(default = "one", skip_serializing_if = "is_one")]
    #[cfg_attr(feature = "schema", schemars(range(max = crate::MAX_WEIGHT), extend("default" = 1)))]
    pub weight: u32,
    /// Applied after the rule's filters, only to requests that go to this backend.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(transform = crate::schema::backend_filters))]
    pub filters: Vec<Filter>,
}

fn one() -> u32 {
    1
}

#[allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
fn is_one(weight: &u32) -> bool {
    *weight == 1
}

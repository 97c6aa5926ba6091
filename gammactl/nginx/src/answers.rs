//! The upstreams that stand for no Service port. Those of Service ports have two `_` and end in a number.

/// Answers 404, for requests that are for no known Service.
pub(crate) const NOT_FOUND: &str = "gamma_not_found";
/// Answers 503, for clusters without endpoints.
pub(crate) const UNAVAILABLE: &str = "gamma_unavailable";
/// Gets the requests that are for no known Service, if the user says where.
pub(crate) const OTHERS: &str = "gamma_others";

/// The two that this nginx serves itself: upstream, host and status.
pub(crate) const ANSWERS: [(&str, &str, &str); 2] = [
    (NOT_FOUND, "not-found.gamma.invalid", "404"),
    (UNAVAILABLE, "unavailable.gamma.invalid", "503"),
];

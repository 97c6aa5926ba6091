//! The table from diagnostic codes to the conditions and reasons that the Gateway API has for them.

use gamma_manifest::diagnostic::{Code, codes};

/// What a finding puts in question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum About {
    /// Whether a parent has the route: `Accepted` with respect to that parent.
    Parent,
    /// Whether a rule can be obeyed: `Accepted`, or `PartiallyInvalid` if other rules can.
    Rule,
    /// Whether what a rule refers to is there: `ResolvedRefs`.
    Reference,
}

/// "This reason is used … when there are no matching Parents."
pub(super) const NO_MATCHING_PARENT: &str = "NoMatchingParent";
/// "This reason is used … when a value for an Enum is not recognized." The only reason that the API
/// lists for `PartiallyInvalid`.
pub(super) const UNSUPPORTED_VALUE: &str = "UnsupportedValue";
/// GEP-1294, for a route of a less specific kind; the API's Go package has no name for it.
pub(super) const CONFLICTED: &str = "Conflicted";

static REASONS: [(&Code, About, &str); 18] = [
    (&codes::UNKNOWN_PARENT, About::Parent, NO_MATCHING_PARENT),
    (
        &codes::UNKNOWN_PARENT_PORT,
        About::Parent,
        NO_MATCHING_PARENT,
    ),
    (&codes::HEADLESS_PARENT, About::Parent, NO_MATCHING_PARENT),
    (&codes::UNSUPPORTED_FILTER, About::Rule, UNSUPPORTED_VALUE),
    (&codes::BAD_REGEX, About::Rule, UNSUPPORTED_VALUE),
    (&codes::OWNED_HEADER, About::Rule, UNSUPPORTED_VALUE),
    (&codes::FRAMING_HEADER, About::Rule, UNSUPPORTED_VALUE),
    (&codes::HEADER_CHANGED_TWICE, About::Rule, UNSUPPORTED_VALUE),
    (&codes::NOT_SENDABLE, About::Rule, UNSUPPORTED_VALUE),
    (&codes::PATH_CHANGE, About::Rule, UNSUPPORTED_VALUE),
    (&codes::NO_PREFIX, About::Rule, UNSUPPORTED_VALUE),
    (&codes::ONE_ONLY, About::Rule, UNSUPPORTED_VALUE),
    // "a reference to a resource that does not exist": so is a port.
    (&codes::UNKNOWN_BACKEND, About::Reference, "BackendNotFound"),
    (
        &codes::UNKNOWN_BACKEND_PORT,
        About::Reference,
        "BackendNotFound",
    ),
    (
        &codes::UNSUPPORTED_BACKEND_KIND,
        About::Reference,
        "InvalidKind",
    ),
    (
        &codes::REF_NOT_PERMITTED,
        About::Reference,
        "RefNotPermitted",
    ),
    (
        &codes::UNSUPPORTED_PROTOCOL,
        About::Reference,
        "UnsupportedProtocol",
    ),
    // "Only if there is a corresponding `BackendTLSPolicy`" (GEP-1911).
    (
        &codes::TLS_WITHOUT_POLICY,
        About::Reference,
        "UnsupportedProtocol",
    ),
];

/// `None` for what no condition is about: hints, lints, and what the API server refuses anyway.
pub(super) fn of(code: &Code) -> Option<(About, &'static str)> {
    let known = REASONS.iter().find(|(known, ..)| *known == code);
    known.map(|(_, about, reason)| (*about, *reason))
}

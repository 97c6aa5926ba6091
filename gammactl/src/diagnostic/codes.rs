//! The registry of diagnostic codes. A code keeps its meaning for ever; a retired one is not reused (G302).
//!
//! `G1xx` input, `G2xx` references, `G3xx` semantics, `G4xx` lints.

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The object can't be used: an API server would refuse it. `gammactl` exits 1.
    Error,
    /// A part of the object does not do what it says. The rest works; `--strict` exits 1.
    Warning,
    /// Worth knowing; nothing is lost.
    Note,
}

/// A kind of finding.
#[derive(Debug, PartialEq, Eq)]
pub struct Code {
    /// `G` and three digits.
    pub id: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// A few words that name it, as in `docs/diagnostics.md`.
    pub title: &'static str,
}

macro_rules! codes {
    ($($name:ident = $id:literal, $severity:ident, $title:literal;)*) => {
        $(#[doc = $title] pub static $name: Code = Code { id: $id, severity: Severity::$severity, title: $title };)*
        /// Every code, in order.
        pub static ALL: &[&Code] = &[$(&$name),*];
    };
}

codes! {
    YAML_SYNTAX = "G101", Error, "not valid YAML";
    NOT_AN_OBJECT = "G102", Error, "not a Kubernetes object";
    UNKNOWN_FIELD = "G103", Warning, "unknown field";
    MISSING_FIELD = "G104", Error, "required field is missing";
    WRONG_TYPE = "G105", Error, "wrong type";
    INVALID_VALUE = "G106", Error, "value is not allowed";
    UNKNOWN_KIND = "G107", Note, "kind is not used";
    DUPLICATE_OBJECT = "G108", Error, "object is defined twice";
    DUPLICATE_KEY = "G109", Error, "key appears twice";
    NOTHING_FOUND = "G110", Error, "no manifests found";
    CONTRADICTION = "G111", Error, "fields contradict each other";
    NEARLY_A_KIND = "G112", Warning, "kind or version is nearly one that is used";
    UNKNOWN_PARENT = "G201", Warning, "parentRef names a Service that is not there";
    UNKNOWN_PARENT_PORT = "G202", Warning, "parentRef names a port that the Service does not have";
    UNKNOWN_BACKEND = "G203", Warning, "backendRef names a Service that is not there";
    UNKNOWN_BACKEND_PORT = "G204", Warning, "backendRef names a port that the Service does not have";
    UNSUPPORTED_BACKEND_KIND = "G205", Warning, "backendRef is of a kind that can't be routed to";
    REF_NOT_PERMITTED = "G206", Warning, "no ReferenceGrant allows this reference";
    OTHER_PARENT = "G207", Note, "parent is not a Service";
    NO_ENDPOINTS = "G208", Warning, "Service has no ready endpoints";
    WRONG_PARENT_GROUP = "G209", Warning, "Service parent without the core group";
    UNSUPPORTED_FILTER = "G301", Warning, "filter is not supported";
    HOSTNAMES_IGNORED = "G303", Warning, "hostnames have no effect on a Service parent";
    NO_BACKENDS = "G304", Warning, "rule has no backend";
    ALL_WEIGHTS_ZERO = "G305", Warning, "all weights are zero";
    ROUTE_CONFLICT = "G306", Warning, "GRPCRoute replaces HTTPRoute on this port";
    BAD_REGEX = "G307", Warning, "regular expression can't be compiled";
    HEADLESS_PARENT = "G308", Warning, "Service can't be a parent";
    OWNED_HEADER = "G309", Warning, "header is owned by the filter";
}

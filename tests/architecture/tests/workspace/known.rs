//! Faults of today's house: lists from which entries may only be taken.

/// The files of circles.
pub(crate) const CIRCLES: &[&[&str]] = &[];

/// Names of the proxy's headers, and the files that they stand in.
pub(crate) const LITERALS: &[&str] = &[
    r#"gammactl/compile/src/envoy_headers.rs: "x-envoy-expected-rq-timeout-ms""#,
    r#"gammactl/compile/src/envoy_headers.rs: "x-envoy-hedge-on-per-try-timeout""#,
    r#"gammactl/compile/src/envoy_headers.rs: "x-envoy-retriable-header-names""#,
    r#"gammactl/compile/src/envoy_headers.rs: "x-envoy-upstream-alt-stat-name""#,
    r#"gammactl/compile/src/envoy_headers.rs: "x-envoy-upstream-rq-timeout-alt-response""#,
    r#"gammactl/compile/src/envoy_headers.rs: "x-envoy-upstream-stream-duration-ms""#,
    r#"gammactl/compile/src/filters.rs: "x-gamma-""#,
    r#"gammactl/explain/src/access_log/json.rs: "x-envoy-original-path""#,
];

/// Names of several types.
pub(crate) const NAMES: &[&str] = &[
    "Backend",
    "Backends",
    "Builder",
    "ClusterNames",
    "End",
    "ExternalAuth",
    "FailStrategy",
    "Findings",
    "Format",
    "HeaderChange",
    "Host",
    "Key",
    "Map",
    "Member",
    "Mirror",
    "Names",
    "OnRequest",
    "OnResponse",
    "Options",
    "Part",
    "PathIndex",
    "PathModifier",
    "Phase",
    "Progress",
    "PullPolicy",
    "Read",
    "Redirect",
    "Result",
    "Rule",
    "RuleName",
    "ServicePort",
    "Share",
    "Table",
    "Text",
];

/// The same in crates that are for tests.
pub(crate) const NAMES_OF_TESTS: &[&str] = &[];

/// Crates that the table of arrows knows, and that are yet to come.
pub(crate) const ABSENT: &[&str] = &[];

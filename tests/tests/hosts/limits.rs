//! What hosts do not do, as runs of the fixtures show. [`crate::fixtures`] fails if one of these works or if anything
//! else does not.

/// All that is known of a host from runs.
pub(crate) struct Limit {
    pub(crate) host: &'static str,
    /// `area::case`.
    pub(crate) fixture: &'static str,
    /// In the cell of the table.
    pub(crate) why: &'static str,
}

/// Of the proxy written in Rust in `examples/rust-proxy`.
pub(crate) const RUST_PROXY: &str = "rust-proxy";

const TIMES: &str = "the proxy's own";
const LATE: &str = "no response phase";
const NO_DESTINATION: &str = "no `destination.address`";

pub(crate) const LIMITS: &[Limit] = &[
    limit("nginx", "safety::hostile-requests", "removed: empty"),
    limit("nginx", "time::retries", TIMES),
    limit("nginx", "time::timeouts", TIMES),
    limit("apisix", "time::retries", TIMES),
    limit("apisix", "time::timeouts", TIMES),
    limit("bare", "filters::external-auth", "refused, 403"),
    limit("bare", "services::hostnames-honoured", NO_DESTINATION),
    limit("bare", "services::imports", NO_DESTINATION),
    limit("bare", "sessions::persistence", "no `upstream.address`"),
    limit("bare", "time::retries", TIMES),
    limit("bare", "time::timeouts", TIMES),
    limit("fresh", "filters::cors", LATE),
    limit("fresh", "filters::external-auth", "waits for ever"),
    limit("fresh", "filters::response-header-modifier", LATE),
    limit("fresh", "grpc::routes", LATE),
    limit("fresh", "services::ports", LATE),
    limit("fresh", "sessions::persistence", LATE),
    limit("fresh", "time::retries", TIMES),
    limit("fresh", "time::timeouts", TIMES),
    limit(RUST_PROXY, "time::retries", TIMES),
    limit(RUST_PROXY, "time::timeouts", TIMES),
];

const fn limit(host: &'static str, fixture: &'static str, why: &'static str) -> Limit {
    Limit { host, fixture, why }
}

/// Why `fixture` does not work in `host`; `None` if it does.
pub(crate) fn find(host: &str, fixture: &str) -> Option<&'static str> {
    let limit = LIMITS
        .iter()
        .find(|l| l.host == host && l.fixture == fixture);
    limit.map(|limit| limit.why)
}

//! The contract between the filter and the proxy around it: the headers by which they talk, and the
//! names under which the proxy finds what the filter counts and says.
//!
//! | header | written by | read by |
//! |---|---|---|
//! | [`CLUSTER`] | the filter, last of all | the proxy's route (`cluster_header`) |
//! | [`mirror`] | the filter, one for each copy that is made | the proxy's mirror policies |
//! | [`ENDPOINT`] | the filter, for a request of a session | the chosen cluster (`override_host`) |
//! | [`RETRY_BACKOFF`] | the filter, for a rule with a retry back-off | the proxy's routes, to choose one |
//! | [`CONTROLS`] | the filter, for a rule with timeouts or retries | the proxy's router |
//! | [`PATH`], [`HOST`] | the filter, for a rewrite where the host lets nobody write `:path` and `:authority` | the proxy's configuration |
//! | [`ORIGINAL_PATH`] | the filter, when it rewrites a path | the backend and access logs |
//! | [`REASON`] | the filter, on answers of its own | the client and access logs |
//!
//! A client may send none of those that stand on requests: the filter [owns](is_owned) them, removes
//! them from every request, and neither the matches of a rule nor an ExternalAuth service see what a
//! client put there. Otherwise a client could choose a cluster, an endpoint or a timeout.

use crate::{Retry, Timeouts};

/// What the names of the filter's own headers begin with.
pub const PREFIX: &str = "x-gamma-";

/// Names the cluster that gets the request, unless
/// [`Settings::cluster_header`](crate::Settings::cluster_header) says another header.
pub const CLUSTER: &str = "x-gamma-cluster";

/// Names the endpoint of the cluster that the request's session is bound to, as `ip:port`.
pub const ENDPOINT: &str = "x-gamma-endpoint";

/// Says how many milliseconds retries of the request wait: Envoy has a field of a route for it and no
/// header, so that there is one route for each value.
pub const RETRY_BACKOFF: &str = "x-gamma-retry-backoff";

/// Says the new path with its query, where `:path` can't be written.
pub const PATH: &str = "x-gamma-path";
/// Says the new host, where `:authority` can't be written.
pub const HOST: &str = "x-gamma-host";

/// Says why the filter answered a request itself: a word or two of the router's `Reason`.
pub const REASON: &str = "x-gamma-reason";

/// Says what the path was before the filter rewrote it, as Envoy's own rewrites do.
pub const ORIGINAL_PATH: &str = "x-envoy-original-path";

/// Limits the whole request, in milliseconds; 0 is no limit.
pub const TIMEOUT: &str = "x-envoy-upstream-rq-timeout-ms";
/// Limits one attempt, in milliseconds; 0 is no limit.
pub const ATTEMPT_TIMEOUT: &str = "x-envoy-upstream-rq-per-try-timeout-ms";
/// Says what is tried again.
pub const RETRY_ON: &str = "x-envoy-retry-on";
/// The same for gRPC statuses. The filter never writes it.
pub const RETRY_GRPC_ON: &str = "x-envoy-retry-grpc-on";
/// Says how often a request is tried again.
pub const MAX_RETRIES: &str = "x-envoy-max-retries";
/// Says which statuses of answers are tried again.
pub const RETRY_CODES: &str = "x-envoy-retriable-status-codes";

/// The headers by which Envoy's router takes timeouts and retries. Other proxies ignore them; some
/// Envoys obey whoever sends them.
pub const CONTROLS: [&str; 6] = [
    TIMEOUT,
    ATTEMPT_TIMEOUT,
    RETRY_ON,
    RETRY_GRPC_ON,
    MAX_RETRIES,
    RETRY_CODES,
];

/// The property that names the rule for access logs, in the proxy's filter state: `wasm.gamma.rule`
/// in Envoy.
pub const RULE_PROPERTY: &str = "gamma.rule";

/// The property of a request that says to another such filter in the same proxy that it has been
/// decided. No client can set it: it is in the proxy's filter state.
pub const DECIDED_PROPERTY: &str = "gamma.decided";

/// The counter of requests; labels stand before it in its name, each as `label=.=value;.;`.
pub const REQUESTS_TOTAL: &str = "gamma_requests_total";
/// The counter of responses of backends; labels as above.
pub const RESPONSES_TOTAL: &str = "gamma_responses_total";
/// The counter of copies that were sent to mirrors; labels as above.
pub const MIRRORED_TOTAL: &str = "gamma_mirrored_total";
/// The counter of times that the configuration of a revision was taken; its only label is that.
pub const REVISIONS_TOTAL: &str = "gamma_revisions_total";
/// The counter of configurations that were refused.
pub const CONFIG_ERRORS_TOTAL: &str = "gamma_config_errors_total";

/// The labels of all these counters.
pub const LABELS: [&str; 7] = [
    "answer",
    "route",
    "rule",
    "backend",
    "code",
    "grpc_status",
    "revision",
];

/// The header that names the cluster of a request's copy number `index`, counted from 0.
#[must_use]
pub fn mirror(index: usize) -> String {
    // One literal: its length is what is allocated.
    format!("x-gamma-mirror-{index}")
}

/// Whether only the filter may set the request header `name`, in any case.
#[must_use]
#[inline]
pub fn is_owned(name: &[u8]) -> bool {
    // Nearly all names of a request differ in their first letters.
    match name {
        [b'x' | b'X', b'-', b'g' | b'G', ..] => is_own(name),
        [b'x' | b'X', b'-', b'e' | b'E', ..] => is_control(name),
        _ => false,
    }
}

/// Whether the filter gave the header `name` its name, in any case.
pub(crate) fn is_own(name: &[u8]) -> bool {
    starts_with(name, PREFIX)
}

fn is_control(name: &[u8]) -> bool {
    let is = |other: &&str| name.eq_ignore_ascii_case(other.as_bytes());
    is(&ORIGINAL_PATH) || CONTROLS.iter().any(is)
}

/// Whether the header `name`, in any case, is a matter between the filter and the proxy or the proxy's
/// own: pseudo headers, `x-gamma-*` and `x-envoy-*`. Nothing that another service answers becomes one
/// of them.
#[must_use]
pub fn is_of_the_proxy(name: &[u8]) -> bool {
    [":", PREFIX, "x-envoy-"]
        .iter()
        .any(|prefix| starts_with(name, prefix))
}

/// Whether the header `name`, in any case, is about one message or one connection, so that it must not
/// be copied from one message to another whatever their content.
///
/// "Intermediaries MUST … remove the Connection header field … and … remove or replace … fields that
/// are known to require removal before forwarding": Proxy-Connection, Keep-Alive, TE,
/// Transfer-Encoding, Upgrade (RFC 9110, 7.6.1). Trailer announces fields of this message (6.6.2),
/// Content-Length frames it (RFC 9112, 6), Date and Server say when and by whom it was generated.
#[must_use]
pub fn is_of_one_message(name: &[u8]) -> bool {
    const NAMES: [&str; 10] = [
        "connection",
        "proxy-connection",
        "keep-alive",
        "te",
        "transfer-encoding",
        "upgrade",
        "trailer",
        "content-length",
        "date",
        "server",
    ];
    is_one_of(name, &NAMES)
}

/// Whether the header `name`, in any case, describes the content of a message (RFC 9110, 8 and 14.4):
/// it goes with the content, and is wrong on a message with another one.
#[must_use]
pub fn is_of_the_content(name: &[u8]) -> bool {
    const NAMES: [&str; 5] = [
        "content-type",
        "content-encoding",
        "content-language",
        "content-location",
        "content-range",
    ];
    is_one_of(name, &NAMES)
}

/// What Envoy is told of a rule's timeouts and retries: names of headers and their values.
#[must_use]
pub fn controls(timeouts: &Timeouts, retry: Option<&Retry>) -> Vec<(&'static str, String)> {
    /// "Implementations SHOULD retry on connection errors (disconnect, reset, timeout, TCP failure) if
    /// a retry stanza is configured." `reset` covers attempts that ran out of time.
    const CONNECTION_ERRORS: &str = "connect-failure,refused-stream,reset";

    let mut headers = Vec::new();
    // Envoy's 0 is the API's: no limit.
    if let Some(request) = timeouts.request {
        headers.push((TIMEOUT, request.as_millis().to_string()));
    }
    if let Some(attempt) = timeouts.backend_request {
        headers.push((ATTEMPT_TIMEOUT, attempt.as_millis().to_string()));
    }
    if let Some(retry) = retry {
        let codes: Vec<String> = retry.codes.iter().map(u16::to_string).collect();
        let on = if codes.is_empty() {
            CONNECTION_ERRORS.into()
        } else {
            format!("{CONNECTION_ERRORS},retriable-status-codes")
        };
        headers.push((RETRY_ON, on));
        headers.push((MAX_RETRIES, retry.attempts.unwrap_or(1).to_string()));
        if !codes.is_empty() {
            headers.push((RETRY_CODES, codes.join(",")));
        }
        if let Some(backoff) = retry.backoff {
            headers.push((RETRY_BACKOFF, backoff.as_millis().to_string()));
        }
    }
    headers
}

fn is_one_of(name: &[u8], names: &[&str]) -> bool {
    names
        .iter()
        .any(|other| name.eq_ignore_ascii_case(other.as_bytes()))
}

fn starts_with(name: &[u8], prefix: &str) -> bool {
    name.get(..prefix.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(prefix.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_client_must_not_say_is_owned_in_any_case() {
        let written = [
            CLUSTER,
            ENDPOINT,
            RETRY_BACKOFF,
            PATH,
            HOST,
            REASON,
            ORIGINAL_PATH,
        ];
        let mirrors = [mirror(0), mirror(31)];
        let mirrors = mirrors.iter().map(|name| &**name);
        for name in written.into_iter().chain(CONTROLS).chain(mirrors) {
            assert!(is_owned(name.as_bytes()), "{name}");
            let upper = name.to_ascii_uppercase();
            assert!(is_owned(upper.as_bytes()), "{upper}");
            assert!(is_of_the_proxy(upper.as_bytes()), "{upper}");
        }
        for name in [
            "",
            "x-",
            "x-gamma",
            "x-envoy-original-path2",
            "x-envoy-attempt-count",
            "x-request-id",
            "accept",
        ] {
            assert!(!is_owned(name.as_bytes()), "{name}");
        }
    }
}

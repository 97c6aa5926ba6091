//! Timeouts and retries, in the headers by which Envoy's router takes them. Other hosts ignore the
//! headers.

use std::time::Duration;

use gamma_router::{Policy, Router, RuleId};

use crate::host::{Host, HostError, Map};

const TIMEOUT: &str = "x-envoy-upstream-rq-timeout-ms";
const ATTEMPT_TIMEOUT: &str = "x-envoy-upstream-rq-per-try-timeout-ms";
const RETRY_ON: &str = "x-envoy-retry-on";
const RETRY_GRPC_ON: &str = "x-envoy-retry-grpc-on";
const MAX_RETRIES: &str = "x-envoy-max-retries";
const RETRY_CODES: &str = "x-envoy-retriable-status-codes";
/// Selects the route whose retries wait that many milliseconds: there is no header of Envoy's own
/// for it.
const RETRY_BACKOFF: &str = "x-gamma-retry-backoff";

/// Headers that say how a request is to be sent. A client must not: some hosts believe whoever
/// sends them.
pub(crate) const OWNED: [&str; 6] = [
    TIMEOUT,
    ATTEMPT_TIMEOUT,
    RETRY_ON,
    RETRY_GRPC_ON,
    MAX_RETRIES,
    RETRY_CODES,
];

/// "Implementations SHOULD retry on connection errors (disconnect, reset, timeout, TCP failure) if
/// a retry stanza is configured." `reset` covers attempts that ran out of time.
const CONNECTION_ERRORS: &str = "connect-failure,refused-stream,reset";

/// Names and values.
type Headers = Box<[(&'static str, Box<str>)]>;

/// The headers of every rule that has any, written once, and how long its requests may take; in the
/// order of the rules.
#[derive(Debug)]
pub(crate) struct Controls(Box<[(RuleId, Headers, Option<Duration>)]>);

impl Controls {
    pub(crate) fn new(router: &Router) -> Self {
        Self(
            router
                .policies()
                .map(|(rule, policy)| (rule, headers(policy), limit(policy)))
                .collect(),
        )
    }

    /// Sets the headers of a rule.
    pub(crate) fn apply(&self, rule: Option<RuleId>, host: &impl Host) -> Result<(), HostError> {
        let controls = rule.and_then(|rule| self.of(rule));
        for (name, value) in controls.into_iter().flat_map(|(_, headers, _)| headers) {
            host.set_header(Map::Request, name.as_bytes(), value.as_bytes())?;
        }
        Ok(())
    }

    /// How long the requests of a rule may take, if there is a limit.
    pub(crate) fn timeout(&self, rule: RuleId) -> Option<Duration> {
        self.of(rule)?.2
    }

    fn of(&self, rule: RuleId) -> Option<&(RuleId, Headers, Option<Duration>)> {
        let at = self.0.binary_search_by_key(&rule, |(id, ..)| *id).ok()?;
        self.0.get(at)
    }
}

fn limit(policy: &Policy) -> Option<Duration> {
    let millis = policy.timeouts.request?.as_millis();
    (millis > 0).then(|| Duration::from_millis(millis))
}

fn headers(policy: &Policy) -> Headers {
    let mut headers: Vec<(&'static str, Box<str>)> = Vec::new();
    let timeouts = &policy.timeouts;
    // Envoy's 0 is the API's: no limit.
    if let Some(request) = timeouts.request {
        headers.push((TIMEOUT, request.as_millis().to_string().into()));
    }
    if let Some(attempt) = timeouts.backend_request {
        headers.push((ATTEMPT_TIMEOUT, attempt.as_millis().to_string().into()));
    }
    if let Some(retry) = &policy.retry {
        let codes: Vec<String> = retry.codes.iter().map(u16::to_string).collect();
        let on = match codes.is_empty() {
            true => CONNECTION_ERRORS.into(),
            false => format!("{CONNECTION_ERRORS},retriable-status-codes"),
        };
        headers.push((RETRY_ON, on.into()));
        headers.push((MAX_RETRIES, retry.attempts.unwrap_or(1).to_string().into()));
        if !codes.is_empty() {
            headers.push((RETRY_CODES, codes.join(",").into()));
        }
        if let Some(backoff) = retry.backoff {
            headers.push((RETRY_BACKOFF, backoff.as_millis().to_string().into()));
        }
    }
    headers.into()
}

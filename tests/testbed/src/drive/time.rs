//! What timeouts and retries make of a backend that misbehaves, worked out instead of waited for.

use gamma_router::Policy;

use crate::fixture::Observed;

/// Plays all attempts; sets the status that the client gets. Whether a backend answered it.
pub(super) fn answered(
    headers: &[(String, String)],
    policy: Option<&Policy>,
    observed: &mut Observed,
) -> bool {
    let number = |wanted: &str| {
        let (_, value) = headers.iter().find(|(name, _)| name == wanted)?;
        value.parse::<u64>().ok()
    };
    let limit = |duration: Option<gamma_config::Duration>| {
        duration.map(|d| d.as_millis()).filter(|millis| *millis > 0)
    };
    let policy = policy.cloned().unwrap_or_default();
    let request_limit = limit(policy.timeouts.request);
    let attempt_limit = limit(policy.timeouts.backend_request);
    let misbehaving = number("x-echo-first").unwrap_or(u64::MAX);
    let retries = policy
        .retry
        .as_ref()
        .map_or(0, |retry| retry.attempts.unwrap_or(1));

    let mut elapsed = 0;
    for attempt in 1..=u64::from(retries) + 1 {
        let misbehaves = attempt <= misbehaving;
        let delay = number("x-echo-delay-ms")
            .filter(|_| misbehaves)
            .unwrap_or(0);
        let status = number("x-echo-status")
            .filter(|_| misbehaves)
            .unwrap_or(200);
        let reset = misbehaves && number("x-echo-reset").is_some();
        let timed_out = attempt_limit.is_some_and(|limit| delay > limit);
        elapsed += attempt_limit.map_or(delay, |limit| delay.min(limit));
        if request_limit.is_some_and(|limit| elapsed > limit) {
            observed.status = 504;
            return false;
        }
        let codes = policy.retry.as_ref().map(|retry| &retry.codes);
        let again = timed_out
            || (reset && policy.retry.is_some())
            || codes.is_some_and(|codes| codes.iter().any(|c| u64::from(*c) == status));
        if again && attempt <= u64::from(retries) {
            continue;
        }
        // What Envoy answers where no backend does.
        observed.status = match (timed_out, reset) {
            (true, _) => 504,
            (false, true) => 503,
            (false, false) => status as u16,
        };
        return !timed_out && !reset;
    }
    true
}

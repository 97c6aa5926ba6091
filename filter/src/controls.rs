//! Timeouts and retries, in the headers by which Envoy's router takes them. Other hosts ignore the
//! headers.

use std::time::Duration;

use gamma_config::wire;
use gamma_router::{Policy, Router, RuleId};

use crate::host::{Host, HostError, Map};

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
    wire::controls(&policy.timeouts, policy.retry.as_ref())
        .into_iter()
        .map(|(name, value)| (name, value.into()))
        .collect()
}

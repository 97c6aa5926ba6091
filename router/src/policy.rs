//! Timeouts and retries of a rule, and the headers that tell the proxy of them.

use std::time::Duration;

use gamma_config::{Retry, Rule, Timeouts, wire};

/// Timeouts and retries of a rule.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Policy {
    /// How long requests may take.
    pub timeouts: Timeouts,
    /// Whether and when requests are tried again.
    pub retry: Option<Retry>,
    /// Names and values of the headers that tell the proxy of them, written once for all requests.
    pub(crate) controls: Box<[(&'static str, Box<str>)]>,
}

impl Policy {
    /// `None` if the rule has neither, as most have.
    pub(crate) fn new(rule: &Rule) -> Option<Box<Self>> {
        if rule.timeouts == Timeouts::default() && rule.retry.is_none() {
            return None;
        }
        let controls = wire::controls(&rule.timeouts, rule.retry.as_ref());
        Some(Box::new(Self {
            timeouts: rule.timeouts,
            retry: rule.retry.clone(),
            controls: controls
                .into_iter()
                .map(|(name, value)| (name, value.into()))
                .collect(),
        }))
    }

    /// How long a request may take as a whole, if there is a limit.
    #[must_use]
    pub fn request_limit(&self) -> Option<Duration> {
        let millis = self.timeouts.request?.as_millis();
        (millis > 0).then(|| Duration::from_millis(millis))
    }
}

//! Reads `retries` of VirtualServices.

use std::collections::BTreeSet;

use gamma_manifest::{
    diagnostic::codes,
    yaml::{Field, ObjectReader},
};
use serde_json::{Value, json};

use crate::{duration::Millis, findings::Findings};

/// HTTPRetry.
#[derive(Debug, Clone)]
pub(super) struct Retries {
    attempts: u32,
    pub(super) per_try: Option<Millis>,
    codes: BTreeSet<u16>,
    backoff: Option<Millis>,
}

/// Conditions that every retry of the Gateway API has.
const IMPLIED: [&str; 4] = [
    "connect-failure",
    "refused-stream",
    "reset",
    "reset-before-request",
];

impl Retries {
    pub(super) fn read(field: &Field<'_>, findings: &mut Findings<'_>) -> Option<Self> {
        let mut object = ObjectReader::open(field, findings)?;
        let attempts = object.integer("attempts", 0..=i32::MAX as u32, findings);
        let per_try = Millis::read(&mut object, "perTryTimeout", findings);
        let backoff = Millis::read(&mut object, "backoff", findings);
        let retry_on = object.string("retryOn", findings);
        for name in ["retryRemoteLocalities", "retryIgnorePreviousHosts"] {
            if let Some(field) = object.take(name, findings) {
                findings.say(
                    &codes::BEHAVIOUR_LOST,
                    field.node.span,
                    format!("`{}` chooses endpoints for retries", field.path),
                    "retries of the Gateway API go wherever the proxy sends them",
                    "nothing, unless retries go to endpoints that failed",
                );
            }
        }
        object.finish(findings);
        let mut status = BTreeSet::new();
        if let Some(retry_on) = &retry_on {
            for condition in retry_on.value.split(',').map(str::trim) {
                match condition {
                    "" => {}
                    "5xx" => status.extend(500..=599),
                    "gateway-error" => status.extend([502, 503, 504]),
                    "retriable-4xx" => status.extend([409]),
                    code if let Ok(code) = code.parse::<u16>() => status.extend([code]),
                    implied if IMPLIED.contains(&implied) => {}
                    other => findings.say(
                        &codes::BEHAVIOUR_LOST,
                        retry_on.span,
                        format!("`{other}` is no reason for a retry of the Gateway API"),
                        "such requests are not sent again",
                        "name status codes, if backends answer with them",
                    ),
                }
            }
        }
        // Statuses that the API takes.
        status.retain(|code| (400..=599).contains(code));
        Some(Self {
            attempts: attempts.map_or(0, |attempts| attempts.value),
            per_try: per_try.map(|per_try| per_try.value),
            codes: status,
            backoff: backoff.map(|backoff| backoff.value),
        })
    }

    /// What Istio does where nothing is said: two more attempts, 25 ms apart at first.
    pub(super) fn of_the_mesh() -> Self {
        Self {
            attempts: 2,
            per_try: None,
            codes: BTreeSet::new(),
            backoff: Some(Millis(25)),
        }
    }

    /// `retry` of a rule; `None` where nothing is sent again.
    pub(super) fn retry(&self) -> Option<Value> {
        if self.attempts == 0 {
            return None;
        }
        let mut retry = json!({"attempts": self.attempts});
        if !self.codes.is_empty() {
            retry["codes"] = self.codes.iter().copied().collect();
        }
        if let Some(backoff) = self.backoff {
            retry["backoff"] = backoff.text().into();
        }
        Some(retry)
    }
}

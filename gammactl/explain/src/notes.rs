//! Notes of an explanation: surprising facts about a request that the rest of the explanation does not
//! show.

use gamma_config::Rule;
use gamma_router::trace::{Frontend, Via};

use crate::explanation::{ExplainedAction, Explanation};

/// Notes on an explanation that has everything else.
pub(super) fn notes(
    explanation: &Explanation,
    frontend: Frontend,
    rule: Option<&Rule>,
) -> Vec<String> {
    let mut notes = Vec::new();
    if let Frontend::Port { via, .. } = frontend
        && via == Via::ClusterIp
    {
        notes.push(
            "an Envoy of `gammactl envoy` knows a cluster IP only if it listens on it; other \
             requests to it pass through"
                .into(),
        );
    }
    if let Some(invalid) = rule.and_then(|rule| rule.invalid.as_ref()) {
        notes.push(format!("the rule can't be obeyed: {invalid}"));
    }
    for outcome in &explanation.outcomes {
        if let Some(backend) = &outcome.backend
            && let Some(invalid) = &backend.invalid
            && matches!(outcome.action, ExplainedAction::Reply { .. })
        {
            notes.push(format!(
                "backendRef {} is invalid: {invalid}",
                backend.index
            ));
        }
    }
    notes
}

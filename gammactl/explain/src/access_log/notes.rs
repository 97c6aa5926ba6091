//! Compares the access log's line of a request with the explanation of that request, and notes where
//! they differ or the log says too little.

use super::logged::Logged;
use crate::explanation::{ExplainedAction, ExplainedOutcome, Explanation, Predicate};

/// What should be known of the explanation of a logged request.
#[must_use]
pub fn notes(explanation: &Explanation, logged: &Logged) -> Vec<String> {
    let mut notes = Vec::new();
    let end = explanation.winner.unwrap_or(explanation.candidates.len());
    let mut unknown: Vec<String> = Vec::new();
    for candidate in explanation.candidates.iter().take(end) {
        if let Some(failed) = &candidate.failed
            && failed.predicate == Predicate::Header
            && failed.got.is_none()
            && let Some(name) = &failed.name
            && !unknown.contains(name)
        {
            unknown.push(name.clone());
        }
    }
    if !unknown.is_empty() {
        notes.push(format!(
            "the log does not have the headers of the request; with {} another rule may have won",
            unknown.join(" or ")
        ));
    }
    if let Some(rule) = &logged.rule {
        let explained = explanation.rule().map(ToString::to_string);
        let explained = explained.as_deref().unwrap_or("-");
        notes.push(if rule == explained {
            "the log names the same rule".into()
        } else {
            format!("the log names another rule: {rule}")
        });
    }
    if let Some(status) = logged.status {
        let mut expected = explanation
            .outcomes
            .iter()
            .filter_map(ExplainedOutcome::status);
        let forwards = |outcome: &ExplainedOutcome| {
            matches!(
                outcome.action,
                ExplainedAction::Forward { .. } | ExplainedAction::PassThrough
            )
        };
        let may_be_any = explanation.outcomes.iter().any(forwards);
        if !may_be_any && !expected.any(|expected| expected == status) {
            notes.push(format!("the log has another status: {status}"));
        }
    }
    notes
}

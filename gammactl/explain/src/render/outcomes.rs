//! Renders what may happen to a request, with each change of headers on the way.

use super::page::Page;
use crate::{
    explanation::{
        ChangedBy, ExplainedAction, ExplainedHeaderChange, ExplainedOutcome, HeaderChangeKind,
    },
    text::printable,
};

impl Page {
    /// Changes that all outcomes have in common are said once.
    pub(super) fn outcomes(&mut self, outcomes: &[ExplainedOutcome]) {
        let is_alike = |one: &ExplainedOutcome, two: &ExplainedOutcome| {
            one.request_changes == two.request_changes
                && one.response_changes == two.response_changes
                && one.mirrors == two.mirrors
        };
        let alike = match outcomes.split_first() {
            Some((first, others)) => others.iter().all(|other| is_alike(first, other)),
            None => true,
        };
        let most = outcomes.iter().map(|o| percent(o.share).chars().count());
        let wide = most.max().unwrap_or(0);
        for (i, outcome) in outcomes.iter().enumerate() {
            let text = match outcomes {
                [_] => self.result(outcome),
                _ => format!(
                    "{:>wide$}  {}",
                    percent(outcome.share),
                    self.result(outcome)
                ),
            };
            self.line(if i == 0 { "result" } else { "" }, &text);
            if !alike || i + 1 == outcomes.len() {
                self.changes(outcome);
            }
        }
    }

    fn result(&self, outcome: &ExplainedOutcome) -> String {
        let text = result(outcome);
        match &outcome.action {
            ExplainedAction::Reply { .. } | ExplainedAction::ProxyReply { .. } => {
                self.style.red(&text)
            }
            _ => self.style.bold(&text),
        }
    }

    fn changes(&mut self, outcome: &ExplainedOutcome) {
        for (i, change) in outcome.request_changes.iter().enumerate() {
            let text = self.change(change);
            self.line(if i == 0 { "request" } else { "" }, &text);
        }
        for (i, mirror) in outcome.mirrors.iter().enumerate() {
            let text = format!("{} copied to {}", percent(mirror.share), mirror.cluster);
            self.line(if i == 0 { "mirror" } else { "" }, &text);
        }
        for (i, change) in outcome.response_changes.iter().enumerate() {
            let text = self.change(change);
            self.line(if i == 0 { "response" } else { "" }, &text);
        }
    }

    fn change(&self, change: &ExplainedHeaderChange) -> String {
        let name = match &*change.name {
            ":authority" => "host",
            ":path" => "path",
            name => name,
        };
        let by = match change.by {
            ChangedBy::Rule => "",
            ChangedBy::Backend => "  (the backend's filter)",
            ChangedBy::Cors => "  (CORS)",
            ChangedBy::Session => "  (the session's)",
            ChangedBy::Gamma => "  (Gamma's own)",
        };
        let by = self.style.dim(by);
        let verb = match change.action {
            HeaderChangeKind::Set => "set",
            HeaderChangeKind::Add => "add",
            HeaderChangeKind::Remove => "remove",
        };
        let before = change.before.as_deref().map(printable);
        let after = change.after.as_deref().map(printable);
        match (before, after) {
            (Some(before), Some(after)) => {
                format!(
                    "{verb:<6} {name}: {before} → {}{by}",
                    self.style.bold(&after)
                )
            }
            (None, Some(after)) => format!("{verb:<6} {name}: {}{by}", self.style.bold(&after)),
            (Some(before), None) => format!("{verb:<6} {name}: {before}{by}"),
            (None, None) => format!("{verb:<6} {name}{by}"),
        }
    }
}

/// The result of an outcome, in a few words.
pub(super) fn result(outcome: &ExplainedOutcome) -> String {
    match &outcome.action {
        ExplainedAction::PassThrough => "passes through to the proxy's own routes".into(),
        ExplainedAction::Forward { cluster, .. } => format!("to {cluster}"),
        ExplainedAction::Redirect { status, location } => format!("{status} to {location}"),
        ExplainedAction::Preflight { status } => {
            format!("{status}, the answer to a CORS preflight")
        }
        ExplainedAction::Reply {
            status,
            grpc_status,
            reason,
            message,
        } => match grpc_status {
            Some(grpc) => format!("gRPC status {grpc} {reason}: {message}"),
            None => format!("{status} {reason}: {message}"),
        },
        ExplainedAction::ProxyReply {
            status,
            details,
            message,
        } => format!("{status} {details}, by Envoy itself: {message}"),
    }
}

/// A share in percent, with two decimals where they say something.
pub(super) fn percent(share: f64) -> String {
    gamma_compile::in_percent(share, 2)
}

//! Whether what was observed of a request is what `gammactl explain` says of it.

use std::collections::BTreeMap;

use gamma_compile::envoy_headers::{Direction, Fate, HeaderEdit, envoy_header};
use gamma_config::{Timeouts, wire};
use gamma_explain::{
    ChangedBy, ExplainedAction, ExplainedHeaderChange, ExplainedOutcome, Explanation,
    HeaderChangeKind, HeaderField,
};

use crate::fixture::{Observed, Seen};

/// A Service without endpoints, and a backend that takes too long or breaks off, are beyond an
/// explanation: what Envoy answers then.
const OF_THE_PROXY: [u16; 2] = [503, 504];

/// Everything in which no outcome of `explanation` is what was `observed`; nothing if one of them
/// is.
#[must_use]
pub fn disagreements(explanation: &Explanation, observed: &Observed) -> Vec<String> {
    let mut all = Vec::new();
    for outcome in &explanation.outcomes {
        let found = compare(explanation, outcome, observed);
        if found.is_empty() {
            return Vec::new();
        }
        all.extend(found);
    }
    all
}

fn compare(
    explanation: &Explanation,
    outcome: &ExplainedOutcome,
    observed: &Observed,
) -> Vec<String> {
    let mut findings = Disagreements::default();
    let denied = denied(explanation, observed);
    if !denied {
        findings.answer(explanation, outcome, observed);
    }
    // A denial is changed by CORS only: a script has to be able to read it.
    let changes = outcome.response_changes.iter();
    let changes = changes.filter(|change| !denied || change.by == ChangedBy::Cors);
    findings.response(changes, observed);
    findings.0
}

/// Whether the service that has to allow the request, an echo backend, did not.
fn denied(explanation: &Explanation, observed: &Observed) -> bool {
    let Some(auth) = &explanation.policy.external_auth else {
        return false;
    };
    let headers = &explanation.request.headers;
    let status = headers.iter().find(|h| h.name == "x-echo-status");
    let refused = status.is_some_and(|status| {
        auth.told.contains(&status.name) && observed.status.to_string() == status.value
    });
    let failed = joined(&observed.headers, wire::REASON);
    refused || failed.as_deref() == Some("external-auth-failed")
}

#[derive(Default)]
struct Disagreements(Vec<String>);

impl Disagreements {
    fn compare<T: std::fmt::Debug + PartialEq>(&mut self, what: &str, explained: T, observed: T) {
        if explained != observed {
            self.0.push(format!(
                "{what}: explained {explained:?}, observed {observed:?}"
            ));
        }
    }

    fn answer(
        &mut self,
        explanation: &Explanation,
        outcome: &ExplainedOutcome,
        observed: &Observed,
    ) {
        match &outcome.action {
            // What the Envoy of `gammactl envoy` says to requests for no Service.
            ExplainedAction::PassThrough => {
                self.compare("status", 404, observed.status);
                self.compare("backend", None, observed.seen.as_ref().map(cluster));
                self.compare(wire::REASON, None, joined(&observed.headers, wire::REASON));
            }
            ExplainedAction::Forward {
                cluster,
                authority,
                path,
                headers,
            } => match &observed.seen {
                Some(seen) => {
                    self.compare("backend", cluster.clone(), self::cluster(seen));
                    self.compare("host", authority, &seen.host);
                    self.compare("path", path, &seen.path);
                    self.request(explanation, headers, seen);
                }
                None if explanation.request.method == "HEAD" => {}
                None => {
                    if !OF_THE_PROXY.contains(&observed.status) {
                        self.compare("backend", Some(cluster.as_str()), None);
                    }
                    self.compare(wire::REASON, None, joined(&observed.headers, wire::REASON));
                }
            },
            ExplainedAction::Redirect { status, location } => {
                self.compare("status", *status, observed.status);
                let observed = joined(&observed.headers, "location");
                self.compare("location", Some(location.clone()), observed);
            }
            ExplainedAction::Preflight { status } => {
                self.compare("status", *status, observed.status)
            }
            ExplainedAction::ProxyReply { status, .. } => {
                self.compare("status", *status, observed.status);
                self.compare("backend", None, observed.seen.as_ref().map(cluster));
            }
            ExplainedAction::Reply {
                status,
                grpc_status,
                ..
            } => {
                self.compare("status", *status, observed.status);
                let observed = observed.grpc.as_ref().map(|(status, _)| *status);
                self.compare("gRPC status", *grpc_status, observed);
            }
        }
    }

    /// Headers that the client sent, or that something was done to, as the backend got them.
    fn request(&mut self, explanation: &Explanation, headers: &[HeaderField], seen: &Seen) {
        // WebSockets do not show them.
        if seen.headers.is_empty() {
            return;
        }
        let explained: Vec<(String, String)> = headers
            .iter()
            .map(|header| (header.name.clone(), header.value.clone()))
            .collect();
        let sent = explanation.request.headers.iter();
        let sent = sent.map(|header| header.name.to_lowercase());
        let mut names: Vec<String> = sent
            .chain(explained.iter().map(|(name, _)| name.clone()))
            .collect();
        names.sort();
        names.dedup();
        for name in names {
            // What the service that was asked says of these is not known.
            let asked = explanation.policy.external_auth.is_some();
            let steers =
                |header: &HeaderField| header.name.eq_ignore_ascii_case("x-echo-set-header");
            if asked && explanation.request.headers.iter().any(steers) {
                continue;
            }
            self.compare(
                &format!("request header {name}"),
                joined(&explained, &name),
                joined(&seen.headers, &name),
            );
        }
    }

    fn response<'c>(
        &mut self,
        changes: impl Iterator<Item = &'c ExplainedHeaderChange>,
        observed: &Observed,
    ) {
        /// Values, and whether those that the backend sends stand before them.
        #[derive(Default)]
        struct Expected(Vec<String>, bool);

        let mut headers: BTreeMap<&str, Expected> = BTreeMap::new();
        for change in changes {
            let added = change.after.clone();
            match (change.action, headers.get_mut(&*change.name)) {
                (HeaderChangeKind::Add, Some(Expected(values, _))) => values.extend(added),
                (HeaderChangeKind::Add, None) => {
                    let expected = Expected(added.into_iter().collect(), true);
                    headers.insert(&change.name, expected);
                }
                (HeaderChangeKind::Set | HeaderChangeKind::Remove, _) => {
                    let expected = Expected(added.into_iter().collect(), false);
                    headers.insert(&change.name, expected);
                }
            }
        }
        for (name, Expected(values, open)) in headers {
            let edit = if values.is_empty() {
                HeaderEdit::Remove
            } else {
                HeaderEdit::Give
            };
            let row = envoy_header(Direction::Response, name);
            let fate = row.map(|row| row.fate(edit, &Timeouts::default()));
            if fate == Some(Fate::Replaced) {
                continue;
            }
            let explained = (!values.is_empty()).then(|| tidy(&values.join(",")));
            let observed = joined(&observed.headers, name);
            match (open, &explained, &observed) {
                (true, Some(explained), Some(observed)) if observed.ends_with(explained) => {}
                _ => self.compare(&format!("response header {name}"), explained, observed),
            }
        }
    }
}

/// As clusters are named.
fn cluster(seen: &Seen) -> String {
    let backend = &seen.backend;
    format!("{}/{}/{}", backend.namespace, backend.service, backend.port)
}

/// "A recipient MAY combine multiple field lines" (RFC 9110, 5.2).
fn joined(headers: &[(String, String)], name: &str) -> Option<String> {
    let values: Vec<&str> = headers
        .iter()
        .filter(|(other, _)| other.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.as_str())
        .collect();
    (!values.is_empty()).then(|| tidy(&values.join(",")))
}

fn tidy(list: &str) -> String {
    let values: Vec<&str> = list.split(',').map(str::trim).collect();
    values.join(",")
}

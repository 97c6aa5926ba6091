//! What may come of a request: one outcome for each backend.

use gamma_config::{Config, Filter, Rule};
use gamma_router::{
    self as router, Decision, Router, is_grpc,
    trace::{self, Trace},
};

use super::{
    changes::Headers,
    explanation::{
        Action, Backend, Change, ChangeAction, ChangedBy, ExternalAuth, Mirror, Outcome, Policy,
        Session,
    },
    text::{latin1, utf8},
};
use crate::request::Simulated;

const REASON_HEADER: &str = "x-gamma-reason";

/// What outcomes are made of.
pub(super) struct Outcomes<'a> {
    pub(super) router: &'a Router,
    pub(super) config: &'a Config,
    /// The rule that won.
    pub(super) rule: Option<&'a Rule>,
    pub(super) request: &'a Simulated,
}

impl Outcomes<'_> {
    pub(super) fn outcome(&self, traced: &trace::Outcome) -> Outcome {
        let decision = &traced.decision;
        let mut headers = Headers::default();
        if decision.action != router::Action::PassThrough {
            headers = Headers::of_request(&self.request.headers);
        }
        let backend = self.backend(decision);
        let action = self.action(decision, &mut headers);
        let copies = self.router.possible_mirrors(decision);
        Outcome {
            share: traced.weight as f64 / traced.total as f64,
            response_changes: self.response(decision, &action),
            backend,
            action,
            request_changes: headers.changes,
            mirrors: copies
                .map(|(cluster, fraction)| Mirror {
                    cluster: cluster.into(),
                    share: f64::from(fraction.numerator) / f64::from(fraction.denominator),
                })
                .collect(),
        }
    }

    fn backend(&self, decision: &Decision) -> Option<Backend> {
        let index = decision.backend?.index();
        let backend = self.rule?.backend_refs.get(index as usize)?;
        Some(Backend {
            index,
            weight: backend.weight,
            cluster: backend.cluster.clone(),
            invalid: backend.invalid.clone(),
        })
    }

    fn action(&self, decision: &Decision, headers: &mut Headers) -> Action {
        let line = &self.request.line;
        match &decision.action {
            router::Action::PassThrough => Action::PassThrough,
            router::Action::Redirect { status, location } => Action::Redirect {
                status: *status,
                location: utf8(location),
            },
            router::Action::Preflight => Action::Preflight { status: 204 },
            router::Action::Reply(reply) => {
                let kinds = self.values("content-type");
                let grpc = kinds.is_some_and(is_grpc).then(|| reply.grpc_status());
                Action::Reply {
                    // A gRPC answer is an HTTP 200, whatever its own status.
                    status: grpc.map_or(reply.status(), |_| 200),
                    grpc_status: grpc,
                    reason: reply.reason.as_str().into(),
                    message: reply.reason.message().into(),
                }
            }
            router::Action::Forward { cluster, path } => {
                let authority = self.router.new_authority(decision);
                for (edits, by) in self.edits(decision) {
                    headers.edit(edits, by);
                }
                let path = path.as_deref().map(utf8);
                if let Some(new) = authority {
                    let by = self.rewritten_by(decision, |rewrite| rewrite.hostname.is_some());
                    headers.rewrite(":authority", &line.authority, new, by);
                }
                if let Some(new) = &path {
                    let by = self.rewritten_by(decision, |rewrite| rewrite.path.is_some());
                    headers.original_path(&line.path);
                    headers.rewrite(":path", &line.path, new, by);
                }
                Action::Forward {
                    cluster: self.router.cluster(*cluster).unwrap_or_default().into(),
                    authority: authority.unwrap_or(&line.authority).into(),
                    path: path.unwrap_or_else(|| line.path.clone()),
                    headers: headers.list.clone(),
                }
            }
        }
    }

    /// The edits to the request: the rule's, then the backend's.
    fn edits<'d>(
        &'d self,
        decision: &'d Decision,
    ) -> impl Iterator<Item = (&'d router::HeaderEdits, ChangedBy)> {
        let alone = |rule, backend| {
            let only = Decision {
                rule,
                backend,
                ..decision.clone()
            };
            self.router.request_edits(&only).collect::<Vec<_>>()
        };
        let of_rule = alone(decision.rule, None);
        let of_backend = alone(None, decision.backend);
        let by = |by| move |edits| (edits, by);
        let of_rule = of_rule.into_iter().map(by(ChangedBy::Rule));
        of_rule.chain(of_backend.into_iter().map(by(ChangedBy::Backend)))
    }

    /// "A backend's own rewrite replaces the rule's."
    fn rewritten_by(
        &self,
        decision: &Decision,
        has: impl Fn(&gamma_config::UrlRewrite) -> bool,
    ) -> ChangedBy {
        let backend = decision.backend.and_then(|backend| {
            let backends = &self.rule?.backend_refs;
            backends.get(backend.index() as usize)
        });
        let rewrites = |filter: &Filter| matches!(filter, Filter::UrlRewrite(r) if has(r));
        match backend.is_some_and(|backend| backend.filters.iter().any(rewrites)) {
            true => ChangedBy::Backend,
            false => ChangedBy::Rule,
        }
    }

    fn response(&self, decision: &Decision, action: &Action) -> Vec<Change> {
        // Nothing is known of the response, so that each change stands alone.
        let mut changes = Vec::new();
        let mut change = |action, name: &str, value: Option<&str>, by| {
            let mut headers = Headers::default();
            headers.change(action, name, value, by);
            changes.extend(headers.changes);
        };
        match action {
            Action::Reply { reason, .. } if self.config.settings.reason_header => {
                let by = ChangedBy::Gamma;
                change(ChangeAction::Set, REASON_HEADER, Some(reason), by);
            }
            Action::Forward { .. } | Action::Redirect { .. } => {
                let of_rule = self.router.response_edits(decision.rule, None);
                let of_backend = self.router.response_edits(None, decision.backend);
                let of_rule = of_rule.map(|edits| (edits, ChangedBy::Rule));
                let of_backend = of_backend.map(|edits| (edits, ChangedBy::Backend));
                for (edits, by) in of_rule.chain(of_backend) {
                    for name in &edits.remove {
                        change(ChangeAction::Remove, name, None, by);
                    }
                    for (name, value) in &edits.set {
                        change(ChangeAction::Set, name, Some(value), by);
                    }
                    for (name, value) in &edits.add {
                        change(ChangeAction::Add, name, Some(value), by);
                    }
                }
            }
            _ => {}
        }
        for header in &decision.response {
            let action = match header.append {
                true => ChangeAction::Add,
                false => ChangeAction::Set,
            };
            let value = latin1(&header.value);
            change(action, header.name, Some(&value), ChangedBy::Cors);
        }
        changes
    }

    /// What the rule that won does besides, if any of its requests gets that far.
    pub(super) fn policy(&self, trace: &Trace<'_>) -> Policy {
        let decisions = || trace.outcomes.iter().map(|outcome| &outcome.decision);
        let is_forward =
            |decision: &&Decision| matches!(decision.action, router::Action::Forward { .. });
        let is_redirect =
            |decision: &&Decision| matches!(decision.action, router::Action::Redirect { .. });
        let forward = decisions().find(is_forward);
        let decision = forward.or_else(|| decisions().find(is_redirect));
        let (Some(rule), Some(decision)) = (self.rule, decision) else {
            return Policy::default();
        };
        let forwards = forward.is_some();
        let sessions = rule.session_persistence.as_ref();
        Policy {
            external_auth: self.router.external_auth(decision).map(|auth| {
                let path = format!("{}{}", auth.path_prefix, self.request.line.path);
                let names = self.request.headers.iter().map(|header| &header.name);
                ExternalAuth {
                    cluster: auth.cluster.to_string(),
                    path,
                    told: names
                        .filter(|name| auth.tells(name.as_bytes()))
                        .map(|name| name.to_ascii_lowercase())
                        .collect(),
                }
            }),
            timeouts: if forwards {
                rule.timeouts
            } else {
                Default::default()
            },
            retry: rule.retry.clone().filter(|_| forwards),
            session: sessions.filter(|_| forwards).map(|session| Session {
                r#type: session.kind,
                name: session.name.clone(),
                bound: trace.in_session,
                endpoint: decision.endpoint(),
            }),
        }
    }

    /// The first value of a request header.
    fn values(&self, name: &str) -> Option<&[u8]> {
        let mut headers = self.request.headers.iter();
        let header = headers.find(|header| header.name.eq_ignore_ascii_case(name))?;
        Some(&header.value)
    }
}

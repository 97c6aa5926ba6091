//! Lists what may happen to a request: one outcome for each backend that the rule may draw, or the only
//! one.

use std::net::SocketAddr;

use gamma_compile::envoy_headers::{Direction, Fate, HeaderEdit, envoy_header};
use gamma_config::{Rule, Timeouts};
use gamma_router::{self as router, By, Decision, HeaderVisitor, Router, trace};

use crate::{
    admission::AdmittedRequest,
    explanation::{
        ChangedBy, DrawnBackend, ExplainedAction, ExplainedHeaderChange, ExplainedOutcome,
        HeaderField,
    },
    header_trail::HeaderTrail,
    request::{HeaderLine, Simulated},
    text::utf8,
    visited_request::{OwnAnswer, VisitedEnd, VisitedRequest},
};

/// The outcomes of a request, and what Envoy does to the changes that routes make.
#[derive(Debug, Default)]
pub(super) struct OutcomeList {
    pub(super) all: Vec<ExplainedOutcome>,
    /// Sentences, each once.
    pub(super) of_envoy: Vec<String>,
}

impl OutcomeList {
    /// The outcomes of `request`, for which `rule` won, if one did.
    pub(super) fn new(
        router: &Router,
        traced: &[trace::Outcome],
        rule: Option<&Rule>,
        admitted: &AdmittedRequest,
    ) -> Self {
        let request = &admitted.request;
        let timeouts = rule.map(|rule| rule.timeouts).unwrap_or_default();
        let mut outcomes = Self::default();
        for traced in traced {
            let visited = VisitedRequest::new(router, traced, request);
            let mut response = HeaderTrail::of_unknown_response();
            respond(router, &traced.decision, &visited.end, &mut response);
            // Where a redirect leads is said with the action.
            let is_redirect = matches!(traced.decision.action, router::Action::Redirect { .. });
            let is_said =
                |change: &&ExplainedHeaderChange| is_redirect && change.by == ChangedBy::Gamma;
            if let VisitedEnd::Forwarded(_) = visited.end {
                outcomes.note(&visited.headers, &timeouts);
            }
            outcomes.note(&response, &timeouts);
            outcomes.all.push(ExplainedOutcome {
                share: traced.weight as f64 / traced.total as f64,
                backend: backend(rule, &traced.decision),
                request_changes: visited.headers.changes().to_vec(),
                response_changes: response
                    .changes()
                    .iter()
                    .filter(|change| !is_said(change))
                    .cloned()
                    .collect(),
                mirrors: visited.mirrors.clone(),
                action: action(&traced.decision.action, visited, admitted, &timeouts),
            });
        }
        outcomes
    }

    /// Notes what becomes of the changes that a route asks for and that do not stay.
    fn note(&mut self, trail: &HeaderTrail, timeouts: &Timeouts) {
        for (name, edit) in trail.asked() {
            let Some(row) = envoy_header(trail.direction(), name) else {
                continue;
            };
            let done = match edit {
                HeaderEdit::Give => "set",
                HeaderEdit::Remove => "removed",
            };
            let note = match row.fate(*edit, timeouts) {
                Fate::Kept | Fate::LeftToRoute => continue,
                _ => format!("`{name}` is {done} by the route, but {}", row.why),
            };
            if !self.of_envoy.contains(&note) {
                self.of_envoy.push(note);
            }
        }
    }
}

fn backend(rule: Option<&Rule>, decision: &Decision) -> Option<DrawnBackend> {
    let index = decision.backend?.index();
    let backend = rule?.backend_refs.get(index as usize)?;
    Some(DrawnBackend {
        index,
        weight: backend.weight,
        cluster: backend.cluster.clone(),
        invalid: backend.invalid.clone(),
    })
}

fn action(
    decided: &router::Action,
    visited: VisitedRequest,
    admitted: &AdmittedRequest,
    timeouts: &Timeouts,
) -> ExplainedAction {
    let answer = match visited.end {
        VisitedEnd::PassThrough => return ExplainedAction::PassThrough,
        VisitedEnd::Forwarded(_) if has_no_proto(&visited.headers) => {
            return ExplainedAction::ProxyReply {
                status: 404,
                details: "route_not_found".into(),
                message: "Envoy looks for no route of a request whose `x-forwarded-proto` is empty"
                    .into(),
            };
        }
        VisitedEnd::Forwarded(cluster) => {
            return ExplainedAction::Forward {
                cluster,
                authority: visited.authority,
                path: visited.path,
                headers: forwarded(&visited.headers, admitted, timeouts),
            };
        }
        VisitedEnd::Answered(answer) => answer,
    };
    let OwnAnswer {
        status,
        grpc_status,
        ..
    } = answer;
    match decided {
        router::Action::Redirect { location, .. } => ExplainedAction::Redirect {
            status,
            location: utf8(location),
        },
        router::Action::Preflight => ExplainedAction::Preflight { status },
        _ => ExplainedAction::Reply {
            // A gRPC answer is an HTTP 200, whatever its own status.
            status: grpc_status.map_or(status, |_| 200),
            grpc_status,
            reason: answer.details,
            message: answer.body,
        },
    }
}

fn has_no_proto(headers: &HeaderTrail) -> bool {
    let mut headers = headers.headers().iter();
    let proto = headers.find(|header| header.name == "x-forwarded-proto");
    proto.is_some_and(|proto| proto.value.is_empty())
}

/// The headers that the proxy leaves on the request as it got them, without those that it has added
/// itself and that no route has changed.
fn forwarded(
    headers: &HeaderTrail,
    admitted: &AdmittedRequest,
    timeouts: &Timeouts,
) -> Vec<HeaderField> {
    let is_added = |header: &HeaderField| {
        let mut added = admitted.added.iter();
        let named = headers.headers().iter().filter(|h| h.name == header.name);
        // What a route adds to such a header makes one value with it.
        named.count() == 1
            && added.any(|line| line.name == header.name && line.value == header.value.as_bytes())
    };
    let stays = |header: &&HeaderField| {
        if is_added(header) {
            return false;
        }
        let row = envoy_header(Direction::Request, &header.name);
        let fate = row.map(|row| row.fate(HeaderEdit::Give, timeouts));
        !matches!(fate, Some(Fate::Consumed | Fate::Replaced))
    };
    headers.headers().iter().filter(stays).cloned().collect()
}

/// The response to `request` as the client gets it, if `traced` comes of the request: to a backend's
/// answer, which has the headers `backend` and comes from `endpoint`, or to one of the proxy's own.
#[must_use]
pub fn response(
    router: &Router,
    traced: &trace::Outcome,
    request: &Simulated,
    backend: &[HeaderLine],
    endpoint: SocketAddr,
) -> HeaderTrail {
    let visited = VisitedRequest::new(router, traced, request);
    let mut trail = match visited.end {
        VisitedEnd::Forwarded(_) => HeaderTrail::of_response(backend, Some(endpoint)),
        VisitedEnd::PassThrough | VisitedEnd::Answered(_) => HeaderTrail::of_response(&[], None),
    };
    respond(router, &traced.decision, &visited.end, &mut trail);
    trail
}

fn respond(router: &Router, decision: &Decision, end: &VisitedEnd, trail: &mut HeaderTrail) {
    if let VisitedEnd::Answered(answer) = end {
        for (name, value) in &answer.headers {
            let Ok(()) = trail.set(name, value, By::Gamma);
        }
    }
    let Ok(()) = router.visit_response(decision, trail);
}

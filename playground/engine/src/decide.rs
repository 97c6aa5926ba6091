//! Answers a request as one types: the rule, the backends, what they receive, and every match that was tried.

use std::collections::HashMap;

use gamma_explain::{
    ExplainedAction, ExplainedOutcome, Explanation, HeaderField, TriedMatch, render,
};
use gamma_manifest::{BackendRef, Route, source::Span};
use serde::Serialize;

use crate::{
    answer::Unanswered,
    compiled_files::{CompiledFiles, route_id},
    graph,
    offsets::PageRange,
    predicate_place,
    request::PageRequest,
    telling,
};

/// What becomes of a request, for the page.
#[derive(Debug, Serialize)]
pub(crate) struct PageDecision {
    /// The object of `gammactl explain --output json`, of whose candidates those are left out that `candidates` has not.
    explain: Explanation,
    /// What `gammactl explain` prints.
    text: String,
    curl: String,
    request: PageRequest,
    /// Whether gammactl would answer at all: it refuses files with errors.
    refused: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<PlacedRule>,
    backends: Vec<PageBackend>,
    /// The nodes of the picture on the way.
    path: Vec<String>,
    /// In the order in which they were tried. Of many, those that say most.
    candidates: Vec<PageCandidate>,
    /// How many there are.
    tried: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    sent: Option<SentRequest>,
    #[serde(skip_serializing_if = "Option::is_none")]
    answer: Option<OwnReply>,
}

#[derive(Debug, Serialize)]
struct PlacedRule {
    id: String,
    #[serde(flatten)]
    range: Option<PageRange>,
}

#[derive(Debug, Serialize)]
struct PageBackend {
    id: String,
    name: String,
    namespace: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    port: Option<u16>,
    weight: u32,
    /// Part of the requests that it gets, at most 1.
    share: f64,
    /// Why it can't be used.
    #[serde(skip_serializing_if = "Option::is_none")]
    invalid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sent: Option<SentRequest>,
    #[serde(flatten)]
    range: PageRange,
}

/// A match that was tried.
#[derive(Debug, Serialize)]
struct PageCandidate {
    /// The rule.
    id: String,
    /// The match in it.
    index: u32,
    /// Which one it is in the order in which they were tried, from zero.
    position: usize,
    /// What it asks for.
    asks: String,
    #[serde(flatten)]
    range: Option<PageRange>,
    held: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    failed: Option<FailedPart>,
}

#[derive(Debug, Serialize)]
struct FailedPart {
    what: String,
    message: String,
    wanted: String,
    #[serde(flatten)]
    range: Option<PageRange>,
}

/// What a backend receives.
#[derive(Debug, Clone, Serialize)]
struct SentRequest {
    method: String,
    path: String,
    host: String,
    headers: Vec<HeaderField>,
}

/// What the client gets, if no backend answers.
#[derive(Debug, Serialize)]
struct OwnReply {
    status: u16,
    headers: Vec<HeaderField>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<String>,
}

impl CompiledFiles {
    /// Explains `request`, as gammactl does.
    pub(crate) fn explain(&self, request: &PageRequest) -> Result<Explanation, Unanswered> {
        Ok(self.explainer.explain(&request.simulated()?)?)
    }

    /// What becomes of `request`.
    pub(crate) fn decide(&self, request: &str) -> Result<PageDecision, Unanswered> {
        let request = PageRequest::read(request)?;
        let simulated = request.simulated()?;
        let mut explanation = self.explainer.explain(&simulated)?;
        let text = render(&explanation, false);
        let tried = explanation.candidates.len();
        let positions = telling::shorten(&mut explanation);
        let rule = explanation.rule().map(ToString::to_string);
        let backends = self.backends(rule.as_deref(), &explanation);
        let outcomes = &explanation.outcomes;
        Ok(PageDecision {
            text,
            curl: simulated.curl(),
            request: PageRequest::of(&simulated),
            refused: !self.is_good(),
            rule: rule.as_ref().map(|id| PlacedRule {
                id: id.clone(),
                range: self.rule(id).map(|(_, rule)| self.sources.range(rule.span)),
            }),
            path: self.path(rule, &backends, &explanation),
            candidates: self.candidates(&explanation, &positions),
            tried,
            sent: outcomes
                .iter()
                .find_map(|outcome| sent(outcome, &explanation)),
            answer: outcomes.iter().find_map(own_reply),
            backends,
            explain: explanation,
        })
    }

    fn backends(&self, rule: Option<&str>, explanation: &Explanation) -> Vec<PageBackend> {
        let Some((route, rule)) = rule.and_then(|id| self.rule(id)) else {
            return Vec::new();
        };
        let drawn = |index: usize| {
            let mut outcomes = explanation.outcomes.iter();
            outcomes.find(|outcome| {
                let backend = outcome.backend.as_ref();
                backend.is_some_and(|backend| backend.index as usize == index)
            })
        };
        let backends = rule.backend_refs.iter().enumerate();
        backends
            .map(|(index, backend)| self.backend(route, backend, drawn(index), explanation))
            .collect()
    }

    fn backend(
        &self,
        route: &Route,
        backend: &BackendRef,
        outcome: Option<&ExplainedOutcome>,
        explanation: &Explanation,
    ) -> PageBackend {
        let drawn = outcome.and_then(|outcome| outcome.backend.as_ref());
        PageBackend {
            id: graph::backend_id(route, backend),
            name: backend.name.value.clone(),
            namespace: graph::namespace(route, backend).to_owned(),
            port: backend.port.as_ref().map(|port| port.value),
            weight: backend.weight,
            share: outcome.map_or(0.0, |outcome| outcome.share),
            invalid: drawn.and_then(|drawn| drawn.invalid.clone()),
            sent: outcome.and_then(|outcome| sent(outcome, explanation)),
            range: self.sources.range(backend.span),
        }
    }

    fn path(
        &self,
        rule: Option<String>,
        backends: &[PageBackend],
        explanation: &Explanation,
    ) -> Vec<String> {
        let service = explanation.service.as_ref();
        let service = service.map(|s| graph::service_id(&s.kind, &s.namespace, &s.name));
        let route = rule.as_deref().and_then(|id| self.rule(id));
        let route = route.map(|(route, _)| route_id(route));
        let drawn = backends.iter().filter(|backend| backend.share > 0.0);
        let mut path: Vec<String> = service.into_iter().chain(route).chain(rule).collect();
        path.extend(drawn.map(|backend| backend.id.clone()));
        path
    }

    fn candidates(&self, explanation: &Explanation, positions: &[usize]) -> Vec<PageCandidate> {
        // Most matches of a rule are tried one after the other, and many for one that does not hold.
        let mut known: HashMap<Span, PageRange> = HashMap::new();
        let mut range = |span: Span| {
            let range = known
                .entry(span)
                .or_insert_with(|| self.sources.range(span));
            range.clone()
        };
        let tried = positions.iter().zip(&explanation.candidates);
        tried
            .map(|(&position, tried)| {
                let span = tried.source.as_ref().and_then(|source| source.span);
                let id = tried.rule.to_string();
                PageCandidate {
                    failed: self.failed(&id, tried, span),
                    id,
                    index: tried.r#match,
                    position,
                    asks: tried.asks.clone(),
                    range: span.map(&mut range),
                    held: tried.failed.is_none(),
                }
            })
            .collect()
    }

    fn failed(&self, rule: &str, tried: &TriedMatch, span: Option<Span>) -> Option<FailedPart> {
        let failed = tried.failed.as_ref()?;
        let part = self.rule(rule).zip(span);
        let part = part
            .and_then(|((route, rule), span)| predicate_place::place(failed, route, rule, span));
        Some(FailedPart {
            what: failed.predicate.to_string(),
            message: failed.to_string(),
            wanted: failed.wanted.clone(),
            range: part.or(span).map(|span| self.sources.range(span)),
        })
    }
}

fn sent(outcome: &ExplainedOutcome, explanation: &Explanation) -> Option<SentRequest> {
    match &outcome.action {
        ExplainedAction::Forward {
            authority,
            path,
            headers,
            ..
        } => Some(SentRequest {
            method: explanation.request.method.clone(),
            path: path.clone(),
            host: authority.clone(),
            headers: headers.clone(),
        }),
        _ => None,
    }
}

fn own_reply(outcome: &ExplainedOutcome) -> Option<OwnReply> {
    let status = outcome.status()?;
    let mut headers = Vec::new();
    if let ExplainedAction::Redirect { location, .. } = &outcome.action {
        headers.push(HeaderField {
            name: "location".into(),
            value: location.clone(),
        });
    }
    let changes = outcome.response_changes.iter();
    headers.extend(changes.filter_map(|change| {
        Some(HeaderField {
            name: change.name.clone(),
            value: change.after.clone()?,
        })
    }));
    let body = match &outcome.action {
        ExplainedAction::Reply { message, .. } => Some(message.clone()),
        _ => None,
    };
    Some(OwnReply {
        status,
        headers,
        body,
    })
}

//! The explanation of a request, as a data structure. Its JSON form (`--output json`) is described in
//! `docs/commands/explain.md`; fields are added to it, but never change their meaning.

mod header;
mod outcome;

use std::{fmt, net::SocketAddr};

use gamma_compile::Criterion;
use gamma_manifest::source::Span;
pub use header::{ChangedBy, ExplainedHeaderChange, HeaderChangeKind, HeaderField};
pub use outcome::{
    DrawnBackend, ExplainedAction, ExplainedOutcome, KeptSession, MirroredShare, RequiredAuth,
    RulePolicy,
};
use serde::Serialize;

use crate::text::printable;

/// What becomes of a request, and why.
///
/// Texts that come from the request or the config are ISO 8859-1 in header values (a character for
/// each byte) and UTF-8 everywhere else.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Explanation {
    /// What was asked about.
    pub request: Asked,
    /// The Service port that the request is for; none: it passes through to the proxy's own routes.
    pub service: Option<ExplainedPort>,
    /// How the Service is known, or why the request is for no Service.
    pub service_reason: String,
    /// The name or port that was probably meant.
    pub did_you_mean: Option<String>,
    /// Whose routes apply.
    pub routes: AppliedRoutes,
    /// The method that a CORS preflight announces, if the matches were asked about that one.
    pub preflight_for: Option<String>,
    /// Every match of these routes, in order of precedence: the first one that holds wins.
    pub candidates: Vec<TriedMatch>,
    /// Index of the candidate that won.
    pub winner: Option<usize>,
    /// The next match of another rule that holds too.
    pub runner_up: Option<RunnerUp>,
    /// The policies of the rule that won, whichever backend is drawn.
    pub policy: RulePolicy,
    /// What may happen to the request: one entry for each backend with a weight above 0, or the only one. The
    /// shares sum to 1.
    pub outcomes: Vec<ExplainedOutcome>,
    /// Surprising facts that the rest of the explanation does not show.
    pub notes: Vec<String>,
}

/// The request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Asked {
    /// Method.
    pub method: String,
    /// `http` or `https`.
    pub scheme: String,
    /// Host with or without port.
    pub authority: String,
    /// Path with query, as the client sends it.
    pub path: String,
    /// The path without query, as the filter gets it, if Envoy makes another one of it.
    pub normalized_path: Option<String>,
    /// Headers in order.
    pub headers: Vec<HeaderField>,
    /// Namespace of the client.
    pub from: String,
    /// Where the client's connection was addressed to.
    pub destination: Option<SocketAddr>,
}

/// A port of a Service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExplainedPort {
    /// `Service` or `ServiceImport`.
    pub kind: String,
    /// Namespace.
    pub namespace: String,
    /// Name.
    pub name: String,
    /// Number.
    pub port: u16,
}

/// The routes that apply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AppliedRoutes {
    /// Whose they are.
    pub kind: AppliedRoutesKind,
    /// Their full names, as in `HTTPRoute/shop/cart`, in the order of their first matches.
    pub names: Vec<String>,
    /// HTTPRoutes that are not applied, because GRPCRoutes are attached to the same port.
    pub ignored: Vec<String>,
}

/// Whose routes apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum AppliedRoutesKind {
    /// Routes of the client's namespace.
    Consumer,
    /// Routes of the Service's namespace.
    Producer,
    /// None: the request goes to the Service itself, or is for no Service.
    None,
}

/// A rule of a route.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExplainedRule {
    /// Full name of the route, as in `HTTPRoute/shop/cart`.
    pub route: String,
    /// Name of the rule within it, or its index.
    pub rule: String,
}

/// Where something is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SourcePlace {
    /// The file, as it was named on the command line; `-` for standard input.
    pub file: String,
    /// One-based line, in manifests.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// Path from the root, in a route config, as in `services[0].ports[1].producer.rules[2]`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// The very bytes, in manifests: for those who have the sources.
    #[serde(skip)]
    pub span: Option<Span>,
}

/// A match that the request was compared with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TriedMatch {
    /// The rule that the match selects.
    #[serde(flatten)]
    pub rule: ExplainedRule,
    /// Index of the match within the rule as it is in the config.
    pub r#match: u32,
    /// Where the match is written.
    pub source: Option<SourcePlace>,
    /// Where the rule of the match is written.
    pub rule_source: Option<SourcePlace>,
    /// What the match asks for, in one line.
    pub asks: String,
    /// The first predicate that does not hold; none: the match holds.
    pub failed: Option<FailedPredicate>,
}

/// A predicate that does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FailedPredicate {
    /// The part of the match that does not hold.
    pub predicate: Predicate,
    /// Name of the header or query parameter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What was asked for, as in `Exact v2`.
    pub wanted: String,
    /// The request's value; none: the request has nothing of that name.
    pub got: Option<String>,
}

/// A part of a match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "each is the field of its name")]
pub enum Predicate {
    Hostname,
    Path,
    Method,
    Header,
    QueryParam,
}

/// A match that would have won if the winner were not there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RunnerUp {
    /// Index into the candidates.
    pub candidate: usize,
    /// The first criterion of precedence by which the winner is before it.
    pub criterion: Criterion,
}

impl fmt::Display for ExplainedRule {
    /// As in access logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.route, self.rule)
    }
}

impl fmt::Display for SourcePlace {
    /// `file:line`, or `file: place`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        if let Some(place) = &self.place {
            write!(f, ": {place}")?;
        }
        Ok(())
    }
}

impl fmt::Display for FailedPredicate {
    /// What the request has instead of what was asked for.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let predicate = self.predicate;
        let got = match &self.got {
            Some(got) => format!("`{}`", printable(got)),
            None => "absent".into(),
        };
        match (predicate, &self.name) {
            (_, Some(name)) => write!(f, "{predicate} `{name}` is {got}"),
            (Predicate::Path, None) => f.write_str("another path"),
            (_, None) => write!(f, "{predicate} is {got}"),
        }
    }
}

impl fmt::Display for Predicate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Hostname => "hostname",
            Self::Path => "path",
            Self::Method => "method",
            Self::Header => "header",
            Self::QueryParam => "query parameter",
        })
    }
}

impl Explanation {
    /// Whether Envoy answers before the filter sees the request.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        let is_reply =
            |o: &ExplainedOutcome| matches!(o.action, ExplainedAction::ProxyReply { .. });
        self.service.is_none() && self.outcomes.iter().any(is_reply)
    }

    /// The rule that won.
    #[must_use]
    pub fn rule(&self) -> Option<&ExplainedRule> {
        Some(&self.candidates.get(self.winner?)?.rule)
    }
}

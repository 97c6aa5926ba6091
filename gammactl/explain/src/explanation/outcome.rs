//! The part of an explanation that says what may happen to the request: backends, answers, policies,
//! sessions.

use std::net::SocketAddr;

use serde::Serialize;

use super::header::{ExplainedHeaderChange, HeaderField};

/// What a rule does besides forwarding.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RulePolicy {
    /// Who has to allow the request first.
    pub external_auth: Option<RequiredAuth>,
    /// How long requests may take.
    pub timeouts: gamma_config::Timeouts,
    /// Whether and when they are tried again.
    pub retry: Option<gamma_config::Retry>,
    /// How sessions are kept together.
    pub session: Option<KeptSession>,
}

/// Who has to allow a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RequiredAuth {
    /// Cluster that is asked.
    pub cluster: String,
    /// Path that it is asked for.
    pub path: String,
    /// Headers that it is told, of those that the request has.
    pub told: Vec<String>,
}

/// How a rule keeps sessions together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct KeptSession {
    /// `Cookie` or `Header`.
    pub r#type: gamma_config::SessionType,
    /// Name of the cookie or header.
    pub name: String,
    /// Whether the request belongs to a session, so that no backend is drawn.
    pub bound: bool,
    /// The endpoint that it is bound to.
    pub endpoint: Option<SocketAddr>,
}

/// One of the things that may come of a request.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExplainedOutcome {
    /// Part of the requests that this happens to, above 0 and at most 1.
    pub share: f64,
    /// The backend that is drawn, if the rule has any.
    pub backend: Option<DrawnBackend>,
    /// What happens.
    pub action: ExplainedAction,
    /// Changes to the request before it is forwarded, in order.
    pub request_changes: Vec<ExplainedHeaderChange>,
    /// Where copies of the request go.
    pub mirrors: Vec<MirroredShare>,
    /// Changes to the response, in order. What the backend says is not known, so nothing is
    /// `before`.
    pub response_changes: Vec<ExplainedHeaderChange>,
}

/// A backend of a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DrawnBackend {
    /// Index into `backendRefs`.
    pub index: u32,
    /// Weight.
    pub weight: u32,
    /// Cluster; none: it is invalid.
    pub cluster: Option<String>,
    /// Why the backend is invalid.
    pub invalid: Option<String>,
}

/// What happens to a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(
    tag = "type",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum ExplainedAction {
    /// The request is left to the proxy's own routes.
    PassThrough,
    /// The request is forwarded.
    Forward {
        /// To this cluster.
        cluster: String,
        /// Authority, as the backend gets it.
        authority: String,
        /// Path with query, as the backend gets it.
        path: String,
        /// Headers as the backend gets them, but for those that the proxy writes.
        headers: Vec<HeaderField>,
    },
    /// The request is answered with a redirect.
    Redirect {
        /// Status.
        status: u16,
        /// The URL that the client is sent to.
        location: String,
    },
    /// The request is answered as a CORS preflight.
    Preflight {
        /// 204.
        status: u16,
    },
    /// The request is answered with an error.
    Reply {
        /// Status; 200 where there is a gRPC status.
        status: u16,
        /// gRPC status, if the request is a gRPC call.
        grpc_status: Option<u32>,
        /// As in the header `x-gamma-reason`.
        reason: String,
        /// The reason in a sentence, which is the body of the answer.
        message: String,
    },
    /// The request is answered by Envoy itself: the filter never sees it, or its route is refused.
    ProxyReply {
        /// Status.
        status: u16,
        /// What access logs have as `%RESPONSE_CODE_DETAILS%`.
        details: String,
        /// The reason in a sentence.
        message: String,
    },
}

/// Where copies of the request go.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MirroredShare {
    /// Cluster.
    pub cluster: String,
    /// Part of the requests that is copied, at most 1.
    pub share: f64,
}

impl ExplainedOutcome {
    /// Status of the answer, if no backend gives it.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        match self.action {
            ExplainedAction::PassThrough | ExplainedAction::Forward { .. } => None,
            ExplainedAction::Redirect { status, .. }
            | ExplainedAction::Preflight { status }
            | ExplainedAction::Reply { status, .. }
            | ExplainedAction::ProxyReply { status, .. } => Some(status),
        }
    }
}

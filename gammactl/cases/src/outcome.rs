//! Every outcome that a request can have, with its share: the explanation of the request in the
//! words of a case.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use gamma_explain::{
    self as explain, ChangedBy, ExplainedAction, Explanation, HeaderField, HeaderTrail,
    request::{HeaderLine, Simulated},
};
use gamma_router::{Router, is_grpc};

use super::names::BackendName;

/// Where every backend listens, as far as sessions are concerned.
const ENDPOINT: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 80);

/// One of the outcomes that a request can have.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct PossibleOutcome {
    /// Which share of such requests has it.
    pub(super) share: f64,
    /// Where it ends.
    pub(super) end: RequestEnd,
    /// HTTP status; that of a backend's answer is taken to be 200.
    pub(super) status: u16,
    /// gRPC status and message, if the request is a gRPC call; of a backend's answer 0.
    pub(super) grpc: Option<(u32, String)>,
    /// Headers of the response, names in lower case.
    pub(super) headers: Vec<HeaderField>,
    /// The header, one of these, that begins a session.
    pub(super) begun: Option<HeaderField>,
    /// Clusters that get a copy, and of which share of these requests.
    pub(super) mirrors: Vec<explain::MirroredShare>,
    /// The cluster that the client's request before this one went to.
    pub(super) previous: Option<String>,
}

/// Where a request ends.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum RequestEnd {
    /// At a backend of a rule.
    Backend(Received),
    /// In the proxy's own routes.
    PassThrough,
    /// At the filter, which answers the request itself.
    Answered,
}

/// What a backend gets.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Received {
    pub(super) cluster: String,
    /// Path with query.
    pub(super) path: String,
    pub(super) host: String,
    /// Headers, names in lower case.
    pub(super) headers: Vec<HeaderField>,
}

/// The outcomes of `request` to `router`, whose backend answers with `backend_headers`, in the order of the router's.
pub(super) fn outcomes(
    explanation: &Explanation,
    router: &Router,
    request: &Simulated,
    backend_headers: &[HeaderLine],
) -> Vec<PossibleOutcome> {
    let admitted = match explain::admit(request) {
        Ok(admitted) => admitted,
        Err(_) => return explanation.outcomes.iter().map(|o| of(o, false)).collect(),
    };
    let request = &admitted.request;
    let kind = request.headers.iter();
    let mut kind = kind.filter(|header| header.name.eq_ignore_ascii_case("content-type"));
    let grpc = kind.next().is_some_and(|kind| is_grpc(&kind.value));
    let traced = request.with(|request| router.outcomes(request).all);
    explanation
        .outcomes
        .iter()
        .zip(&traced)
        .map(|(explained, traced)| {
            let mut outcome = of(explained, grpc);
            outcome.answered(&explain::response(
                router,
                traced,
                request,
                backend_headers,
                ENDPOINT,
            ));
            outcome
        })
        .collect()
}

fn of(outcome: &explain::ExplainedOutcome, grpc: bool) -> PossibleOutcome {
    let mut ended = PossibleOutcome {
        share: outcome.share,
        end: RequestEnd::Answered,
        status: outcome.status().unwrap_or(200),
        grpc: grpc.then(|| (0, String::new())),
        headers: Vec::new(),
        begun: None,
        mirrors: outcome.mirrors.clone(),
        previous: None,
    };
    match &outcome.action {
        ExplainedAction::PassThrough => ended.end = RequestEnd::PassThrough,
        ExplainedAction::Forward {
            cluster,
            authority,
            path,
            headers,
        } => {
            ended.end = RequestEnd::Backend(Received {
                cluster: cluster.clone(),
                path: path.clone(),
                host: authority.clone(),
                headers: headers.clone(),
            });
        }
        ExplainedAction::Redirect { .. }
        | ExplainedAction::Preflight { .. }
        | ExplainedAction::ProxyReply { .. } => ended.grpc = None,
        ExplainedAction::Reply {
            grpc_status,
            message,
            ..
        } => ended.grpc = grpc_status.map(|status| (status, message.clone())),
    }
    ended
}

impl PossibleOutcome {
    fn answered(&mut self, response: &HeaderTrail) {
        self.headers = response.headers().to_vec();
        let mut changes = response.changes().iter();
        let begun = changes.find(|change| change.by == ChangedBy::Session);
        self.begun = begun.and_then(|change| {
            // Added last, so that it is the last of its name.
            let mut headers = self.headers.iter().rev();
            headers.find(|header| header.name == change.name).cloned()
        });
    }

    /// The cluster of the backend that gets it.
    pub(super) fn cluster(&self) -> Option<&str> {
        self.received().map(|received| &*received.cluster)
    }

    /// What a backend gets.
    pub(super) fn received(&self) -> Option<&Received> {
        match &self.end {
            RequestEnd::Backend(received) => Some(received),
            _ => None,
        }
    }

    /// The backend, or the status of an answer that no backend gives.
    pub(super) fn title(&self) -> String {
        match (&self.end, &self.grpc) {
            (RequestEnd::Backend(received), _) => {
                format!("`{}`", BackendName::of(&received.cluster))
            }
            (RequestEnd::PassThrough, _) => "the proxy's own routes".into(),
            (RequestEnd::Answered, Some((status, _))) => format!("gRPC status {status}"),
            (RequestEnd::Answered, None) => format!("status {}", self.status),
        }
    }

    /// Whether a case means it by `name`.
    pub(super) fn is_named(&self, name: &str) -> bool {
        match (&self.end, &self.grpc) {
            (RequestEnd::Backend(received), _) => BackendName::of(&received.cluster).is_named(name),
            (RequestEnd::PassThrough, _) => false,
            (RequestEnd::Answered, Some((status, _))) => name == format!("grpc {status}"),
            (RequestEnd::Answered, None) => name == self.status.to_string(),
        }
    }
}

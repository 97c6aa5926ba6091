//! Every outcome that a request can have, with its share: what `explain` says, in the words of a case.

use gamma_explain::{
    self as explain, Action, ChangeAction, Explanation, Header,
    request::{HeaderLine, Simulated},
};
use gamma_router::is_grpc;

use super::{model::Exchange, names::Backend};

/// One of the outcomes that a request can have.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Outcome {
    /// Which share of such requests has it.
    pub(super) share: f64,
    /// Where it ends.
    pub(super) end: End,
    /// HTTP status; that of a backend's answer is taken to be 200.
    pub(super) status: u16,
    /// gRPC status and message, if the request is a gRPC call; of a backend's answer 0.
    pub(super) grpc: Option<(u32, String)>,
    /// Headers of the response, names in lower case.
    pub(super) headers: Vec<Header>,
    /// Clusters that get a copy, and of which share of these requests.
    pub(super) mirrors: Vec<explain::Mirror>,
    /// The cluster that the client's request before this one went to.
    pub(super) previous: Option<String>,
}

/// Where a request ends.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum End {
    /// At a backend.
    Backend(Received),
    /// In the proxy's own routes.
    PassThrough,
    /// Before any of them.
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
    pub(super) headers: Vec<Header>,
}

/// The outcomes of `exchange`, which was sent as `request`.
pub(super) fn outcomes(
    explanation: &Explanation,
    request: &Simulated,
    exchange: &Exchange,
) -> Vec<Outcome> {
    let kind = request.headers.iter();
    let mut kind = kind.filter(|header| header.name.eq_ignore_ascii_case("content-type"));
    let grpc = kind.next().is_some_and(|kind| is_grpc(&kind.value));
    explanation
        .outcomes
        .iter()
        .map(|outcome| of(outcome, grpc, &exchange.backend_headers))
        .collect()
}

fn of(outcome: &explain::Outcome, grpc: bool, backend_headers: &[HeaderLine]) -> Outcome {
    let mut ended = Outcome {
        share: outcome.share,
        end: End::Answered,
        status: outcome.status().unwrap_or(200),
        grpc: grpc.then(|| (0, String::new())),
        headers: Vec::new(),
        mirrors: outcome.mirrors.clone(),
        previous: None,
    };
    match &outcome.action {
        Action::PassThrough => ended.end = End::PassThrough,
        Action::Forward {
            cluster,
            authority,
            path,
            headers,
        } => {
            ended.headers = backend_headers.iter().map(header).collect();
            ended.end = End::Backend(Received {
                cluster: cluster.clone(),
                path: path.clone(),
                host: authority.clone(),
                headers: headers.clone(),
            });
        }
        Action::Redirect { location, .. } => {
            ended.grpc = None;
            ended.headers.push(Header {
                name: "location".into(),
                value: location.clone(),
            });
        }
        Action::Preflight { .. } => ended.grpc = None,
        Action::Reply {
            grpc_status,
            message,
            ..
        } => ended.grpc = grpc_status.map(|status| (status, message.clone())),
    }
    for change in &outcome.response_changes {
        if change.action != ChangeAction::Add {
            ended.headers.retain(|header| header.name != change.name);
        }
        ended
            .headers
            .extend(change.after.iter().map(|value| Header {
                name: change.name.clone(),
                value: value.clone(),
            }));
    }
    ended
}

fn header(line: &HeaderLine) -> Header {
    Header {
        name: line.name.to_ascii_lowercase(),
        value: line.value.iter().copied().map(char::from).collect(),
    }
}

impl Outcome {
    /// The cluster of the backend that gets it.
    pub(super) fn cluster(&self) -> Option<&str> {
        self.received().map(|received| &*received.cluster)
    }

    /// What a backend gets.
    pub(super) fn received(&self) -> Option<&Received> {
        match &self.end {
            End::Backend(received) => Some(received),
            _ => None,
        }
    }

    /// The backend, or the status of an answer that no backend gives.
    pub(super) fn title(&self) -> String {
        match (&self.end, &self.grpc) {
            (End::Backend(received), _) => format!("`{}`", Backend::of(&received.cluster)),
            (End::PassThrough, _) => "the proxy's own routes".into(),
            (End::Answered, Some((status, _))) => format!("gRPC status {status}"),
            (End::Answered, None) => format!("status {}", self.status),
        }
    }

    /// Whether a case means it by `name`.
    pub(super) fn is_named(&self, name: &str) -> bool {
        match (&self.end, &self.grpc) {
            (End::Backend(received), _) => Backend::of(&received.cluster).is_named(name),
            (End::PassThrough, _) => false,
            (End::Answered, Some((status, _))) => name == format!("grpc {status}"),
            (End::Answered, None) => name == self.status.to_string(),
        }
    }
}

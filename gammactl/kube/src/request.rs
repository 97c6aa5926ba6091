//! One request to the API server: made again where that may help, its answer read as JSON.

use std::time::Duration;

use http::Request;
use kube::Client;
use serde_json::Value;

use super::error::{ClusterError, is_passing};

/// How often a request is made before it counts as failed.
const TRIES: u32 = 4;
/// The wait after the first failure; twice as long after each other one.
const PAUSE: Duration = Duration::from_millis(200);
/// The longest wait that a server may ask for.
const LONGEST: Duration = Duration::from_secs(5);

/// The API server of one context.
#[derive(Clone)]
pub(crate) struct ApiServer {
    pub(crate) client: Client,
    /// Name of the context, for messages.
    pub(crate) context: String,
    /// Its address, for messages.
    pub(crate) server: String,
}

/// Why there is no answer.
#[derive(Debug)]
pub(crate) enum NoAnswer {
    /// 403: what the server says.
    Forbidden(String),
    /// 404.
    NotFound,
    /// 410: what the request refers to is too old.
    Gone,
    /// Nothing more can be read from this cluster.
    Failed(ClusterError),
}

impl ApiServer {
    /// What is at `path`, which begins with `/` and may have a query.
    pub(crate) async fn get(&self, path: &str) -> Result<Value, NoAnswer> {
        let text = self.get_text(path).await?;
        serde_json::from_str(&text).map_err(|error| {
            let (context, server) = (&self.context, &self.server);
            let message = format!("{server}{path} of context `{context}` is no JSON: {error}");
            let hint = "is a proxy in between that answers itself?";
            NoAnswer::Failed(ClusterError::new(message, hint))
        })
    }

    pub(crate) async fn get_text(&self, path: &str) -> Result<String, NoAnswer> {
        let mut tried = 0;
        loop {
            tried += 1;
            let request = Request::get(path).body(Vec::new());
            let answer = match request {
                Ok(request) => self.client.request_text(request).await,
                Err(error) => Err(kube::Error::HttpError(error)),
            };
            let error = match answer {
                Ok(text) => return Ok(text),
                Err(error) => error,
            };
            if tried < TRIES && is_passing(&error) {
                tokio::time::sleep(pause(&error, tried)).await;
                continue;
            }
            return Err(self.failure(error));
        }
    }

    fn failure(&self, error: kube::Error) -> NoAnswer {
        match error {
            kube::Error::Api(status) if status.code == 403 => NoAnswer::Forbidden(status.message),
            kube::Error::Api(status) if status.code == 404 => NoAnswer::NotFound,
            kube::Error::Api(status) if status.code == 410 => NoAnswer::Gone,
            error => NoAnswer::Failed(ClusterError::of(&error, &self.context, &self.server)),
        }
    }

    /// An error that nothing else can be made of.
    pub(crate) fn fatal(&self, error: NoAnswer, path: &str) -> ClusterError {
        let (code, said) = match error {
            NoAnswer::Failed(error) => return error,
            NoAnswer::Forbidden(said) => (403, said),
            NoAnswer::NotFound => (404, "not found".into()),
            NoAnswer::Gone => (410, "gone".into()),
        };
        let (context, server) = (&self.context, &self.server);
        ClusterError::new(
            format!("{server}{path} of context `{context}` answered {code}: {said}"),
            format!("`kubectl --context {context} get --raw '{path}'` asks the same"),
        )
    }
}

/// How long to wait before the next try: as long as the server asks for, within reason.
fn pause(error: &kube::Error, tried: u32) -> Duration {
    let asked = match error {
        kube::Error::Api(status) => status.details.as_ref().map_or(0, |d| d.retry_after_seconds),
        _ => 0,
    };
    let own = PAUSE * 2u32.pow(tried - 1);
    own.max(Duration::from_secs(u64::from(asked))).min(LONGEST)
}

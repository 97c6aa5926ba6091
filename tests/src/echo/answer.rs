//! What the echo backend says.

use std::{
    collections::HashMap,
    convert::Infallible,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use http_body_util::{BodyExt, Either, Full, combinators::WithTrailers};
use hyper::{
    HeaderMap, Request, Response, StatusCode,
    body::{Bytes, Incoming},
    header::{CONTENT_TYPE, HOST, HeaderName, HeaderValue},
};
use serde::{Deserialize, Serialize};

use super::Identity;
use crate::client::{frame, latin1};

/// What a backend received, as it answers in JSON.
///
/// Request headers steer the answer: `x-echo-status: 503` answers that status,
/// `x-echo-set-header: name:value` (repeatable) adds a response header and `x-echo-delay-ms: 100`
/// waits that long first. With `x-echo-first: 2`, status and delay are those of the first two attempts
/// only; attempts of one request share its `x-request-id`. A value that makes no sense is ignored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Echoed {
    /// Name of the Service that the backend stands for.
    pub backend: String,
    /// Its namespace.
    pub namespace: String,
    /// Its port.
    pub port: u16,
    /// Method of the request.
    pub method: String,
    /// Path with query, as received.
    pub path: String,
    /// `:authority`, or the `host` header.
    pub host: String,
    /// Names in lower case and values as ISO 8859-1, so that every byte is one character. Values
    /// of a repeated header are in order.
    pub headers: Vec<(String, String)>,
    /// Body, as ISO 8859-1.
    pub body: String,
}

impl Echoed {
    fn new(identity: &Identity, request: &Request<Incoming>) -> Self {
        let host = match request.uri().authority() {
            Some(authority) => authority.to_string(),
            None => request
                .headers()
                .get(HOST)
                .map(|host| latin1(host.as_bytes()))
                .unwrap_or_default(),
        };
        Self {
            backend: identity.service.clone(),
            namespace: identity.namespace.clone(),
            port: identity.port,
            method: request.method().to_string(),
            path: request
                .uri()
                .path_and_query()
                .map(ToString::to_string)
                .unwrap_or_default(),
            host,
            headers: request
                .headers()
                .iter()
                .map(|(name, value)| (name.to_string(), latin1(value.as_bytes())))
                .collect(),
            body: String::new(),
        }
    }

    /// Values of the header `name` (in lower case), in order.
    pub fn header<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.headers
            .iter()
            .filter(move |(n, _)| n == name)
            .map(|(_, value)| value.as_str())
    }

    /// The Service port that answered.
    #[must_use]
    pub fn identity(&self) -> Identity {
        Identity::new(&*self.namespace, &*self.backend, self.port)
    }
}

type Trailers = std::future::Ready<Option<Result<HeaderMap, Infallible>>>;
type Body = Either<Full<Bytes>, WithTrailers<Full<Bytes>, Trailers>>;

/// A backend, and how often it has seen which request.
#[derive(Debug)]
pub(super) struct Backend {
    pub(super) identity: Identity,
    attempts: Mutex<HashMap<String, u64>>,
    pub(super) received: Mutex<Vec<Echoed>>,
}

impl Backend {
    pub(super) fn new(identity: Identity) -> Self {
        Self {
            identity,
            attempts: Mutex::default(),
            received: Mutex::default(),
        }
    }

    /// A thread that panicked has left nothing half done.
    pub(super) fn lock<'a, T>(&self, mutex: &'a Mutex<T>) -> MutexGuard<'a, T> {
        mutex.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether status and delay apply to this attempt.
    fn misbehaves(&self, echoed: &Echoed) -> bool {
        let (Some(first), Some(id)) = (
            number(echoed, "x-echo-first"),
            echoed.header("x-request-id").next(),
        ) else {
            return true;
        };
        let mut attempts = self.lock(&self.attempts);
        let attempt = attempts.entry(id.to_owned()).or_default();
        *attempt += 1;
        *attempt <= first
    }
}

pub(super) async fn answer(
    backend: Arc<Backend>,
    request: Request<Incoming>,
) -> Result<Response<Body>, Infallible> {
    let mut echoed = Echoed::new(&backend.identity, &request);
    let misbehaves = backend.misbehaves(&echoed);
    let grpc = echoed
        .header("content-type")
        .any(|value| gamma_router::is_grpc(value.as_bytes()));

    // Read to the end, so that the client can reuse its connection.
    if let Ok(body) = request.into_body().collect().await {
        echoed.body = latin1(&body.to_bytes());
    }
    backend.lock(&backend.received).push(echoed.clone());
    let delay = number(&echoed, "x-echo-delay-ms").filter(|_| misbehaves);
    if let Some(delay) = delay {
        tokio::time::sleep(Duration::from_millis(delay)).await;
    }

    let json = serde_json::to_vec(&echoed).unwrap_or_default();
    let mut response = if grpc { grpc_ok(&json) } else { http_ok(json) };
    let status = number(&echoed, "x-echo-status")
        .filter(|_| misbehaves)
        .and_then(|status| u16::try_from(status).ok());
    if let Some(status) = status.and_then(|status| StatusCode::from_u16(status).ok()) {
        *response.status_mut() = status;
    }
    for (name, value) in echoed.header("x-echo-set-header").filter_map(pair) {
        response.headers_mut().append(name, value);
    }
    Ok(response)
}

fn http_ok(json: Vec<u8>) -> Response<Body> {
    let mut response = Response::new(Either::Left(Full::new(json.into())));
    let kind = HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, kind);
    response
}

fn grpc_ok(json: &[u8]) -> Response<Body> {
    let trailers = HeaderMap::from_iter([(
        HeaderName::from_static("grpc-status"),
        HeaderValue::from_static("0"),
    )]);
    let body =
        Full::new(Bytes::from(frame(json))).with_trailers(std::future::ready(Some(Ok(trailers))));
    let mut response = Response::new(Either::Right(body));
    let kind = HeaderValue::from_static("application/grpc");
    response.headers_mut().insert(CONTENT_TYPE, kind);
    response
}

fn number(echoed: &Echoed, name: &str) -> Option<u64> {
    echoed.header(name).next()?.trim().parse().ok()
}

fn pair(text: &str) -> Option<(HeaderName, HeaderValue)> {
    let (name, value) = text.split_once(':')?;
    Some((name.trim().parse().ok()?, value.trim().parse().ok()?))
}

//! What the echo backend says.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use http_body_util::BodyExt;
use hyper::{
    HeaderMap, Request, Response, StatusCode,
    body::Incoming,
    header::{CONTENT_TYPE, HeaderName, HeaderValue},
};

use super::{
    body::{Body, full},
    echoed::Echoed,
    identity::Identity,
    websocket,
};
use crate::{
    client::{frame, latin1, latin1_bytes},
    serve::Connection,
};

/// A backend, and how often it has seen which request.
#[derive(Debug)]
pub(super) struct EchoState {
    pub(super) identity: Identity,
    attempts: Mutex<HashMap<String, u64>>,
    pub(super) received: Mutex<Vec<Echoed>>,
}

impl EchoState {
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

    /// Whether status, delay and reset apply to this attempt.
    fn misbehaves(&self, echoed: &Echoed) -> bool {
        let (Some(first), Some(id)) = (
            echoed.number("x-echo-first"),
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
    backend: Arc<EchoState>,
    request: Request<Incoming>,
    connection: Connection,
) -> Response<Body> {
    let mut echoed = Echoed::new(&backend.identity, &request);
    let misbehaves = backend.misbehaves(&echoed);

    let early = if websocket::is_asked_for(&request) {
        Some(websocket::accept(request))
    } else if echoed.number("x-echo-stream") == Some(1) {
        Some(stream(request))
    } else {
        // Read to the end, so that the client can reuse its connection.
        if let Ok(body) = request.into_body().collect().await {
            echoed.body = latin1(&body.to_bytes());
        }
        None
    };
    backend.lock(&backend.received).push(echoed.clone());
    if misbehaves {
        if let Some(delay) = echoed.number("x-echo-delay-ms") {
            tokio::time::sleep(Duration::from_millis(delay)).await;
        }
        if echoed.number("x-echo-reset") == Some(1) {
            connection.reset().await;
        }
    }

    let mut response = match early {
        Some(mut response) => {
            let name = HeaderName::from_static("x-echo-backend");
            if let Ok(value) = backend.identity.to_string().parse() {
                response.headers_mut().insert(name, value);
            }
            response
        }
        None => report(&echoed),
    };
    let status = echoed
        .number("x-echo-status")
        .filter(|_| misbehaves)
        .and_then(|status| u16::try_from(status).ok());
    if let Some(status) = status.and_then(|status| StatusCode::from_u16(status).ok()) {
        *response.status_mut() = status;
    }
    for (name, value) in echoed.headers_to_add() {
        response.headers_mut().append(name, value);
    }
    response
}

/// The body, trailers included, as it arrives.
fn stream(request: Request<Incoming>) -> Response<Body> {
    let (head, body) = request.into_parts();
    let mut response = Response::new(body.boxed());
    if let Some(kind) = head.headers.get(CONTENT_TYPE) {
        response.headers_mut().insert(CONTENT_TYPE, kind.clone());
    }
    response
}

fn report(echoed: &Echoed) -> Response<Body> {
    let json = serde_json::to_vec(echoed).unwrap_or_default();
    let grpc = echoed
        .header("content-type")
        .filter_map(latin1_bytes)
        .any(|value| gamma_router::is_grpc(&value));
    if grpc {
        let status = echoed.number("x-echo-grpc-status").unwrap_or_default();
        unary(&json, status)
    } else {
        http_ok(json)
    }
}

fn http_ok(json: Vec<u8>) -> Response<Body> {
    let mut response = Response::new(full(json));
    let kind = HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, kind);
    response
}

fn unary(json: &[u8], status: u64) -> Response<Body> {
    let trailers = HeaderMap::from_iter([(
        HeaderName::from_static("grpc-status"),
        HeaderValue::from(status),
    )]);
    let body = full(frame(json)).with_trailers(std::future::ready(Some(Ok(trailers))));
    let mut response = Response::new(body.boxed());
    let kind = HeaderValue::from_static("application/grpc");
    response.headers_mut().insert(CONTENT_TYPE, kind);
    response
}

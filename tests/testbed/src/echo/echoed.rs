//! What the echo backend reports.

use hyper::{
    Request,
    body::Incoming,
    header::{HOST, HeaderName, HeaderValue},
};
use serde::{Deserialize, Serialize};

use super::identity::Identity;
use crate::client::latin1;

/// What a backend received, as it answers in JSON.
///
/// Request headers steer the answer; a value that makes no sense is ignored.
///
/// - `x-echo-status: 503` answers that status.
/// - `x-echo-grpc-status: 14` ends a unary gRPC response with that status.
/// - `x-echo-set-header: name:value` (repeatable) adds a response header.
/// - `x-echo-delay-ms: 100` waits that long first.
/// - `x-echo-reset: 1` resets the TCP connection instead of answering, once the request is there.
/// - `x-echo-first: 2`: status, delay and reset are those of the first two attempts only; attempts of
///   one request share its `x-request-id`.
/// - `x-echo-stream: 1` answers with the body instead of JSON, each piece as soon as it is there,
///   and its trailers. The answer begins before the body does. Its `content-type` is that of the
///   request; `x-echo-backend: namespace/service:port` says who answered.
///
/// The answer to a WebSocket's handshake has `x-echo-backend` too; then every text and binary
/// message goes back as it came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Echoed {
    /// Name of the Service that the backend stands for.
    pub backend: String,
    /// Its namespace.
    pub namespace: String,
    /// Its port.
    pub port: u16,
    /// Version of HTTP in which the request came: `HTTP/1.1` or `HTTP/2.0`.
    pub version: String,
    /// Method of the request.
    pub method: String,
    /// Path with query, as received.
    pub path: String,
    /// `:authority`, or the `host` header.
    pub host: String,
    /// Names in lower case and values as ISO 8859-1, so that every byte is one character. Values
    /// of a repeated header are in order.
    pub headers: Vec<(String, String)>,
    /// Body, as ISO 8859-1. Empty where it is sent back.
    pub body: String,
}

impl Echoed {
    /// All but the body.
    pub(super) fn new(identity: &Identity, request: &Request<Incoming>) -> Self {
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
            version: format!("{:?}", request.version()),
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

    /// The first value of the header `name`, if it is a number.
    pub(super) fn number(&self, name: &str) -> Option<u64> {
        self.header(name).next()?.trim().parse().ok()
    }

    /// The headers that `x-echo-set-header` asks for.
    pub(super) fn headers_to_add(&self) -> impl Iterator<Item = (HeaderName, HeaderValue)> {
        self.header("x-echo-set-header").filter_map(|text| {
            let (name, value) = text.split_once(':')?;
            Some((name.trim().parse().ok()?, value.trim().parse().ok()?))
        })
    }
}

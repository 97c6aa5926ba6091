//! A request as the router is asked about it, with the client that sends it.

use std::net::SocketAddr;

use super::{header::HeaderLine, line::RequestLine};

/// A request and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Simulated {
    /// Method and URL.
    pub line: RequestLine,
    /// Headers in order, but for `host`, which is the authority of the line.
    pub headers: Vec<HeaderLine>,
    /// Namespace of the client; `None` for the one that the config or the command line names.
    pub from: Option<String>,
    /// Where the client's connection was addressed to, if that is known.
    pub destination: Option<SocketAddr>,
    /// Seconds since 1970.
    pub now: u64,
}

impl Simulated {
    /// A request without headers from a client in the default namespace, in 1970.
    #[must_use]
    pub fn new(line: RequestLine) -> Self {
        Self {
            line,
            headers: Vec::new(),
            from: None,
            destination: None,
            now: 0,
        }
    }

    /// The request as a gRPC call: a POST with the content type of one, unless it has another.
    #[must_use]
    pub fn into_grpc(mut self) -> Self {
        self.line.method = "POST".into();
        let is_kind = |header: &HeaderLine| header.name.eq_ignore_ascii_case("content-type");
        if !self.headers.iter().any(is_kind) {
            self.headers.push(HeaderLine {
                name: "content-type".into(),
                value: b"application/grpc".into(),
            });
        }
        self
    }

    /// Hands the request to `ask` in the form that the router reads.
    pub fn with<R>(&self, ask: impl FnOnce(&gamma_router::Request<'_, [(&str, &[u8])]>) -> R) -> R {
        let headers: Vec<(&str, &[u8])> = self
            .headers
            .iter()
            .map(|header| (&*header.name, &*header.value))
            .collect();
        ask(&gamma_router::Request {
            method: self.line.method.as_bytes(),
            scheme: self.line.scheme.as_bytes(),
            authority: self.line.authority.as_bytes(),
            path: self.line.path.as_bytes(),
            destination: self.destination,
            now: self.now,
            headers: &headers,
        })
    }
}

//! Clients that send exactly what they are told and report exactly what came back: no redirects
//! followed, no header added beyond what the protocol demands, no value decoded.

mod grpc;
mod http1;
mod stream;
#[cfg(test)]
mod tests;
mod websocket;

pub use grpc::{GrpcClient, GrpcResponse, frame};
pub use http1::Client;
pub use stream::{Incoming, Outgoing, stream};
pub use tokio_tungstenite::tungstenite::{
    Message,
    protocol::frame::{CloseFrame, coding::CloseCode},
};
pub use websocket::WebSocket;

use serde::{Deserialize, Serialize};

use crate::echo::Echoed;
pub use gamma_carried::{latin1, latin1_bytes};

/// An HTTP request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// As in `GET`.
    pub method: String,
    /// Host with or without port; need not be where the connection goes.
    pub authority: String,
    /// Path with query.
    pub path: String,
    /// Names and values in the order in which they are sent.
    pub headers: Vec<(String, Vec<u8>)>,
    /// Sent with `content-length` if it is not empty.
    pub body: Vec<u8>,
}

impl Request {
    /// A request without headers and body.
    pub fn new(
        method: impl Into<String>,
        authority: impl Into<String>,
        path: impl Into<String>,
    ) -> Self {
        Self {
            method: method.into(),
            authority: authority.into(),
            path: path.into(),
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    /// A `GET`.
    pub fn get(authority: impl Into<String>, path: impl Into<String>) -> Self {
        Self::new("GET", authority, path)
    }

    /// Adds a header, also if there is one of that name.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<Vec<u8>>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }
}

/// An HTTP response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// Status.
    pub status: u16,
    /// Names in lower case, values as they came, in order.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The whole body, without its transfer encoding.
    pub body: Vec<u8>,
}

impl Response {
    /// The first value of the header `name` (in lower case), as ISO 8859-1.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<String> {
        self.headers
            .iter()
            .find(|(n, _)| n == name)
            .map(|(_, value)| latin1(value))
    }

    /// The body as text, for messages.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as the JSON of an echo backend.
    ///
    /// # Errors
    ///
    /// Somebody else answered.
    pub fn echoed(&self) -> serde_json::Result<Echoed> {
        serde_json::from_slice(&self.body)
    }
}

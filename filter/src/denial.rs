//! Answers to the client that the router does not decide: an ExternalAuth service's, and one for a host
//! call that failed.

use gamma_config::wire;
use gamma_router::Answer;

use crate::{
    header_map::HeaderMap,
    host::{Host, HostError},
};

/// The answer of an ExternalAuth service that does not allow a request.
#[derive(Debug)]
pub(crate) struct Denial {
    status: u16,
    headers: Vec<(String, Vec<u8>)>,
    body: Vec<u8>,
}

impl Denial {
    /// `None` if the service said nothing about the request: no answer, or an error of its own.
    pub(crate) fn new(answer: &HeaderMap, body: impl FnOnce() -> Vec<u8>) -> Option<Self> {
        let status = std::str::from_utf8(answer.first(":status")).ok()?;
        let status: u16 = status.parse().ok()?;
        if !(201..500).contains(&status) {
            return None;
        }
        let headers = answer.iter().filter_map(|(name, value)| {
            // The body goes along, and with it what describes it.
            if wire::is_of_the_proxy(name) || wire::is_of_one_message(name) {
                return None;
            }
            let name = std::str::from_utf8(name).ok()?;
            Some((name.to_owned(), value.to_vec()))
        });
        Some(Self {
            status,
            headers: headers.collect(),
            body: body(),
        })
    }

    pub(crate) fn send(&self, host: &impl Host) -> Result<(), HostError> {
        let headers: Vec<_> = self
            .headers
            .iter()
            .map(|(name, value)| (&**name, &**value))
            .collect();
        host.reply(&Answer {
            status: self.status,
            grpc_status: None,
            headers: &headers,
            body: &self.body,
            details: "external-auth-denied",
        })
    }
}

/// Answers an error of gRPC where the host may not know how: what Envoy would make of `status`.
pub(crate) fn grpc(host: &impl Host, answer: &Answer<'_>, status: u32) -> Result<(), HostError> {
    let status = status.to_string();
    // The router's messages are of letters and spaces, which need no escape.
    let mut headers = vec![
        ("content-type", &b"application/grpc"[..]),
        ("grpc-status", status.as_bytes()),
        ("grpc-message", answer.body),
    ];
    headers.extend_from_slice(answer.headers);
    host.reply(&Answer {
        status: 200,
        grpc_status: None,
        headers: &headers,
        body: b"",
        details: answer.details,
    })
}

/// Answers a request with so many headers that the host may have told some of them only.
pub(crate) fn too_many_headers(host: &impl Host) -> Result<(), HostError> {
    host.reply(&Answer {
        status: 431,
        grpc_status: None,
        headers: &[],
        body: b"more headers than the proxy can tell apart",
        details: "too-many-headers",
    })
}

/// Answers when a host call failed. The request must not go on half changed; nothing better can be
/// done if this fails as well.
pub(crate) fn host_error(host: &impl Host, error: HostError) {
    log::error!("{error}");
    let _ = host.reply(&Answer {
        status: 500,
        grpc_status: None,
        headers: &[],
        body: b"the proxy refused a change to the request",
        details: "host-error",
    });
}

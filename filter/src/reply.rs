//! Answers that the filter gives itself.

use gamma_config::wire;
use gamma_router::Reply;

use crate::{
    header_map::HeaderMap,
    host::{Host, HostError, LocalReply},
};

/// Answers an error in the words of the client's protocol.
pub(crate) fn error(
    host: &impl Host,
    reply: Reply,
    grpc: bool,
    reason_header: bool,
) -> Result<(), HostError> {
    let reason = reply.reason.as_str();
    let headers = [(wire::REASON, reason.as_bytes())];
    host.reply(&LocalReply {
        status: reply.status(),
        grpc_status: grpc.then(|| reply.grpc_status()),
        headers: if reason_header { &headers } else { &[] },
        body: reply.reason.message().as_bytes(),
        details: reason,
    })
}

/// Answers a redirect. The body stays empty: clients follow `location`.
pub(crate) fn redirect(host: &impl Host, status: u16, location: &[u8]) -> Result<(), HostError> {
    host.reply(&LocalReply {
        status,
        grpc_status: None,
        headers: &[("location", location)],
        body: b"",
        details: "request-redirect",
    })
}

/// Answers a CORS preflight. What it allows is set on the response.
pub(crate) fn preflight(host: &impl Host) -> Result<(), HostError> {
    host.reply(&LocalReply {
        status: 204,
        grpc_status: None,
        headers: &[],
        body: b"",
        details: "cors-preflight",
    })
}

/// What a service said that did not allow a request.
#[derive(Debug)]
pub(crate) struct Denied {
    status: u16,
    headers: Vec<(String, Vec<u8>)>,
    body: Vec<u8>,
}

impl Denied {
    /// `None` if it said nothing that is about the request: no answer, or an error of its own.
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
        host.reply(&LocalReply {
            status: self.status,
            grpc_status: None,
            headers: &headers,
            body: &self.body,
            details: "external-auth-denied",
        })
    }
}

/// Answers when a host call failed. The request must not go on half changed; nothing better can be
/// done if this fails as well.
pub(crate) fn host_error(host: &impl Host, error: HostError) {
    log::error!("{} failed with status {}", error.call, error.status);
    let _ = host.reply(&LocalReply {
        status: 500,
        grpc_status: None,
        headers: &[],
        body: b"the proxy refused a change to the request",
        details: "host-error",
    });
}

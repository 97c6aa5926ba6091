//! Answers that the filter gives itself.

use gamma_router::Reply;

use crate::host::{Host, HostError, LocalReply};

/// Says which part of the filter answered and why.
const REASON_HEADER: &str = "x-gamma-reason";

/// Answers an error in the words of the client's protocol.
pub(crate) fn error(
    host: &impl Host,
    reply: Reply,
    grpc: bool,
    reason_header: bool,
) -> Result<(), HostError> {
    let reason = reply.reason.as_str();
    let headers = [(REASON_HEADER, reason.as_bytes())];
    host.reply(&LocalReply {
        status: reply.status(),
        grpc_status: grpc.then(|| reply.grpc_status()),
        headers: if reason_header { &headers } else { &[] },
        body: reply.reason.message(),
        details: reason,
    })
}

/// Answers a redirect. The body stays empty: clients follow `location`.
pub(crate) fn redirect(host: &impl Host, status: u16, location: &[u8]) -> Result<(), HostError> {
    host.reply(&LocalReply {
        status,
        grpc_status: None,
        headers: &[("location", location)],
        body: "",
        details: "request-redirect",
    })
}

/// Answers when a host call failed. The request must not go on half changed; nothing better can be
/// done if this fails as well.
pub(crate) fn host_error(host: &impl Host, error: HostError) {
    log::error!("{} failed with status {}", error.call, error.status);
    let _ = host.reply(&LocalReply {
        status: 500,
        grpc_status: None,
        headers: &[],
        body: "the proxy refused a change to the request",
        details: "host-error",
    });
}

//! Counts how backends answer.
//!
//! What canaries are judged by: a rollout goes on while the new version's responses are no worse. The status
//! of a gRPC response is in its trailers, unless it has nothing else to say; so it is counted when those come, or
//! when the request ends without them.

use gamma_router::{Action, Decision, is_grpc};

use crate::{
    config::Shared,
    header_map::HeaderMap,
    host::{Host, MapType},
    metrics::ResponseCode,
};

/// What a gRPC client makes of a response without a status, or with one that it does not know
/// (gRPC's `statuscodes.md`: UNKNOWN).
const UNKNOWN: u16 = 2;

/// The HTTP status of a gRPC response whose own status is still to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Awaited(u16);

/// Counts the response to a request that was forwarded. `ends` says that nothing follows its headers. A host that
/// does not hand them over has no status for us; that is no reason to spoil the response.
pub(crate) fn on_headers(
    host: &impl Host,
    shared: &Shared,
    decision: &Decision,
    ends: bool,
) -> Option<Awaited> {
    if !shared.metrics.counts_responses() || !matches!(decision.action, Action::Forward { .. }) {
        return None;
    }
    let headers = HeaderMap::new(host.header_map(MapType::Response).unwrap_or_default());
    let http = http_status(headers.first(":status"));
    let grpc = if is_grpc(headers.first("content-type")) {
        match grpc_status(&headers) {
            None if !ends => return Some(Awaited(http)),
            status => Some(status.unwrap_or(UNKNOWN)),
        }
    } else {
        None
    };
    let code = ResponseCode { http, grpc };
    shared
        .metrics
        .count_response(host, &shared.router, code, decision);
    None
}

#[cfg_attr(
    not(any(target_arch = "wasm32", test)),
    expect(
        dead_code,
        reason = "called by the entry points, which are in wasm only"
    )
)]
impl Awaited {
    /// Counts the response whose trailers have come.
    pub(crate) fn on_trailers(self, host: &impl Host, shared: &Shared, decision: &Decision) {
        let trailers = host
            .header_map(MapType::ResponseTrailers)
            .unwrap_or_default();
        self.count(
            host,
            shared,
            decision,
            grpc_status(&HeaderMap::new(trailers)),
        );
    }

    /// Counts the response whose trailers will not come any more.
    pub(crate) fn on_end(self, host: &impl Host, shared: &Shared, decision: &Decision) {
        self.count(host, shared, decision, None);
    }

    fn count(self, host: &impl Host, shared: &Shared, decision: &Decision, status: Option<u16>) {
        let code = ResponseCode {
            http: self.0,
            grpc: Some(status.unwrap_or(UNKNOWN)),
        };
        shared
            .metrics
            .count_response(host, &shared.router, code, decision);
    }
}

/// 0 for what is no status, as in Istio's metrics.
fn http_status(text: &[u8]) -> u16 {
    match text {
        [b'1'..=b'5', b'0'..=b'9', b'0'..=b'9'] => number(text),
        _ => 0,
    }
}

/// The status that the headers or trailers name, if they do.
fn grpc_status(headers: &HeaderMap) -> Option<u16> {
    match headers.first("grpc-status") {
        [] => None,
        text @ ([b'0'..=b'9'] | [b'1', b'0'..=b'6']) => Some(number(text)),
        _ => Some(UNKNOWN),
    }
}

/// Of a few ASCII digits.
fn number(digits: &[u8]) -> u16 {
    let digits = digits.iter().map(|digit| u16::from(digit & 0xf));
    digits.fold(0, |sum, digit| sum.saturating_mul(10).saturating_add(digit))
}

//! How far a request or its response got, and what is kept of it until the proxy calls again.

use gamma_router::Decision;

use crate::response_code::Awaited;

/// Whether a request goes on. Its decision is kept for the response, if it was made.
#[derive(Debug)]
#[cfg_attr(
    not(any(target_arch = "wasm32", test)),
    expect(dead_code, reason = "read by the entry points, which are in wasm only")
)]
pub(crate) enum RequestProgress {
    /// To the proxy's routes.
    Continue(Decision),
    /// It is none of this filter's business: nothing was read, nothing was changed.
    Untouched,
    /// It was answered.
    Answered(Option<Decision>),
    /// It waits until an ExternalAuth service has answered.
    Waiting(Box<Waiting>),
}

/// A request that waits.
#[derive(Debug)]
pub(crate) struct Waiting {
    /// What the request waits for being allowed to do.
    pub(crate) decision: Decision,
    /// Its path with query, as the client sent it.
    pub(crate) path: Vec<u8>,
    /// The host's number of the call to the service.
    #[cfg_attr(
        not(target_arch = "wasm32"),
        expect(dead_code, reason = "read by the entry points, which are in wasm only")
    )]
    #[cfg_attr(
        target_os = "wasi",
        expect(dead_code, reason = "the SDK knows which request an answer is for")
    )]
    pub(crate) call: u32,
}

/// Whether a response goes on.
#[derive(Debug)]
#[cfg_attr(
    not(any(target_arch = "wasm32", test)),
    expect(dead_code, reason = "read by the entry points, which are in wasm only")
)]
pub(crate) enum ResponseProgress {
    /// To the client. What is awaited is counted later.
    Continue(Option<Awaited>),
    /// It was replaced by another one.
    Answered,
}

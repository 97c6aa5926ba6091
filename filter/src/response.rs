//! The response phase: how the backend answered is counted, and what the decision on the request does to the
//! response is done.

use gamma_router::Decision;

use crate::{
    config::Shared, denial, host::Host, progress::ResponseProgress, response_code,
    visitors::ResponseHostCalls,
};

/// Handles the headers of a response, behind which nothing comes if it `ends` with them. Makes no host call if
/// there is nothing to change or to count. If the host fails a call, the response is replaced by a 500.
#[cfg_attr(
    not(any(target_arch = "wasm32", test)),
    expect(
        dead_code,
        reason = "called by the entry points, which are in wasm only"
    )
)]
pub(crate) fn on_headers(
    host: &impl Host,
    shared: &Shared,
    decision: &Decision,
    ends: bool,
) -> ResponseProgress {
    // Before the response is changed: what counts is what the backend said.
    let awaited = response_code::on_headers(host, shared, decision, ends);
    let visited = shared
        .router
        .visit_response(decision, &mut ResponseHostCalls(host));
    match visited {
        Ok(()) => ResponseProgress::Continue(awaited),
        Err(error) => {
            denial::host_error(host, error);
            ResponseProgress::Answered
        }
    }
}

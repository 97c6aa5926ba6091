//! The response phase: what the decision on the request does to the response.

use gamma_router::Decision;

use crate::{config::Shared, denial, host::Host, visitors::ResponseHostCalls};

/// Handles the headers of a response. Makes no host call if there is nothing to change.
///
/// Returns whether the response goes on.
#[cfg_attr(
    not(any(target_arch = "wasm32", test)),
    expect(
        dead_code,
        reason = "called by the entry points, which are in wasm only"
    )
)]
pub(crate) fn on_headers(host: &impl Host, shared: &Shared, decision: &Decision) -> bool {
    let visited = shared
        .router
        .visit_response(decision, &mut ResponseHostCalls(host));
    match visited {
        Ok(()) => true,
        Err(error) => {
            denial::host_error(host, error);
            false
        }
    }
}

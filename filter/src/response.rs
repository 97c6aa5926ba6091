//! The response phase: header edits of the rule and backend that were chosen.

use crate::{
    config::Shared,
    host::{Host, Map},
    reply,
    request::{Chosen, edit},
};

/// Handles the headers of a response. Makes no host call if there is nothing to change.
///
/// Returns whether the response goes on.
pub(crate) fn on_headers(host: &impl Host, shared: &Shared, chosen: Chosen) -> bool {
    for edits in shared.router.response_edits(chosen.rule, chosen.backend) {
        if let Err(error) = edit(host, Map::Response, edits) {
            reply::host_error(host, error);
            return false;
        }
    }
    true
}

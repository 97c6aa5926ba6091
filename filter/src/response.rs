//! The response phase: header edits of the rule and backend that were chosen, CORS, sessions.

use gamma_router::BackendId;

use crate::{
    config::Shared,
    host::{Host, HostError, Map},
    reply,
    request::{Chosen, InSession, address, edit},
};

const UPSTREAM: &str = "upstream\0address";

/// Handles the headers of a response. Makes no host call if there is nothing to change.
///
/// Returns whether the response goes on.
pub(crate) fn on_headers(host: &impl Host, shared: &Shared, chosen: &Chosen) -> bool {
    match handle(host, shared, chosen) {
        Ok(()) => true,
        Err(error) => {
            reply::host_error(host, error);
            false
        }
    }
}

fn handle(host: &impl Host, shared: &Shared, chosen: &Chosen) -> Result<(), HostError> {
    for edits in shared.router.response_edits(chosen.rule, chosen.backend) {
        edit(host, Map::Response, edits)?;
    }
    for header in &chosen.response {
        let name = header.name.as_bytes();
        match header.append {
            true => host.add_header(Map::Response, name, &header.value)?,
            false => host.set_header(Map::Response, name, &header.value)?,
        }
    }
    if let (Some(session), Some(backend)) = (&chosen.session, chosen.backend) {
        begin_session(host, shared, session, backend)?;
    }
    Ok(())
}

/// Binds the session to the endpoint that answered, unless it is bound to that already. If none
/// did, there is nothing to come back to.
fn begin_session(
    host: &impl Host,
    shared: &Shared,
    InSession { endpoint, received }: &InSession,
    backend: BackendId,
) -> Result<(), HostError> {
    let Some(session) = shared.router.session(backend.rule()) else {
        return Ok(());
    };
    let answered = address(host, UPSTREAM);
    if answered.is_none() || answered == *endpoint {
        return Ok(());
    }
    let (name, value) = session.begin(backend.index(), answered, received.now, received.https);
    host.add_header(Map::Response, name.as_bytes(), value.as_bytes())
}

//! Carrying out a decision that nothing stands in the way of any more.

use gamma_router::{Action, Decision};

use crate::{
    config::Shared,
    header_map::HeaderMap,
    host::{Host, HostError},
    metrics::Kind,
    progress::Progress,
    visitors::OnRequest,
};

/// Does what was decided, and counts it. `path` is that of the request; its headers are left out where a
/// gRPC client gets the same answer as any other, or none.
pub(crate) fn carry_out(
    host: &impl Host,
    shared: &Shared,
    decision: Decision,
    path: &[u8],
    headers: Option<&HeaderMap>,
) -> Result<Progress, HostError> {
    let router = &shared.router;
    shared
        .metrics
        .count(host, router, kind(&decision.action), &decision);
    let mut visitor = OnRequest {
        host,
        shared,
        decision: &decision,
        headers,
        copies: 0,
    };
    router.visit_request(&decision, path, &mut visitor)?;
    let goes_on = matches!(
        decision.action,
        Action::PassThrough | Action::Forward { .. }
    );
    Ok(if goes_on {
        Progress::Continue(decision)
    } else {
        Progress::Answered(Some(decision))
    })
}

fn kind(action: &Action) -> Kind {
    match action {
        Action::PassThrough => Kind::PassedThrough,
        Action::Forward { .. } => Kind::Forwarded,
        Action::Redirect { .. } => Kind::Redirected,
        Action::Preflight => Kind::Preflight,
        Action::Reply(reason) => Kind::Refused(*reason),
    }
}

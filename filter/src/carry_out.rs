//! Carries out a decision by host calls, and counts it.

use gamma_router::{Action, Decision};

use crate::{
    config::Shared,
    header_map::HeaderMap,
    host::{Host, HostError},
    metrics::Kind,
    progress::RequestProgress,
    visitors::RequestHostCalls,
};

/// Carries out `decision` and counts it. `path` is that of the request. `headers` are those of the request;
/// without them an error is answered in HTTP alone, as after an ExternalAuth service was asked.
pub(crate) fn carry_out(
    host: &impl Host,
    shared: &Shared,
    decision: Decision,
    path: &[u8],
    headers: Option<&HeaderMap>,
) -> Result<RequestProgress, HostError> {
    let router = &shared.router;
    shared
        .metrics
        .count(host, router, kind(&decision.action), &decision);
    let mut visitor = RequestHostCalls {
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
        RequestProgress::Continue(decision)
    } else {
        RequestProgress::Answered(Some(decision))
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

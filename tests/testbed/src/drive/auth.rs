//! An echo backend that is asked whether a request may go on: it allows with 200, which is what it
//! answers unless it is told `x-echo-status`.

use gamma_router::AuthService;

use crate::{
    echo::Identity,
    fixture::{Exchange, Observed, Seen},
};

/// Names and values.
pub(super) type HeaderList = Vec<(String, String)>;

/// Whether the request may go on; if not, `observed` is what the client gets.
pub(super) fn allowed(
    auth: &AuthService,
    service: Identity,
    answers: bool,
    exchange: &Exchange,
    headers: &mut HeaderList,
    observed: &mut Observed,
) -> bool {
    let told: HeaderList = headers
        .iter()
        .filter(|(name, _)| auth.tells(name.as_bytes()))
        .cloned()
        .collect();
    let status = told.iter().find(|(name, _)| name == "x-echo-status");
    let status: u16 = status.map_or(200, |(_, status)| status.parse().unwrap_or(200));
    let said: HeaderList = told
        .iter()
        .filter(|(name, _)| name == "x-echo-set-header")
        .filter_map(|(_, header)| header.split_once(':'))
        .map(|(name, value)| (name.trim().to_lowercase(), value.trim().into()))
        .collect();
    if answers && status == 200 {
        let taken = said
            .into_iter()
            .filter(|(name, _)| auth.takes(name.as_bytes()));
        for (name, value) in taken {
            headers.retain(|(other, _)| *other != name);
            headers.push((name, value));
        }
        return true;
    }
    if !answers || status >= 500 {
        observed.status = 403;
        let reason = "external-auth-failed".into();
        observed.headers.push(("x-gamma-reason".into(), reason));
        return false;
    }
    observed.status = status;
    observed.headers.extend(said);
    observed.seen = Some(Seen {
        backend: service,
        path: format!("{}{}", auth.path_prefix, exchange.request.path),
        host: exchange.request.authority.clone(),
        headers: told,
    });
    false
}

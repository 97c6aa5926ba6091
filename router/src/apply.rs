//! What a rule does with a request once it has won.

use crate::{
    Action, BackendId, Decision, Headers, Reason, Request, Router,
    filter::{Filters, Redirect},
    request::split_query,
    router::{Port, no_rule, reply},
    rule::{Backend, Rule},
    split::Split,
    table::Entry,
};

impl Router {
    /// `draw` chooses a backend where there is a choice.
    pub(crate) fn apply<H: Headers + ?Sized>(
        &self,
        entry: &Entry,
        port: &Port,
        request: &Request<'_, H>,
        draw: impl FnOnce(&Split) -> Option<usize>,
    ) -> Decision<'_> {
        let mut decision = Decision {
            rule: Some(entry.rule),
            ..no_rule(reply(Reason::InvalidRule))
        };
        let Some(rule) = self.rule(entry.rule).filter(|rule| !rule.invalid) else {
            return decision;
        };
        let redirect = |redirect: &Redirect| Action::Redirect {
            status: redirect.status,
            location: redirect.location(request, port.number, entry.prefix_len as usize),
        };
        if let Some(filters) = &rule.filters {
            if cors(filters, request, &mut decision) {
                return decision;
            }
            if let Some(found) = &filters.redirect {
                decision.action = redirect(found);
                return decision;
            }
        }
        let pin = rule
            .session
            .as_ref()
            .and_then(|session| session.find(request))
            .filter(|pin| rule.backends.get(pin.backend).is_some_and(is_usable));
        let drawn = match pin {
            // "persistence beats weights", 0 included (GEP-1619)
            Some(pin) => Some(pin.backend),
            None => draw(&rule.split),
        };
        let Some((index, backend)) = drawn.and_then(|i| Some((i, rule.backends.get(i)?))) else {
            decision.action = reply(Reason::NoBackend);
            return decision;
        };
        decision.endpoint = pin.and_then(|pin| pin.endpoint);
        if let Some(filters) = &backend.filters
            && cors(filters, request, &mut decision)
        {
            return decision;
        }
        decision.backend = Some(BackendId {
            rule: entry.rule,
            index: u32::try_from(index).unwrap_or(u32::MAX),
        });
        decision.action = match (backend.cluster, redirect_of(backend)) {
            (None, _) => reply(Reason::InvalidBackend),
            (Some(_), Some(found)) => redirect(found),
            (Some(cluster), None) => {
                let mut action = self.forward(cluster);
                rewrite(&mut action, rule, backend, request.path, entry.prefix_len);
                action
            }
        };
        decision
    }
}

/// Sets what URLRewrite changes; a backend's own rewrite replaces the rule's.
fn rewrite<'r>(
    action: &mut Action<'r>,
    rule: &'r Rule,
    backend: &'r Backend,
    requested: &[u8],
    prefix_len: u32,
) {
    let Action::Forward {
        authority, path, ..
    } = action
    else {
        return;
    };
    for filters in [&rule.filters, &backend.filters].into_iter().flatten() {
        if let Some(hostname) = &filters.hostname {
            *authority = Some(hostname);
        }
        if let Some(modifier) = &filters.path {
            let (old, query) = split_query(requested);
            let mut new = Vec::with_capacity(requested.len().saturating_add(32));
            modifier.apply(old, prefix_len as usize, &mut new);
            if let Some(query) = query {
                new.push(b'?');
                new.extend_from_slice(query);
            }
            *path = Some(new);
        }
    }
}

/// Whether `request` is a preflight that the filters answer; if not, the response gets their headers.
fn cors<H: Headers + ?Sized>(
    filters: &Filters,
    request: &Request<'_, H>,
    decision: &mut Decision<'_>,
) -> bool {
    let Some(cors) = &filters.cors else {
        return false;
    };
    let preflight = cors.preflight(request);
    let is_preflight = preflight.is_some();
    decision.response = preflight.unwrap_or_else(|| cors.actual(request));
    if is_preflight {
        decision.action = Action::Preflight;
    }
    is_preflight
}

/// Whether a session can still go to it.
fn is_usable(backend: &Backend) -> bool {
    backend.cluster.is_some() && redirect_of(backend).is_none()
}

fn redirect_of(backend: &Backend) -> Option<&Redirect> {
    backend.filters.as_ref()?.redirect.as_deref()
}

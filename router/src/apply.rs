//! Applies the rule that won to its request: the rule's filters, its session, and the backend that is drawn.

use crate::{
    compiled_table::PlacedTable,
    decision::{Action, Decision, InSession, Reason, ResponseHeader},
    entry::Entry,
    filter::{CompiledRedirect, Filters},
    id::BackendId,
    port::Port,
    request::{Headers, Request, split_query},
    rule::{CompiledBackend, CompiledRule},
    session::Pin,
    split::Split,
};

/// A request that its rule forwards, before a backend is chosen.
#[derive(Debug, Clone)]
pub(crate) struct Undrawn<'r> {
    table: PlacedTable<'r>,
    pub(crate) rule: &'r CompiledRule,
    /// The backend that the request's session is bound to, if it has one: no other is drawn.
    pub(crate) pin: Option<Pin>,
    response: Vec<ResponseHeader>,
}

impl<'r> PlacedTable<'r> {
    /// Decides with the rule of `entry`. `draw` chooses the backend of a request that belongs to no session.
    pub(crate) fn apply<H: Headers + ?Sized>(
        self,
        port: &Port,
        entry: &Entry,
        request: &Request<'_, H>,
        draw: impl FnOnce(&Split) -> Option<usize>,
    ) -> Decision {
        match self.before_backend(port, entry, request) {
            Err(decision) => decision,
            Ok(undrawn) => {
                let backend = match &undrawn.pin {
                    // "persistence beats weights", 0 included (GEP-1619)
                    Some(pin) => Some(pin.backend),
                    None => draw(&undrawn.rule.split),
                };
                undrawn.with_backend(backend, port, entry, request)
            }
        }
    }

    /// Applies what the rule says of every request, whichever backend is drawn.
    ///
    /// # Errors
    ///
    /// The decision, if the rule answers the request itself.
    pub(crate) fn before_backend<H: Headers + ?Sized>(
        self,
        port: &Port,
        entry: &Entry,
        request: &Request<'_, H>,
    ) -> Result<Undrawn<'r>, Decision> {
        let decision = |action, response| Decision {
            rule: Some(self.rule_id(entry)),
            response,
            ..Decision::without_rule(action)
        };
        let Some(rule) = self.rule(entry).filter(|rule| !rule.invalid) else {
            return Err(decision(Action::Reply(Reason::InvalidRule), Vec::new()));
        };
        let mut response = Vec::new();
        if let Some(filters) = &rule.filters {
            if cors(filters, request, &mut response) {
                return Err(decision(Action::Preflight, response));
            }
            if let Some(found) = &filters.redirect {
                return Err(decision(redirect(found, port, entry, request), response));
            }
        }
        let pin = rule
            .session
            .as_ref()
            .and_then(|session| session.find(request))
            .filter(|pin| {
                rule.backends
                    .get(pin.backend)
                    .is_some_and(CompiledBackend::is_usable)
            });
        Ok(Undrawn {
            table: self,
            rule,
            pin,
            response,
        })
    }
}

impl Undrawn<'_> {
    /// The decision with the backend of that number, or with none.
    pub(crate) fn with_backend<H: Headers + ?Sized>(
        self,
        backend: Option<usize>,
        port: &Port,
        entry: &Entry,
        request: &Request<'_, H>,
    ) -> Decision {
        let Self {
            table,
            rule,
            pin,
            response,
        } = self;
        let id = table.rule_id(entry);
        let mut decision = Decision {
            rule: Some(id),
            response,
            ..Decision::without_rule(Action::Preflight)
        };
        let Some((index, backend)) = backend.and_then(|i| Some((i, rule.backends.get(i)?))) else {
            decision.action = Action::Reply(Reason::NoBackend);
            return decision;
        };
        if let Some(filters) = &backend.filters
            && cors(filters, request, &mut decision.response)
        {
            return decision;
        }
        decision.backend = Some(BackendId(u32::try_from(index).unwrap_or(u32::MAX)));
        decision.action = match (backend.cluster, backend.redirect()) {
            (None, _) => Action::Reply(Reason::InvalidBackend),
            (Some(_), Some(found)) => redirect(found, port, entry, request),
            (Some(cluster), None) => {
                if rule.session.is_some() {
                    decision.session = Some(Box::new(InSession {
                        endpoint: pin.and_then(|pin| pin.endpoint),
                        now: request.now,
                        https: request.is_https(),
                    }));
                }
                Action::Forward {
                    cluster: table.cluster_id(cluster),
                    path: rewrite(rule, backend, entry, request.path),
                }
            }
        };
        decision
    }
}

fn redirect<H: ?Sized>(
    redirect: &CompiledRedirect,
    port: &Port,
    entry: &Entry,
    request: &Request<'_, H>,
) -> Action {
    Action::Redirect {
        status: redirect.status,
        location: redirect.location(request, port.number, entry.prefix_len as usize),
    }
}

/// The new path with query, if URLRewrite changes it; a backend's own rewrite replaces the rule's.
#[inline]
fn rewrite(
    rule: &CompiledRule,
    backend: &CompiledBackend,
    entry: &Entry,
    requested: &[u8],
) -> Option<Vec<u8>> {
    let of = |filters: &'_ Option<Box<Filters>>| filters.as_ref().is_some_and(|f| f.path.is_some());
    let filters = if of(&backend.filters) {
        &backend.filters
    } else {
        &rule.filters
    };
    let modifier = filters.as_ref()?.path.as_ref()?;
    let (old, query) = split_query(requested);
    let mut new = Vec::with_capacity(requested.len().saturating_add(32));
    modifier.apply(old, entry.prefix_len as usize, &mut new);
    if let Some(query) = query {
        new.push(b'?');
        new.extend_from_slice(query);
    }
    Some(new)
}

/// Whether `request` is a preflight that `filters` answer. If there is a CORS filter among them, its
/// response headers replace `response`.
fn cors<H: Headers + ?Sized>(
    filters: &Filters,
    request: &Request<'_, H>,
    response: &mut Vec<ResponseHeader>,
) -> bool {
    let Some(cors) = &filters.cors else {
        return false;
    };
    let preflight = cors.preflight(request);
    let is_preflight = preflight.is_some();
    *response = preflight.unwrap_or_else(|| cors.actual(request));
    is_preflight
}

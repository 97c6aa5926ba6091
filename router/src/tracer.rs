//! Traces a decision: why each match of the route table fails, and which decisions can follow.

use crate::{
    decision::{Action, Decision},
    filter::announced_method,
    request::{Headers, Request},
    router::Router,
    trace::{Frontend, Outcomes, Trace},
};

impl Router {
    /// Decides one request and says how. O(matches of the table).
    pub fn trace<H: Headers + ?Sized>(&self, request: &Request<'_, H>) -> Trace<'_> {
        let pass_through = || Outcomes::only(Decision::without_rule(Action::PassThrough));
        let Some((_, number)) = self.frontends.find(request) else {
            return Trace::without_routes(Frontend::Unknown, pass_through());
        };
        let via = self.frontends.via(request);
        let Some((index, port)) = self.port(request) else {
            return Trace::without_routes(Frontend::UnknownPort { number, via }, pass_through());
        };
        let frontend = Frontend::Port {
            index: index as usize,
            via,
        };
        let Some(table) = self.table_of(port) else {
            return Trace::without_routes(frontend, Outcomes::only(Self::no_routes(port)));
        };
        let found = table.find(request);
        let matches = &table.table.matches;
        let announced = announced_method(request).filter(|_| found != matches.find(request));
        let candidates = match announced {
            Some(method) => matches.trace(table.number, &request.with_method(method)),
            None => matches.trace(table.number, request),
        };
        Trace {
            has_routes: true,
            candidates,
            announced: announced.map(<[u8]>::to_vec),
            ..Trace::without_routes(frontend, table.outcomes_at(port, found, request))
        }
    }
}

impl Trace<'_> {
    fn without_routes(frontend: Frontend, outcomes: Outcomes) -> Self {
        Self {
            frontend,
            has_routes: false,
            candidates: Vec::new(),
            winner: outcomes.winner.map(|winner| winner.position),
            announced: None,
            in_session: outcomes.in_session,
            outcomes: outcomes.all,
        }
    }
}

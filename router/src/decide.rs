//! Decides a request: finds its Service port and the match that wins there, then applies the rule of
//! that match.

use fastrand::Rng;

use crate::{
    compiled_table::PlacedTable,
    decision::{Action, Decision, Reason},
    entry::Position,
    filter::announced_method,
    port::Port,
    request::{Headers, Request},
    router::Router,
    rule::CompiledRule,
};

impl Router {
    /// Decides one request. Allocates nothing for a forward that does not change the path.
    pub fn decide<H: Headers + ?Sized>(&self, request: &Request<'_, H>, rng: &mut Rng) -> Decision {
        let Some((_, port)) = self.port(request) else {
            return Decision::without_rule(Action::PassThrough);
        };
        let Some(table) = self.table_of(port) else {
            return Self::no_routes(port);
        };
        let found = table.find(request);
        let Some(entry) = found.and_then(|position| table.table.matches.entry(position)) else {
            return Decision::without_rule(Action::Reply(Reason::NoMatchingRule));
        };
        table.apply(port, entry, request, |split| split.draw(rng))
    }

    /// The port of a Service that a request is for, and its number among all of them.
    pub(crate) fn port<H: ?Sized>(&self, request: &Request<'_, H>) -> Option<(u32, &Port)> {
        let (candidates, number) = self.frontends.find(request)?;
        candidates
            .iter()
            .filter_map(|ports| {
                let found = self.ports.get(ports.start as usize..ports.end as usize)?;
                (ports.start..).zip(found).find(|(_, p)| p.number == number)
            })
            .next()
    }

    /// "a Service without routes: traffic proceeds as if there were no mesh routing"
    #[inline]
    pub(crate) fn no_routes(port: &Port) -> Decision {
        Decision::without_rule(Action::Forward {
            cluster: port.cluster,
            path: None,
        })
    }
}

impl PlacedTable<'_> {
    /// Finds the match that wins.
    ///
    /// A CORS preflight asks about a request with another method. If no rule with CORS matches the
    /// preflight's own method, `OPTIONS`, the rule with CORS that matches the announced method answers it:
    /// rules that match methods could not be preflighted otherwise.
    pub(crate) fn find<H: Headers + ?Sized>(self, request: &Request<'_, H>) -> Option<Position> {
        let matches = &self.table.matches;
        let answers = |position: &Position| {
            let entry = matches.entry(*position);
            let rule = entry.and_then(|entry| self.rule(entry));
            rule.is_some_and(CompiledRule::answers_preflights)
        };
        let found = matches.find(request);
        match announced_method(request) {
            Some(method) if !found.as_ref().is_some_and(answers) => matches
                .find(&request.with_method(method))
                .filter(answers)
                .or(found),
            _ => found,
        }
    }
}

//! Lists a decision of every kind that a router can make, without a request.

use std::net::{Ipv4Addr, SocketAddr};

use crate::{
    compiled_table::PlacedTable,
    decision::{Action, Decision, InSession, Reason, ResponseHeader},
    filter::Filters,
    id::{BackendId, RuleId},
    router::Router,
    rule::{CompiledBackend, CompiledRule},
};

impl Router {
    /// A decision of each kind that this router can make: for each rule and backend the forward or
    /// answer, with everything that a request could bring about (a new path, a session that goes on,
    /// CORS headers), and those that no rule makes. Paths, locations and values are
    /// empty, and endpoints are unspecified.
    ///
    /// A visitor that visits all of these decisions is asked everything that requests can lead to.
    pub fn possible_decisions(&self) -> impl Iterator<Item = Decision> + '_ {
        let without_rule = [
            Action::PassThrough,
            Action::Reply(Reason::NoMatchingRule),
            Action::Reply(Reason::ExternalAuthFailed),
        ];
        let own = self.ports.iter().map(Self::no_routes);
        let rules = self.placed().flat_map(|table| {
            let rules = (0_u32..).zip(&table.table.rules);
            rules.flat_map(move |(number, rule)| of_rule(table, number, rule))
        });
        without_rule
            .into_iter()
            .map(Decision::without_rule)
            .chain(own)
            .chain(rules)
    }
}

fn of_rule(table: PlacedTable<'_>, number: u32, rule: &CompiledRule) -> Vec<Decision> {
    let id = RuleId {
        table: table.number,
        rule: number,
    };
    let decision = |action, response: &[ResponseHeader]| Decision {
        rule: Some(id),
        response: response.to_vec(),
        ..Decision::without_rule(action)
    };
    if rule.invalid {
        return vec![decision(Action::Reply(Reason::InvalidRule), &[])];
    }
    let (mut decisions, mut response) = (Vec::new(), Vec::new());
    let of_rule = rule.filters.as_deref();
    if let Some(headers) = cors(of_rule) {
        decisions.push(decision(Action::Preflight, &headers));
        response = headers;
    }
    if let Some(redirect) = of_rule.and_then(|filters| filters.redirect.as_ref()) {
        decisions.push(decision(redirected(redirect.status), &response));
        return decisions;
    }
    decisions.push(decision(Action::Reply(Reason::NoBackend), &response));
    for (index, backend) in (0_u32..).zip(rule.backends.iter()) {
        let filters = backend.filters.as_deref();
        let headers = cors(filters);
        decisions.extend(headers.iter().map(|h| decision(Action::Preflight, h)));
        decisions.push(Decision {
            backend: Some(BackendId(index)),
            session: rule.session.as_ref().map(|_| {
                Box::new(InSession {
                    endpoint: Some(SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0))),
                    now: 0,
                    https: false,
                })
            }),
            ..decision(
                action(table, rule, backend),
                headers.as_deref().unwrap_or(&response),
            )
        });
    }
    decisions
}

fn action(table: PlacedTable<'_>, rule: &CompiledRule, backend: &CompiledBackend) -> Action {
    let Some(cluster) = backend.cluster else {
        return Action::Reply(Reason::InvalidBackend);
    };
    if let Some(redirect) = backend.redirect() {
        return redirected(redirect.status);
    }
    let rewrites =
        |filters: &Option<Box<Filters>>| filters.as_ref().is_some_and(|f| f.path.is_some());
    let rewritten = rewrites(&rule.filters) || rewrites(&backend.filters);
    Action::Forward {
        cluster: table.cluster_id(cluster),
        path: rewritten.then(Vec::new),
    }
}

fn redirected(status: u16) -> Action {
    Action::Redirect {
        status,
        location: Vec::new(),
    }
}

/// All headers that a response can get, if the filters know CORS.
fn cors(filters: Option<&Filters>) -> Option<Vec<ResponseHeader>> {
    let cors = filters?.cors.as_ref()?;
    Some(cors.every_header())
}

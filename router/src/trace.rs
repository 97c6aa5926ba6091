//! The same decision with its reasons, for people.
//!
//! [`Router::trace`] asks what [`Router::decide`](Router::decide) asks, of the same tables, but of
//! every match instead of as few as possible, and follows every backend instead of drawing one. It
//! is behind the feature `trace`, which the filter does not have.

use std::cell::Cell;

use gamma_config::{Fraction, RouteTable};

use crate::{
    Action, Decision, Headers, Reason, Request, Router, RuleId,
    filter::announced_method,
    router::{no_rule, reply},
};

/// How a decision came about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace<'r> {
    /// Which Service port the request is for.
    pub frontend: Frontend,
    /// Whether that port has routes for this router's clients.
    pub has_routes: bool,
    /// Every match of those routes, in order of precedence; see [`match_order`].
    pub candidates: Vec<Candidate<'r>>,
    /// Which of the candidates won.
    pub winner: Option<usize>,
    /// The method that a CORS preflight announces, if the candidates were asked about that instead
    /// of about `OPTIONS`.
    pub announced: Option<Vec<u8>>,
    /// Whether the request belongs to a session, so that no backend is drawn.
    pub in_session: bool,
    /// What may come of it: one entry for each backend with a weight, or the only one.
    pub outcomes: Vec<Outcome<'r>>,
}

/// Which Service port a request is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Frontend {
    /// Its destination and its authority name no Service.
    Unknown,
    /// They name one or more, of which none has the port that was dialled.
    UnknownPort {
        /// The port.
        number: u16,
        /// How the Service is named.
        via: Via,
    },
    /// A port.
    Port {
        /// Its number among the ports of all Services of the config, counted from the first one.
        index: usize,
        /// How the Service is named.
        via: Via,
    },
}

/// How a request names its Service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Via {
    /// By the address that was dialled: a cluster IP.
    Destination,
    /// By an authority that is a cluster IP.
    ClusterIp,
    /// By an authority that is `name.namespace`, or one of the Service's extra hosts.
    Host,
    /// By an authority like `name.namespace.svc.cluster.local`.
    FullName,
    /// By an authority like `name.namespace.svc`.
    SvcName,
    /// By an authority that is the name of a Service in the client's namespace.
    ShortName,
}

/// A match of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate<'r> {
    /// The rule that it selects.
    pub rule: RuleId,
    /// The first predicate that does not hold; `None` if the match holds.
    pub failed: Option<Failed<'r>>,
}

/// A predicate of a match that does not hold, and what the request has there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failed<'r> {
    /// The path.
    Path,
    /// The host.
    Hostname,
    /// The method.
    Method,
    /// A header.
    Header {
        /// Its name, in lower case.
        name: &'r str,
        /// All values that the request has, joined with `,`.
        got: Option<Vec<u8>>,
    },
    /// A query parameter.
    QueryParam {
        /// Its name.
        name: &'r str,
        /// The first value that the request has, percent-decoded.
        got: Option<Vec<u8>>,
    },
}

/// One of the decisions that may be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome<'r> {
    /// How many of `total` requests get this decision.
    pub weight: u64,
    /// Sum of the weights of all outcomes; at least 1.
    pub total: u64,
    /// The decision.
    pub decision: Decision<'r>,
}

/// `(rule, match)` indices into `table`, in the order of [`Trace::candidates`].
pub fn match_order(table: &RouteTable) -> impl Iterator<Item = (u32, u32)> + '_ {
    crate::table::order(table)
}

impl Router {
    /// Decides one request and says how. O(matches of the table).
    pub fn trace<H: Headers + ?Sized>(&self, request: &Request<'_, H>) -> Trace<'_> {
        let mut trace = Trace {
            frontend: Frontend::Unknown,
            has_routes: false,
            candidates: Vec::new(),
            winner: None,
            announced: None,
            in_session: false,
            outcomes: Vec::new(),
        };
        let Some((_, number)) = self.frontends.find(request) else {
            trace.outcomes.push(only(Action::PassThrough));
            return trace;
        };
        let via = self.frontends.via(request);
        let port = self.port(request);
        let mut ports = self.ports.iter();
        let index = ports.position(|other| port.is_some_and(|port| std::ptr::eq(port, other)));
        let (Some(port), Some(index)) = (port, index) else {
            trace.frontend = Frontend::UnknownPort { number, via };
            trace.outcomes.push(only(Action::PassThrough));
            return trace;
        };
        trace.frontend = Frontend::Port { index, via };
        let Some(table) = &port.table else {
            trace.outcomes.push(only(self.forward(port.cluster)));
            return trace;
        };
        trace.has_routes = true;
        let found = self.find(table, request);
        let as_sent = table.find(request);
        let announced = announced_method(request).filter(|_| match (found, as_sent) {
            (Some(found), Some(as_sent)) => !std::ptr::eq(found, as_sent),
            (found, as_sent) => found.is_some() != as_sent.is_some(),
        });
        trace.announced = announced.map(<[u8]>::to_vec);
        trace.candidates = match announced {
            Some(method) => table.trace(&request.with_method(method)),
            None => table.trace(request),
        };
        let Some(entry) = found else {
            trace.outcomes.push(only(reply(Reason::NoMatchingRule)));
            return trace;
        };
        trace.winner = table.position(entry);
        let weights: Vec<u64> = self
            .rule(entry.rule)
            .map(|rule| rule.split.weights())
            .unwrap_or_default();
        let total: u64 = weights.iter().sum();
        let mut backends = (0..).zip(&weights).filter(|(_, weight)| **weight > 0);
        let drawn = Cell::new(false);
        loop {
            // Without a weight there is nothing to draw, and one decision to be made.
            let backend = backends.next();
            let decision = self.apply(entry, port, request, |_| {
                drawn.set(true);
                backend.map(|(index, _)| index)
            });
            trace.in_session = decision.backend.is_some() && !drawn.get();
            let (weight, total) = match backend {
                Some((_, weight)) if drawn.get() => (*weight, total),
                _ => (1, 1),
            };
            trace.outcomes.push(Outcome {
                weight,
                total,
                decision,
            });
            if !drawn.get() || backends.clone().next().is_none() {
                return trace;
            }
        }
    }

    /// Where copies of a request with this decision may go, and which part of them does: the rule's
    /// mirrors, then the backend's.
    pub fn possible_mirrors<'r>(
        &'r self,
        decision: &Decision<'_>,
    ) -> impl Iterator<Item = (&'r str, Fraction)> {
        let forwarded = matches!(decision.action, Action::Forward { .. });
        self.filters(decision.rule, decision.backend)
            .filter(move |_| forwarded)
            .flat_map(|filters| &filters.mirrors)
            .map(|mirror| (self.cluster(mirror.cluster), mirror.fraction()))
    }
}

fn only(action: Action<'_>) -> Outcome<'_> {
    Outcome {
        weight: 1,
        total: 1,
        decision: no_rule(action),
    }
}

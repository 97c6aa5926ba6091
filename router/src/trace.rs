//! The reasons of a decision, for people: what [`Router::trace`](crate::Router::trace) and
//! [`Router::outcomes`](crate::Router::outcomes) say.
//!
//! Both ask what [`Router::decide`](crate::Router::decide) asks, of the same tables, and follow every
//! backend instead of drawing one; a trace also tries every match instead of as few as possible. They
//! are behind the feature `trace`, which the filter does not have.

use gamma_config::RouteTable;

use crate::{decision::Decision, id::RuleId};

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
    pub outcomes: Vec<Outcome>,
}

/// Every decision that may be made on a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcomes {
    /// The match that won, if the request is for a port with routes and one of them holds.
    pub winner: Option<Winner>,
    /// Whether the request belongs to a session, so that no backend is drawn.
    pub in_session: bool,
    /// One for each backend with a weight, or the only one.
    pub all: Vec<Outcome>,
}

/// The match that won.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Winner {
    /// Where it stands in the order of precedence of its table, see [`match_order`].
    pub position: usize,
    /// The rule that it selects.
    pub rule: RuleId,
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
pub struct Outcome {
    /// How many of `total` requests get this decision.
    pub weight: u64,
    /// Sum of the weights of all outcomes; at least 1.
    pub total: u64,
    /// The decision.
    pub decision: Decision,
}

/// `(rule, match)` indices into `table`, in the order of [`Trace::candidates`]: as `matchOrder` lists
/// them, or as they are written. A rule without matches has one, number 0.
pub fn match_order(table: &RouteTable) -> Box<dyn Iterator<Item = (u32, u32)> + '_> {
    if !table.match_order.is_empty() {
        return Box::new(table.match_order.iter().copied());
    }
    Box::new((0_u32..).zip(&table.rules).flat_map(|(r, rule)| {
        (0_u32..)
            .take(rule.matches.len().max(1))
            .map(move |m| (r, m))
    }))
}

//! What all older APIs have in common: ordered lists of requests and what becomes of them, for a port of a Service and one kind of
//! clients. A front end fills [`RequestList`]s and says what its rules do ([`RuleActions`]); here they become rules of HTTPRoutes.

mod actions;
mod label;
mod port_rules;
mod request_list;
mod route_draft;
mod table;

pub(crate) use actions::{ActionProblem, PlainActions, RuleActions, RuleContent, to_backends};
pub(crate) use label::label;
pub(crate) use port_rules::{PortRules, Tables, with_defaults};
pub(crate) use request_list::{EntryOrigin, RequestList, UnspeakableMatch};
pub(crate) use route_draft::{RouteDraft, RouteOrigin};
pub(crate) use table::table;

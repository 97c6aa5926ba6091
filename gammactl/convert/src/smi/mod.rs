//! SMI: TrafficSplits, HTTPRouteGroups and TrafficTargets, in all versions that were ever published.

mod access;
mod dialect;
mod http_route_group;
mod plan;
mod quantity;
mod route_match;
mod traffic_split;

pub(crate) use access::say_access;
pub use dialect::SmiDialect;
pub(crate) use http_route_group::http_route_groups;
pub(crate) use plan::{Splits, plan, split_backends};
pub(crate) use quantity::{Quantity, shares};
pub(crate) use traffic_split::{TrafficSplit, traffic_splits};

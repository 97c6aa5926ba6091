//! Istio's VirtualServices and DestinationRules.

mod acting;
mod action;
mod choices;
mod cors;
mod destination_rule;
mod duration;
mod headers;
mod hosts;
mod http_match;
mod http_route;
mod kind;
mod plan;
mod port_rules;
mod redirect;
mod requests;
mod retries;
mod rewrite;
mod string_match;
mod table;
mod version_policy;
mod version_rule;
mod versions;
mod virtual_service;

pub(crate) use choices::choose;
pub(crate) use destination_rule::{destination_rules, subjects};
pub(crate) use plan::plan;
pub(crate) use virtual_service::virtual_services;

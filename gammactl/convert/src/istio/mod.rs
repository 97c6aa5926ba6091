//! Istio's VirtualServices and DestinationRules.

mod acting;
mod action;
mod choices;
mod cors;
mod delegates;
mod destination_rule;
mod headers;
mod http_match;
mod http_route;
mod inside;
mod plan;
mod query_param;
mod redirect;
mod requests;
mod retries;
mod rewrite;
mod string_match;
mod tree;
mod version_policy;
mod version_rule;
mod versions;
mod virtual_service;

pub(crate) use choices::choose;
pub(crate) use destination_rule::{destination_rules, subjects};
pub(crate) use plan::plan;
pub(crate) use virtual_service::virtual_services;

/// A kind of `networking.istio.io`, all versions of which have the same fields.
const fn istio_kind(kind: &'static str) -> crate::kind::SourceKind {
    crate::kind::SourceKind {
        group: "networking.istio.io",
        versions: &["v1", "v1beta1", "v1alpha3"],
        kind,
    }
}

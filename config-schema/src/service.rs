//! Services, their ports, and the route tables on them.

use std::{collections::BTreeMap, net::IpAddr};

use serde::{Deserialize, Serialize};

use crate::Rule;

/// A Service by its frontend: names and cluster IPs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Service {
    /// What it is in Kubernetes.
    #[serde(default, skip_serializing_if = "ServiceKind::is_service")]
    pub kind: ServiceKind,
    /// Namespace.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub namespace: String,
    /// Name. Requests to `name` (from the same namespace), `name.namespace`, `name.namespace.svc`
    /// and `name.namespace.svc.<clusterDomain>` are for this Service; a ServiceImport is addressed
    /// by its `hosts` alone.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub name: String,
    /// More host names by which it is addressed, without port.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(inner(length(max = 253), regex(pattern = crate::schema::HOST))))]
    pub hosts: Vec<String>,
    /// Addresses by which it is addressed, one per IP family. A connection to one of them is for
    /// this Service whatever its authority says. If no Service has any, the filter never asks
    /// where a connection went, which saves a host call per request.
    #[serde(default, rename = "clusterIPs", skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(transform = crate::schema::addresses))]
    pub cluster_ips: Vec<IpAddr>,
    /// Ports.
    pub ports: Vec<Port>,
}

/// Kind of a frontend.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum ServiceKind {
    /// A Service of the core group.
    #[default]
    Service,
    /// A ServiceImport (GEP-1748): it may have the name of a Service.
    ServiceImport,
}

impl ServiceKind {
    #[allow(
        clippy::trivially_copy_pass_by_ref,
        reason = "serde passes a reference"
    )]
    fn is_service(&self) -> bool {
        *self == Self::Service
    }
}

/// A port of a Service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Port {
    /// Number of the port that clients dial.
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    pub port: u16,
    /// The proxy's name for the Service's own endpoints, used when no route table applies.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = crate::schema::SOMETHING_ON_WIRE)))]
    pub cluster: String,
    /// Routes from the Service's own namespace, for clients of every namespace. A table, even an
    /// empty one, replaces the Service's own behaviour: what it does not match is answered 404.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub producer: Option<RouteTable>,
    /// Routes from other namespaces, each for clients of that namespace only, where they replace
    /// the producer routes.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub consumers: BTreeMap<String, RouteTable>,
}

/// Rules in order of precedence.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RouteTable {
    /// Rules. The first one with a match that holds wins.
    #[serde(default)]
    pub rules: Vec<Rule>,
    /// Order of the single matches where it is not the order written: `[rule, match]` index pairs,
    /// each match exactly once. Precedence ranks matches, not rules, so the matches of two rules
    /// may interleave.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub match_order: Vec<(u32, u32)>,
}

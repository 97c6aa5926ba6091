//! Services, their ports, and the route tables on them.
//!
//! The parameter `R` is what a rule is: a [`Rule`], or its text where a config is read one rule at a time.

use std::net::IpAddr;

use crate::{
    by_namespace::ByNamespace,
    describe::{describe_object, describe_words},
    matches::Match,
    patterns::Patterns,
    rule::Rule,
};

describe_object! {
    /// A Service by its frontend: names and cluster IPs.
    pub struct Service<R = Rule> {
        /// What it is in Kubernetes.
        optional "kind" => kind: ServiceKind,
        /// Namespace.
        #[schema(not_empty)]
        required "namespace" => namespace: String,
        /// Name. Requests to `name` (from the same namespace), `name.namespace`, `name.namespace.svc`
        /// and `name.namespace.svc.<clusterDomain>` are for this Service; a ServiceImport is addressed
        /// by its `hosts` alone.
        #[schema(not_empty)]
        required "name" => name: String,
        /// More host names by which it is addressed, without port.
        #[schema(each(host))]
        optional "hosts" => hosts: Vec<String>,
        /// Addresses by which it is addressed, one per IP family. A connection to one of them is for
        /// this Service whatever its authority says. If no Service has any, the filter never asks
        /// where a connection went, which saves a host call per request.
        #[schema(addresses)]
        #[schema(at_most_items(crate::limits::MAX_ADDRESSES))]
        optional "clusterIPs" => cluster_ips: Vec<IpAddr>,
        /// Ports.
        required "ports" => ports: Vec<Port<R>>,
    }
}

describe_words! {
    /// Kind of a frontend.
    #[derive(PartialOrd, Ord, Hash)]
    pub enum ServiceKind = Service {
        /// A Service of the core group.
        "Service" => Service,
        /// A ServiceImport (GEP-1748): it may have the name of a Service.
        "ServiceImport" => ServiceImport,
    }
}

describe_object! {
    /// A port of a Service.
    pub struct Port<R = Rule> {
        /// Number of the port that clients dial.
        #[schema(at_least(1))]
        required "port" => port: u16,
        /// The proxy's name for the Service's own endpoints, used when no route table applies.
        #[schema(text(SOMETHING_ON_WIRE))]
        required "cluster" => cluster: String,
        /// Routes from the Service's own namespace, for clients of every namespace. A table, even an
        /// empty one, replaces the Service's own behaviour: what it does not match is answered 404.
        optional "producer" => producer: Option<RouteTable<R>>,
        /// Routes from other namespaces, each for clients of that namespace only, where they replace
        /// the producer routes.
        optional "consumers" => consumers: ByNamespace<RouteTable<R>>,
    }
}

impl RouteTable {
    /// The matches in order of precedence. `None` stands for that of a rule without matches, which holds always.
    pub fn ordered_matches(&self) -> impl Iterator<Item = Option<&Match>> {
        let written = self.match_order.is_empty().then(|| {
            let rules = (0..).zip(&self.rules);
            rules.flat_map(|(r, rule)| {
                let count = u32::try_from(rule.matches.len()).unwrap_or(u32::MAX);
                (0..count.max(1)).map(move |m| (r, m))
            })
        });
        let order = written.into_iter().flatten();
        let order = order.chain(self.match_order.iter().copied());
        order.map(|(r, m)| self.rules.get(r as usize)?.matches.get(m as usize))
    }
}

describe_object! {
    /// Rules in order of precedence.
    pub struct RouteTable<R = Rule>: Default {
        /// Rules. The first one with a match that holds wins.
        written "rules" => rules: Vec<R>,
        /// Order of the single matches where it is not the order written: `[rule, match]` index pairs,
        /// each match exactly once. Precedence ranks matches, not rules, so the matches of two rules
        /// may interleave.
        optional "matchOrder" => match_order: Vec<(u32, u32)>,
        /// What the regular expressions in the rules match, compiled.
        optional "patterns" => patterns: Patterns,
    }
}

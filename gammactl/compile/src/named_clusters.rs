//! Which clusters a config names, and what it wants of them: the proxy that a config is for has to have them.

use std::collections::HashSet;

use gamma_config::{Config, Filter, RouteTable};

/// Cluster names in a config, and what for.
#[derive(Debug, Default)]
pub struct NamedClusters<'c> {
    /// All of them.
    pub all: HashSet<&'c str>,
    /// The clusters that a GRPCRoute sends to, and those of ports that have one: gRPC needs HTTP/2 even
    /// where no `appProtocol` says so.
    pub grpc: HashSet<&'c str>,
    /// The clusters of rules with session persistence.
    pub sessions: HashSet<&'c str>,
    /// Whether any rule has retries.
    pub retries: bool,
}

impl<'c> NamedClusters<'c> {
    /// Those of `config`.
    #[must_use]
    pub fn of(config: &'c Config) -> Self {
        let mut named = Self::default();
        for port in config.services.iter().flat_map(|service| &service.ports) {
            named.all.insert(&port.cluster);
            for table in port.producer.iter().chain(port.consumers.values()) {
                named.table(table, &port.cluster);
            }
        }
        named
    }

    fn table(&mut self, table: &'c RouteTable, own: &'c str) {
        for rule in &table.rules {
            let grpc = rule.route.starts_with("GRPCRoute/");
            let backends = rule
                .backend_refs
                .iter()
                .filter_map(|b| b.cluster.as_deref());
            if rule.session_persistence.is_some() {
                self.sessions.extend(backends.clone());
            }
            self.retries |= rule.retry.is_some();
            let of_backends = rule.backend_refs.iter().flat_map(|b| &b.filters);
            let filters = rule.filters.iter().chain(of_backends);
            let others = filters.clone().filter_map(|filter| match filter {
                // The service that authorizes requests is asked in HTTP, even about gRPC calls.
                Filter::ExternalAuth(auth) => Some(&*auth.cluster),
                _ => None,
            });
            self.all.extend(others);
            let mirrors = filters.filter_map(|filter| match filter {
                Filter::RequestMirror(mirror) => Some(&*mirror.cluster),
                _ => None,
            });
            let backends: Vec<&str> = backends.chain(mirrors).collect();
            self.all.extend(&backends);
            if grpc {
                self.grpc.extend(backends);
                self.grpc.insert(own);
            }
        }
    }
}

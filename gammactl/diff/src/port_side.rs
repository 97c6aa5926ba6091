//! One side of a compared Service port: what the old config has of the port, or the new one.

use gamma_config::{ByNamespace, Config, Port, RouteTable, Service};
use gamma_router::{BuildError, Router};

use super::ordered::OrderedEntry;

/// A Service port of one config, as clients of one namespace have it.
#[derive(Debug, Clone, Copy)]
pub(super) struct PortSide<'c> {
    pub(super) config: &'c Config,
    pub(super) service: &'c Service,
    pub(super) port: &'c Port,
    /// Namespace of the clients.
    pub(super) client: &'c str,
    /// The routes that these clients get.
    pub(super) table: Option<&'c RouteTable>,
    /// What decides in the place of the matches of the table.
    pub(super) list: Option<&'c [OrderedEntry]>,
}

impl PortSide<'_> {
    /// A router for nothing but this port, with `table` on it.
    pub(super) fn router(&self, table: Option<&RouteTable>) -> Result<Router, BuildError> {
        let port = Port {
            port: self.port.port,
            cluster: self.port.cluster.clone(),
            producer: table.cloned(),
            consumers: ByNamespace::default(),
        };
        let config = Config {
            settings: self.config.settings.clone(),
            services: vec![Service {
                kind: self.service.kind,
                namespace: self.service.namespace.clone(),
                name: self.service.name.clone(),
                hosts: self.service.hosts.clone(),
                cluster_ips: self.service.cluster_ips.clone(),
                ports: vec![port],
            }],
            ..Config::default()
        };
        Router::new(&config, self.client)
    }
}

//! Services that no route is attached to, since they have no frontend: headless ones and ExternalNames.
//!
//! "clients connect directly to the endpoints" (GEP-1294). A request to one is answered as it would be
//! without a mesh: what it can't be is a parent.

use gamma_config::{ByNamespace, Port};
use gamma_manifest::Service;

use super::options::Options;

/// The ports at which clients call `service`, each with the cluster of what is there.
pub(crate) fn ports(service: &Service, options: &Options) -> Vec<Port> {
    let called = service.called_ports();
    let cluster = |port: u16| {
        let domain = &options.cluster_domain;
        options.cluster_names.of(service, port, domain)
    };
    let port = |number: u16, of: u16| Port {
        port: number,
        cluster: cluster(of),
        producer: None,
        consumers: ByNamespace::default(),
    };
    let mut ports: Vec<Port> = called.iter().map(|p| port(p.port, p.port)).collect();
    if service.headless {
        // Whoever asks DNS gets pods, and dials a port of theirs.
        for of_service in &called {
            let Some(target) = of_service.target_port else {
                continue;
            };
            if ports.iter().all(|known| known.port != target) {
                ports.push(port(target, of_service.port));
            }
        }
    }
    ports
}

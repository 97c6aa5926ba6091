//! How the filter calls the services of ExternalAuth: WasmX takes an address or a host name, and no name of an `upstream`.

use std::collections::HashMap;

use gamma_config::{Config, Filter};
use gamma_manifest::Service;

use crate::{
    cluster::{ClusterTarget, NginxCluster},
    tls::Connection,
};

/// Gives each service that is asked an address instead of its cluster's name. One that is reached by TLS, or has no
/// endpoint, keeps the name: the call fails, and the request is denied.
pub(crate) fn name_by_address(config: &mut Config, clusters: &[NginxCluster]) {
    let addresses: HashMap<&str, String> = clusters
        .iter()
        .filter_map(|cluster| Some((&*cluster.name, address(cluster)?)))
        .collect();
    let ports = config.services.iter_mut().flat_map(|s| &mut s.ports);
    let tables = ports.flat_map(|port| port.producer.iter_mut().chain(port.consumers.values_mut()));
    for rule in tables.flat_map(|table| &mut table.rules) {
        let of_backends = rule.backend_refs.iter_mut().flat_map(|b| &mut b.filters);
        for filter in rule.filters.iter_mut().chain(of_backends) {
            if let Filter::ExternalAuth(auth) = filter
                && let Some(address) = addresses.get(&*auth.cluster)
            {
                auth.cluster.clone_from(address);
            }
        }
    }
}

/// The Service's own address where there are several endpoints: who has it spreads the calls.
fn address(cluster: &NginxCluster) -> Option<String> {
    if cluster.connection != Connection::Plain {
        return None;
    }
    match &cluster.target {
        ClusterTarget::Upstream(_, servers) => match (&**servers, cluster_ip(&cluster.service)) {
            ([_, _, ..], Some(ip)) => {
                Some(std::net::SocketAddr::new(ip, cluster.port.port).to_string())
            }
            (servers, _) => servers.first().cloned(),
        },
        ClusterTarget::InDns(server) => Some(server.clone()),
        ClusterTarget::Nowhere => None,
    }
}

fn cluster_ip(service: &Service) -> Option<std::net::IpAddr> {
    service.cluster_ips.first().map(|ip| ip.value)
}

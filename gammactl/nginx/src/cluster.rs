//! The clusters that a config names, and where requests to each go in nginx.

use gamma_compile::{Index, NamedClusters, Options, PortEndpoint, Whereabouts};
use gamma_config::Config;
use gamma_manifest::{EndpointAddress, Manifests, Service, ServiceKind, ServicePort};

use crate::{
    answers::UNAVAILABLE,
    tls::{Connection, Connections},
};

/// A cluster.
#[derive(Debug)]
pub(crate) struct NginxCluster {
    /// As the config calls it.
    pub(crate) name: String,
    pub(crate) service: Service,
    pub(crate) port: ServicePort,
    pub(crate) target: ClusterTarget,
    pub(crate) connection: Connection,
    /// Whether a GRPCRoute sends to it, or its port says that it speaks HTTP/2.
    pub(crate) http2: bool,
    /// Whether a rule with sessions sends to it.
    pub(crate) sessions: bool,
}

/// Where requests to a cluster go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ClusterTarget {
    /// To one of these servers, of an `upstream` of this name.
    Upstream(String, Vec<String>),
    /// To the addresses that DNS has for the name in `host:port`, asked again and again.
    InDns(String),
    /// Nowhere: there is no endpoint, or no way to reach one.
    Nowhere,
}

pub(crate) fn clusters(
    manifests: &Manifests,
    index: &Index<'_>,
    config: &Config,
    options: &Options,
    connections: &mut Connections<'_>,
) -> Vec<NginxCluster> {
    let named = NamedClusters::of(config);
    let mut clusters = Vec::new();
    for service in &manifests.services {
        let ports = match service.is_frontend() {
            true => service.tcp_ports().cloned().collect(),
            false => service.called_ports(),
        };
        for port in ports {
            let domain = &options.cluster_domain;
            let name = options.cluster_names.of(service, port.port, domain);
            if named.all.contains(&*name) {
                let whereabouts = Whereabouts::of(service, &port, index, domain);
                clusters.push(NginxCluster {
                    http2: port.app_protocol.as_deref() == Some("kubernetes.io/h2c")
                        || named.grpc.contains(&*name),
                    sessions: named.sessions.contains(&*name),
                    target: ClusterTarget::of(whereabouts, id(service, port.port)),
                    connection: Connection::Plain,
                    name,
                    service: service.clone(),
                    port,
                });
            }
        }
    }
    clusters.sort_by(|a, b| a.name.cmp(&b.name));
    // In the order of names, so that the same manifests in another order trust the same certificates.
    for cluster in &mut clusters {
        cluster.connection = connections.of(&cluster.service, &cluster.port);
        if cluster.connection == Connection::Refused {
            cluster.target = ClusterTarget::Nowhere;
        }
    }
    clusters
}

/// What nginx calls the endpoints of a port: names of Services have no `_`, and those of ServiceImports a dot.
fn id(service: &Service, port: u16) -> String {
    let (namespace, name) = (&service.metadata.namespace, &service.metadata.name.value);
    let imported = match service.kind {
        ServiceKind::Service => "",
        ServiceKind::ServiceImport => ".clusterset",
    };
    format!("{namespace}_{name}{imported}_{port}")
}

impl ClusterTarget {
    fn of(whereabouts: Whereabouts, id: String) -> Self {
        match whereabouts {
            Whereabouts::InDns(endpoint) => Self::InDns(server(&endpoint)),
            Whereabouts::Known(endpoints) => match &*endpoints {
                [] => Self::Nowhere,
                // A name among `server`s is looked up once, when nginx starts, and must be there then.
                [only] if matches!(only.address, EndpointAddress::Name(_)) => {
                    Self::InDns(server(only))
                }
                _ => Self::Upstream(id, endpoints.iter().map(server).collect()),
            },
        }
    }

    /// What `proxy_pass` or `grpc_pass` is given. Each has upstreams of its own: connections are kept open, and one that
    /// speaks HTTP/2 is no use to the other.
    pub(crate) fn address(&self, pass: Pass) -> String {
        match self {
            Self::Upstream(id, _) => pass.upstream(id),
            Self::InDns(server) => server.clone(),
            Self::Nowhere => pass.upstream(UNAVAILABLE),
        }
    }
}

/// By which module requests are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pass {
    Http,
    Grpc,
}

impl Pass {
    pub(crate) fn upstream(self, id: &str) -> String {
        match self {
            Self::Http => id.into(),
            Self::Grpc => format!("grpc_{id}"),
        }
    }

    /// The beginning of the names of its directives.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Http => "proxy",
            Self::Grpc => "grpc",
        }
    }
}

/// `ip:port`, or `name:port`.
pub(crate) fn server(endpoint: &PortEndpoint) -> String {
    let port = endpoint.port;
    match &endpoint.address {
        EndpointAddress::Ip(ip) => std::net::SocketAddr::new(*ip, port).to_string(),
        EndpointAddress::Name(name) => format!("{name}:{port}"),
    }
}

//! Where a proxy finds the endpoints of a Service port: in the EndpointSlices, or by asking DNS.

use gamma_manifest::{EndpointAddress, Service, ServicePort};

use crate::{Index, PortEndpoint, host};

/// Where the endpoints of a Service port are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whereabouts {
    /// The input says it: EndpointSlices, or an ExternalName, which is a name in DNS itself.
    Known(Vec<PortEndpoint>),
    /// The input has no slices of the Service: DNS has its addresses under this name.
    InDns(PortEndpoint),
}

impl Whereabouts {
    /// Of `port` of `service`. A proxy knows an ExternalName by that name alone.
    #[must_use]
    pub fn of(
        service: &Service,
        port: &ServicePort,
        index: &Index<'_>,
        cluster_domain: &str,
    ) -> Self {
        match &service.external_name {
            Some(name) => Self::Known(vec![outside(name, port)]),
            None => match index.endpoints(service, port) {
                Some(endpoints) => Self::Known(endpoints),
                None => Self::InDns(in_dns(service, port, cluster_domain)),
            },
        }
    }

    /// Whether DNS has to be asked for any of them.
    #[must_use]
    pub fn has_names(&self) -> bool {
        match self {
            Self::Known(endpoints) => endpoints
                .iter()
                .any(|endpoint| matches!(endpoint.address, EndpointAddress::Name(_))),
            Self::InDns(_) => true,
        }
    }
}

/// What an ExternalName stands for: "treated as a name comprised of digits" by Kubernetes where it is an
/// address, and by nobody else.
fn outside(name: &str, port: &ServicePort) -> PortEndpoint {
    PortEndpoint {
        address: EndpointAddress::Name(name.into()),
        port: port.port,
    }
}

/// The name that a Service without slices has in DNS.
fn in_dns(service: &Service, port: &ServicePort, cluster_domain: &str) -> PortEndpoint {
    PortEndpoint {
        address: EndpointAddress::Name(host(service, cluster_domain)),
        // A headless Service resolves to its pods, which know nothing of the Service's port.
        port: if service.headless {
            port.target_port.unwrap_or(port.port)
        } else {
            port.port
        },
    }
}

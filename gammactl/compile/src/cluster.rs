//! Names the clusters: what the proxy calls the endpoints of a Service port.

mod template;

use std::str::FromStr;

use gamma_manifest::{Service, ServiceKind};
pub use template::{InvalidTemplate, Template};

/// "`<service>.<ns>.svc.clusterset.local`" (GEP-1748, KEP-1645)
const CLUSTER_SET_DOMAIN: &str = "clusterset.local";

/// How cluster names are made.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum ClusterNaming {
    /// `shop/cart/80`, as `gammactl envoy` defines them; `shop/cart.clusterset/80` for a
    /// ServiceImport.
    #[default]
    Standalone,
    /// `outbound|80||cart.shop.svc.cluster.local`, as istiod defines them.
    Istio,
    /// As a template of the user says.
    Template(Template),
}

impl ClusterNaming {
    /// The name for one port of `service`.
    pub fn of(&self, service: &Service, port: u16, cluster_domain: &str) -> String {
        let (namespace, name) = (&service.metadata.namespace, &service.metadata.name.value);
        match (self, service.kind) {
            (Self::Standalone, ServiceKind::Service) => format!("{namespace}/{name}/{port}"),
            // Names of Services have no dot.
            (Self::Standalone, ServiceKind::ServiceImport) => {
                format!("{namespace}/{name}.clusterset/{port}")
            }
            (Self::Istio, _) => format!("outbound|{port}||{}", host(service, cluster_domain)),
            (Self::Template(template), kind) => {
                let domain = match kind {
                    ServiceKind::Service => cluster_domain,
                    ServiceKind::ServiceImport => CLUSTER_SET_DOMAIN,
                };
                template.fill(service, port, domain)
            }
        }
    }
}

impl FromStr for ClusterNaming {
    type Err = InvalidTemplate;

    /// `standalone`, `istio` or a template.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "standalone" => Ok(Self::Standalone),
            "istio" => Ok(Self::Istio),
            template => template.parse().map(Self::Template),
        }
    }
}

/// The full name of a Service in DNS.
pub fn host(service: &Service, cluster_domain: &str) -> String {
    let (namespace, name) = (&service.metadata.namespace, &service.metadata.name.value);
    match service.kind {
        ServiceKind::Service => format!("{name}.{namespace}.svc.{cluster_domain}"),
        ServiceKind::ServiceImport => import_host(namespace, name),
    }
}

/// The full name of a ServiceImport in DNS.
pub(super) fn import_host(namespace: &str, name: &str) -> String {
    format!("{name}.{namespace}.svc.{CLUSTER_SET_DOMAIN}")
}

//! The objects around routes: Service, ServiceImport and ReferenceGrant.

pub use gamma_config::ServiceKind;

use super::{metadata::Metadata, slice::AddressType};
use crate::{
    diagnostic::Hint,
    source::{Span, Spanned},
    suggest::nearest,
};

/// "TCP port 80 … is the default" (RFC 9110)
const HTTP: u16 = 80;

/// A core Service, or a ServiceImport (GEP-1748).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// Whether this is a Service or a ServiceImport.
    pub kind: ServiceKind,
    /// Name and namespace.
    pub metadata: Metadata,
    /// `spec.type`; absent is `ClusterIP`.
    pub service_type: String,
    /// `spec.clusterIPs`, or `spec.clusterIP`; without `None` and empty strings. `spec.ips` of a
    /// ServiceImport.
    pub cluster_ips: Vec<Spanned<std::net::IpAddr>>,
    /// Whether `spec.clusterIP` is `None`.
    pub headless: bool,
    /// `spec.ipFamilies`: IPv4 or IPv6, the primary one first. Empty is whatever the cluster has.
    pub ip_families: Vec<AddressType>,
    /// `spec.externalName` of an ExternalName Service: a name in DNS, perhaps with a dot at its end.
    pub external_name: Option<Spanned<String>>,
    /// `spec.ports`.
    pub ports: Vec<ServicePort>,
    /// What it asks of the proxy of each node.
    pub node_proxy: Vec<Spanned<NodeProxyField>>,
}

/// A field of a Service by which the proxy of each node chooses endpoints, where it asks for more than any
/// of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NodeProxyField {
    /// `sessionAffinity: ClientIP`: the same endpoint for the same client.
    SessionAffinity,
    /// `internalTrafficPolicy: Local`: only endpoints on the client's node.
    InternalTrafficPolicy,
    /// `trafficDistribution`: endpoints that are near, if there are any.
    TrafficDistribution,
}

impl Service {
    /// Whether routes can be attached to it.
    ///
    /// "headless Services SHOULD NOT be parents: they have no frontend; ExternalName SHOULD NOT"
    /// (GEP-1294)
    pub fn is_frontend(&self) -> bool {
        !self.headless && self.service_type != "ExternalName"
    }

    /// The ports that HTTP can come to.
    pub fn tcp_ports(&self) -> impl Iterator<Item = &ServicePort> {
        self.ports.iter().filter(|port| port.protocol == "TCP")
    }

    /// The ports at which clients call a Service that is no [frontend](Self::is_frontend): those that it
    /// has, and port 80 where a name alone says nothing of ports. DNS has no ports: every port of what
    /// an ExternalName stands for can be called, and every port of the pods of a headless Service.
    pub fn called_ports(&self) -> Vec<ServicePort> {
        let mut ports: Vec<ServicePort> = self.tcp_ports().cloned().collect();
        let external = self.service_type == "ExternalName";
        if (external && self.tcp_port(HTTP).is_none()) || self.ports.is_empty() {
            ports.push(ServicePort {
                name: String::new(),
                port: HTTP,
                target_port: None,
                app_protocol: None,
                protocol: "TCP".into(),
                span: self.metadata.name.span,
            });
        }
        ports
    }

    /// The port of the Service with that number.
    pub fn tcp_port(&self, port: u16) -> Option<&ServicePort> {
        self.tcp_ports().find(|candidate| candidate.port == port)
    }

    /// A hint for a reference to a port that the Service does not have: the port of its pods is a common
    /// slip.
    pub fn port_hint(&self, wanted: u16) -> Hint {
        let of_pods = self.tcp_ports().find(|p| p.target_port == Some(wanted));
        match of_pods {
            Some(port) => {
                let hint = format!("{wanted} is the port of its pods: write {}", port.port);
                Hint::from(hint).replace_by(port.port.to_string())
            }
            None => self.port_list().into(),
        }
    }

    /// A hint for a reference to a port by a name that no port of the Service has.
    pub fn port_name_hint(&self, wanted: &str) -> Hint {
        match nearest(wanted, self.tcp_ports().map(|port| &*port.name)) {
            Some(similar) => Hint::did_you_mean(similar),
            None => self.port_list().into(),
        }
    }

    /// The Service's TCP ports as text, for hints.
    pub fn port_list(&self) -> String {
        let ports: Vec<String> = self
            .tcp_ports()
            .map(|port| match &*port.name {
                "" => port.port.to_string(),
                name => format!("{} (`{name}`)", port.port),
            })
            .collect();
        match ports.len() {
            0 => "it has no TCP port".into(),
            _ => format!("it has {}", ports.join(", ")),
        }
    }
}

/// `spec.ports[]` of a Service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServicePort {
    /// `name`, empty when absent.
    pub name: String,
    /// `port`.
    pub port: u16,
    /// `targetPort` where it is a number; a name is resolved by the EndpointSlices.
    pub target_port: Option<u16>,
    /// `appProtocol`.
    pub app_protocol: Option<String>,
    /// `protocol`; absent is `TCP`.
    pub protocol: String,
    /// The whole entry.
    pub span: Span,
}

/// A ReferenceGrant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReferenceGrant {
    /// Its namespace is the namespace of the targets.
    pub metadata: Metadata,
    /// `spec.from`: group, kind, namespace.
    pub from: Vec<(String, String, String)>,
    /// `spec.to`: group, kind, name if given.
    pub to: Vec<(String, String, Option<String>)>,
}

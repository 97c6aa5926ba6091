//! EndpointSlices: which addresses a Service has, and at which port each of its ports is there.

use std::net::IpAddr;

use super::metadata::Metadata;
use crate::source::{Span, Spanned};

/// A discovery.k8s.io EndpointSlice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndpointSlice {
    /// Name, namespace and the label `kubernetes.io/service-name`.
    pub metadata: Metadata,
    /// `addressType`: what all its addresses are.
    pub address_type: Spanned<AddressType>,
    /// `ports`.
    pub ports: Vec<EndpointPort>,
    /// `endpoints`, without those whose address can't be used.
    pub endpoints: Vec<Endpoint>,
    /// How many those are.
    pub left_out: usize,
}

/// `addressType` of an EndpointSlice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AddressType {
    /// `IPv4`.
    Ipv4,
    /// `IPv6`.
    Ipv6,
    /// `FQDN`: names, for which DNS is asked.
    Fqdn,
}

/// `ports[]` of an EndpointSlice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndpointPort {
    /// `name`: the name of the Service's port, empty when absent.
    pub name: String,
    /// `port`, if it is a number that a connection can be made to. The API server takes any, and none.
    pub number: Option<u16>,
    /// `protocol`; absent is `TCP`.
    pub protocol: String,
    /// The whole entry.
    pub span: Span,
}

/// `endpoints[]` of an EndpointSlice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// `addresses[0]`: "consumers should use the first", since all of them are of one pod.
    pub address: Spanned<EndpointAddress>,
    /// `conditions.ready`: "a nil value … should be interpreted as ready".
    pub ready: bool,
    /// `conditions.serving`: "if nil, consumers should defer to the ready condition".
    pub serving: bool,
    /// `conditions.terminating`: "a nil value indicates an unknown state", which is taken for no.
    pub terminating: bool,
    /// `targetRef`, as kind and name: the pod, which has an endpoint in each IP family.
    pub target: Option<(String, String)>,
}

/// Where an endpoint is.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EndpointAddress {
    /// An address that connections can be made to.
    Ip(IpAddr),
    /// A name in DNS.
    Name(String),
}

impl AddressType {
    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ipv4 => "IPv4",
            Self::Ipv6 => "IPv6",
            Self::Fqdn => "FQDN",
        }
    }
}

impl std::fmt::Display for EndpointAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Ip(ip) => ip.fmt(f),
            Self::Name(name) => name.fmt(f),
        }
    }
}

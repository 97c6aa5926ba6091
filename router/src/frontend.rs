//! Finds the Service, and which of its ports, that a request is for.
//!
//! "the mesh should apply a particular xRoute's configuration if the destination IP address for a
//! given connection is the ClusterIP of that parentRef Service" (GEP-1294). Where the destination is
//! no cluster IP, the authority decides: `cart` from the client's own namespace, `cart.shop`,
//! `cart.shop.svc`, `cart.shop.svc.<cluster domain>`, with or without port or trailing dot, in any
//! case.

use std::{net::IpAddr, ops::Range};

use gamma_config::{ServiceHead, ServiceKind};

use crate::{
    authority::{port_number, split_port},
    interner::Interner,
    request::Request,
};

/// RFC 1035: longer host names do not exist.
const MAX_HOST: usize = 253;

/// Indices into the router's ports.
type Ports = Range<u32>;

#[derive(Debug, Default)]
pub(crate) struct FrontendIndex {
    /// `name.namespace`, and every extra host, in lower case.
    hosts: Interner<HostEntry>,
    /// `name` of the Services in the clients' own namespace, which is what they say most.
    short: Interner<HostEntry>,
    /// By octets. Several Services may share an address on different ports.
    addresses: Interner<Vec<Ports>>,
    /// `.` and the namespace that short names are completed with.
    namespace_suffix: Box<str>,
    /// `.svc.` and the cluster domain.
    domain_suffix: Box<str>,
}

/// What a host name leads to.
#[derive(Debug, Clone)]
struct HostEntry {
    ports: Ports,
    /// Whether it is the name of a Service, to which `.svc` and the cluster domain can be appended, and
    /// not an extra host.
    is_service: bool,
}

/// How a Service is addressed. Names are in lower case: "host is case-insensitive" (RFC 3986, 3.2.2).
#[derive(Debug)]
pub(crate) struct ServiceFrontend {
    /// `name.namespace`; a ServiceImport has extra hosts alone.
    name: Option<String>,
    hosts: Vec<String>,
    pub(crate) cluster_ips: Vec<IpAddr>,
}

impl ServiceFrontend {
    pub(crate) fn new(service: ServiceHead<'_>) -> Self {
        let name = || format!("{}.{}", service.name, service.namespace).to_ascii_lowercase();
        let hosts = service.hosts.iter().map(|host| host.to_ascii_lowercase());
        Self {
            name: (service.kind == ServiceKind::Service).then(name),
            hosts: hosts.collect(),
            cluster_ips: service.cluster_ips.to_vec(),
        }
    }
}

impl FrontendIndex {
    pub(crate) fn new(cluster_domain: &str, client_namespace: &str) -> Self {
        Self {
            namespace_suffix: format!(".{}", client_namespace.to_ascii_lowercase()).into(),
            domain_suffix: format!(".svc.{}", cluster_domain.to_ascii_lowercase()).into(),
            ..Self::default()
        }
    }

    pub(crate) fn add(&mut self, service: ServiceFrontend, ports: Ports) {
        let host = |is_service| HostEntry {
            ports: ports.clone(),
            is_service,
        };
        if let Some(name) = service.name {
            let short = name.strip_suffix(&*self.namespace_suffix);
            if let Some(short) = short.filter(|short| !short.contains('.')) {
                set(&mut self.short, short, host(true));
            }
            set(&mut self.hosts, &name, host(true));
        }
        for name in service.hosts {
            set(&mut self.hosts, &name, host(false));
        }
        for ip in service.cluster_ips {
            self.addresses
                .change(&octets(ip), Vec::new, |shared| shared.push(ports.clone()));
        }
    }

    /// The port number that was dialled, and the ports of the Services that it may be one of.
    /// Destination before authority.
    pub(crate) fn find<H: ?Sized>(&self, request: &Request<'_, H>) -> Option<(&[Ports], u16)> {
        if let Some(destination) = request.destination
            && let Some(candidates) = self.addresses.get(&octets(destination.ip()))
        {
            return Some((candidates, destination.port()));
        }
        let (host, port) = split_port(request.authority);
        let port = match port {
            // "If the port subcomponent is empty or not given, TCP port 80 … is the default" (RFC 9110)
            None | Some(b"") if request.is_https() => 443,
            None | Some(b"") => 80,
            // A port that is no number names no port of any Service.
            Some(digits) => port_number(digits)?,
        };
        Some((self.by_host(host)?, port))
    }

    #[inline]
    fn by_host(&self, host: &[u8]) -> Option<&[Ports]> {
        let host = host.strip_suffix(b".").unwrap_or(host);
        // Most clients write the name in lower case, as it is stored.
        if let Some(found) = self.by_name(host) {
            return Some(std::slice::from_ref(&found.ports));
        }
        let host = std::str::from_utf8(host).ok()?;
        // A client that dials a cluster IP usually sends it as the authority too.
        if let Ok(ip) = host.trim_matches(['[', ']']).parse::<IpAddr>() {
            return self.addresses.get(&octets(ip)).map(Vec::as_slice);
        }
        let mut buffer = [0_u8; MAX_HOST];
        let lower = buffer.get_mut(..host.len())?;
        lower.copy_from_slice(host.as_bytes());
        lower.make_ascii_lowercase();
        let found = self.by_name(lower)?;
        Some(std::slice::from_ref(&found.ports))
    }

    /// `name` is in lower case.
    #[inline]
    fn by_name(&self, name: &[u8]) -> Option<&HostEntry> {
        let qualified = || {
            let full = name.strip_suffix(self.domain_suffix.as_bytes());
            full.or_else(|| name.strip_suffix(b".svc"))
        };
        let host = self.hosts.get(name);
        // A Service's short name comes before an extra host of another Service.
        host.filter(|host| host.is_service)
            .or_else(|| self.short.get(name))
            .or(host)
            .or_else(|| self.hosts.get(qualified()?).filter(|host| host.is_service))
    }
}

/// Sets what `name` leads to. An extra host never replaces the name of a Service.
fn set(hosts: &mut Interner<HostEntry>, name: &str, host: HostEntry) {
    let (new, is_service) = (host.clone(), host.is_service);
    hosts.change(
        name.as_bytes(),
        || new,
        |old| {
            if is_service || !old.is_service {
                *old = host;
            }
        },
    );
}

/// The octets of an address, which are the same for an IPv4 address and for that address mapped to IPv6.
#[inline]
fn octets(ip: IpAddr) -> [u8; 16] {
    match ip {
        IpAddr::V4(ip) => ip.to_ipv6_mapped(),
        IpAddr::V6(ip) => ip,
    }
    .octets()
}

#[cfg(feature = "trace")]
impl FrontendIndex {
    /// How a request names its Service, if [`FrontendIndex::find`] finds ports for the request.
    pub(crate) fn via<H: ?Sized>(&self, request: &Request<'_, H>) -> crate::trace::Via {
        use crate::trace::Via;

        let is_known = |ip: IpAddr| self.addresses.get(&octets(ip)).is_some();
        if request.destination.is_some_and(|to| is_known(to.ip())) {
            return Via::Destination;
        }
        let (host, _) = split_port(request.authority);
        let host = String::from_utf8_lossy(host).to_ascii_lowercase();
        let host = host.strip_suffix('.').unwrap_or(&host);
        if self.hosts.get(host.as_bytes()).is_some() {
            Via::Host
        } else if host.trim_matches(['[', ']']).parse().is_ok_and(is_known) {
            Via::ClusterIp
        } else if host.ends_with(&*self.domain_suffix) {
            Via::FullName
        } else if host.ends_with(".svc") {
            Via::SvcName
        } else {
            Via::ShortName
        }
    }
}

#[cfg(test)]
mod tests;

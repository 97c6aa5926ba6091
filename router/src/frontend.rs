//! Which Service, and which of its ports, a request is for.
//!
//! "the mesh should apply a particular xRoute's configuration if the destination IP address for a
//! given connection is the ClusterIP of that parentRef Service" (GEP-1294). Where the destination is
//! no cluster IP, the authority decides: `cart` from the client's own namespace, `cart.shop`,
//! `cart.shop.svc`, `cart.shop.svc.<cluster domain>`, with or without port or trailing dot, in any
//! case.

use std::{net::IpAddr, ops::Range};

use gamma_config::{ServiceHead, ServiceKind};

use crate::{Request, named::Named};

/// RFC 1035: longer host names do not exist.
const MAX_HOST: usize = 253;

/// Indices into the router's ports.
type Ports = Range<u32>;

#[derive(Debug, Default)]
pub(crate) struct Frontends {
    /// `name.namespace`, and every extra host.
    hosts: Named<Ports>,
    /// `name` of what the clients' own namespace has, which is what they say most.
    short: Named<Ports>,
    /// By octets. Several Services may share an address on different ports.
    addresses: Named<Vec<Ports>>,
    /// `.` and the namespace that short names are completed with.
    namespace_suffix: Box<str>,
    /// `.svc.` and the cluster domain.
    domain_suffix: Box<str>,
}

/// How a Service is addressed.
#[derive(Debug)]
pub(crate) struct ServiceFrontend {
    hosts: Vec<Box<str>>,
    pub(crate) cluster_ips: Vec<IpAddr>,
}

impl ServiceFrontend {
    pub(crate) fn new(service: ServiceHead<'_>) -> Self {
        let name = format!("{}.{}", service.name, service.namespace);
        let name = (service.kind == ServiceKind::Service).then(|| name.into());
        let hosts = service.hosts.iter().map(|host| host.as_str().into());
        Self {
            hosts: name.into_iter().chain(hosts).collect(),
            cluster_ips: service.cluster_ips.to_vec(),
        }
    }
}

impl Frontends {
    pub(crate) fn new(cluster_domain: &str, client_namespace: &str) -> Self {
        Self {
            namespace_suffix: format!(".{client_namespace}").into(),
            domain_suffix: format!(".svc.{}", cluster_domain.to_ascii_lowercase()).into(),
            ..Self::default()
        }
    }

    pub(crate) fn add(&mut self, service: ServiceFrontend, ports: Ports) {
        for host in service.hosts {
            let name = host.strip_suffix(&*self.namespace_suffix);
            if let Some(name) = name.filter(|name| !name.contains('.')) {
                set(&mut self.short, name, &ports);
            }
            set(&mut self.hosts, &host, &ports);
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
            Some(digits) => number(digits)?,
        };
        Some((self.by_host(host)?, port))
    }

    fn by_host(&self, host: &[u8]) -> Option<&[Ports]> {
        let host = host.strip_suffix(b".").unwrap_or(host);
        // As most clients write it.
        if let Some(ports) = self.by_name(host) {
            return Some(std::slice::from_ref(ports));
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
        self.by_name(lower).map(std::slice::from_ref)
    }

    /// `name` is in lower case.
    fn by_name(&self, name: &[u8]) -> Option<&Ports> {
        let qualified = || {
            let full = name.strip_suffix(self.domain_suffix.as_bytes());
            full.or_else(|| name.strip_suffix(b".svc"))
        };
        self.hosts
            .get(name)
            .or_else(|| self.short.get(name))
            .or_else(|| self.hosts.get(qualified()?))
    }
}

fn set(hosts: &mut Named<Ports>, host: &str, ports: &Ports) {
    let new = || ports.clone();
    hosts.change(host.as_bytes(), new, |old| *old = ports.clone());
}

/// The same of an IPv4 address and of that address mapped to IPv6.
fn octets(ip: IpAddr) -> [u8; 16] {
    match ip {
        IpAddr::V4(ip) => ip.to_ipv6_mapped(),
        IpAddr::V6(ip) => ip,
    }
    .octets()
}

/// `*DIGIT`: no sign, unlike `u16::from_str`.
fn number(digits: &[u8]) -> Option<u16> {
    let is_number = digits.iter().all(u8::is_ascii_digit);
    std::str::from_utf8(digits)
        .ok()
        .filter(|_| is_number)?
        .parse()
        .ok()
}

/// Splits `host:port`; the colons of `[::1]` do not count.
pub(crate) fn split_port(authority: &[u8]) -> (&[u8], Option<&[u8]>) {
    match authority.iter().rposition(|&b| b == b':') {
        Some(colon)
            if authority
                .get(colon..)
                .is_some_and(|tail| !tail.contains(&b']')) =>
        {
            let (host, port) = authority.split_at(colon);
            (host, port.get(1..))
        }
        _ => (authority, None),
    }
}

#[cfg(feature = "trace")]
impl Frontends {
    /// How a request for which [`Frontends::find`] finds something says it.
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

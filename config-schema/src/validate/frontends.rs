//! Checks of how Services are addressed: no two of them may be found by one name or address.

use std::net::{IpAddr, Ipv6Addr};

use super::{
    problems::Problems,
    taken::{Taken, Taker},
};
use crate::{
    part::ServiceHead, place::Place, service::ServiceKind, settings::Settings, text::is_host,
};

/// Everything by which a Service or its port is found, as the router finds it: in lower case, with
/// IPv4 addresses mapped to IPv6.
#[derive(Default)]
pub(super) struct Frontends {
    taken: Taken,
    /// `.svc.` and the cluster domain.
    domain_suffix: String,
    /// Whose Services have short names, if the config says it.
    client_namespace: Option<String>,
    /// Addresses of the Service at hand.
    addresses: Vec<IpAddr>,
    /// Number of the Service at hand.
    service: usize,
}

impl Frontends {
    pub(super) fn settings(&mut self, settings: &Settings) {
        self.domain_suffix = format!(".svc.{}", settings.cluster_domain);
        self.client_namespace.clone_from(&settings.client_namespace);
    }

    /// Takes Service `number`. Its ports come next.
    pub(super) fn service(
        &mut self,
        head: ServiceHead<'_>,
        number: usize,
        place: &Place<'_>,
        problems: &mut Problems,
    ) {
        self.service = number;
        self.addresses = head.cluster_ips.to_vec();
        let ServiceHead {
            namespace, name, ..
        } = head;
        if namespace.is_empty() || name.is_empty() {
            problems.add(
                place,
                format_args!("`namespace` and `name` must not be empty"),
            );
        }
        let by_name = Taker::Service(number);
        let full_name = format!("{} {namespace}/{name}", head.kind.as_str());
        if let Some(Taker::Service(first)) = self.take(&full_name, by_name) {
            problems.add(
                place,
                format_args!("`{namespace}/{name}` is there twice, first as services[{first}]"),
            );
        } else if head.kind == ServiceKind::Service {
            self.names(head, by_name, place, problems);
        }
        for (h, host) in head.hosts.iter().enumerate() {
            self.host(host, h, &place.element("hosts", h), problems);
        }
    }

    /// What a Service is found by without any `hosts`. Of names that others have, the shortest is
    /// named, and no more.
    fn names(
        &mut self,
        head: ServiceHead<'_>,
        by_name: Taker,
        place: &Place<'_>,
        problems: &mut Problems,
    ) {
        let name = format!("{}.{}", head.name, head.namespace);
        let is_short = self
            .client_namespace
            .as_ref()
            .is_some_and(|ours| ours.eq_ignore_ascii_case(head.namespace));
        let names = [
            is_short.then(|| head.name.to_owned()),
            Some(format!("{name}.svc")),
            Some(format!("{name}{}", self.domain_suffix)),
            Some(name),
        ];
        for name in names.into_iter().flatten() {
            if let Some(other) = self.take(&name, by_name) {
                problems.add(place, format_args!("`{name}` is taken: {}", Said(other)));
                return;
            }
        }
    }

    fn host(&mut self, host: &str, h: usize, place: &Place<'_>, problems: &mut Problems) {
        if !is_host(host) {
            problems.add(
                place,
                format_args!("`{host}` is not a lower-case host name"),
            );
            return;
        }
        let by_host = Taker::Host(self.service, h);
        let other = match host.parse::<IpAddr>() {
            // It stands for the address on every port.
            Ok(ip) => self.take(&mapped(ip).to_string(), by_host),
            Err(_) => self.take(host, by_host),
        };
        match other {
            Some(other) if other.service() != Some(self.service) => {
                problems.add(place, format_args!("`{host}` is taken: {}", Said(other)));
            }
            Some(Taker::Host(..)) => {
                problems.add(place, format_args!("`{host}` is there twice"));
            }
            _ => {}
        }
    }

    /// Takes the next port of the Service.
    pub(super) fn port(
        &mut self,
        number: u16,
        p: usize,
        place: &Place<'_>,
        problems: &mut Problems,
    ) {
        let by_port = Taker::Port(self.service, p);
        for ip in std::mem::take(&mut self.addresses) {
            let address = mapped(ip);
            // Several Services may share an address, if not on the same port.
            if let Some(other) = self.take(&format!("{address} {number}"), by_port) {
                problems.add(
                    place,
                    format_args!("{ip} port {number} is taken: {}", Said(other)),
                );
            } else if let Some(other @ Taker::Host(service, _)) =
                self.take(&address.to_string(), by_port)
                && service != self.service
            {
                problems.add(place, format_args!("{ip} is taken: {}", Said(other)));
            }
            self.addresses.push(ip);
        }
    }

    /// Who took the key first, in any case.
    fn take(&mut self, key: &str, taker: Taker) -> Option<Taker> {
        self.taken.take(key.to_ascii_lowercase(), taker)
    }
}

/// One key for an IPv4 address and for that address mapped to IPv6.
fn mapped(ip: IpAddr) -> Ipv6Addr {
    match ip {
        IpAddr::V4(ip) => ip.to_ipv6_mapped(),
        IpAddr::V6(ip) => ip,
    }
}

/// Who has what another one wants.
struct Said(Taker);

impl std::fmt::Display for Said {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            Taker::Service(service) => write!(f, "services[{service}] is found by it"),
            Taker::Host(service, host) => write!(f, "services[{service}].hosts[{host}] has it"),
            Taker::Port(service, port) => write!(f, "services[{service}].ports[{port}] has it"),
            Taker::Rule(rule) => write!(f, "rules[{rule}] has it"),
        }
    }
}

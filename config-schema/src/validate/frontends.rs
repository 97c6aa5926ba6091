//! Checks of how Services are addressed: no two of them may be found by one name or address.

use std::net::IpAddr;

use super::{
    problems::Problems,
    taken::{Taken, Taker},
};
use crate::{
    part::ServiceHead, place::Place, service::ServiceKind, settings::Settings, text::is_host,
};

/// Everything by which a Service or its port is found, as the router finds it: in lower case, and an
/// IPv4 address that is mapped to IPv6 like that address itself.
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
    #[inline(never)]
    pub(super) fn service(
        &mut self,
        head: ServiceHead<'_>,
        number: usize,
        place: &Place<'_>,
        problems: &mut Problems,
    ) {
        self.service = number;
        self.addresses = head.cluster_ips.iter().map(IpAddr::to_canonical).collect();
        let (namespace, name) = (head.namespace, head.name);
        if namespace.is_empty() || name.is_empty() {
            problems.add(
                place,
                format_args!("`namespace` and `name` must not be empty"),
            );
        }
        let full_name = format!("{} {namespace}/{name}", head.kind.as_str());
        if let Some(first) = self.take(&full_name, Taker::Service(number)) {
            problems.add(
                place,
                format_args!("`{namespace}/{name}` is there twice, first as {first}"),
            );
        } else if head.kind == ServiceKind::Service {
            self.names(head, place, problems);
        }
        for (h, host) in head.hosts.iter().enumerate() {
            let place = place.element("hosts", h);
            if is_host(host) {
                self.claim(host, Taker::Host(number, h), &place, problems);
            } else {
                problems.add(
                    &place,
                    format_args!("`{host}` is not a lower-case host name"),
                );
            }
        }
    }

    /// Claims what a Service is found by without any `hosts`, up to the first name that another
    /// Service has.
    fn names(&mut self, head: ServiceHead<'_>, place: &Place<'_>, problems: &mut Problems) {
        let taker = Taker::Service(self.service);
        let ServiceHead {
            namespace, name, ..
        } = head;
        for suffix in ["", ".svc", &self.domain_suffix.clone()] {
            let name = format!("{name}.{namespace}{suffix}");
            if !self.claim(&name, taker, place, problems) {
                return;
            }
        }
        let ours = self.client_namespace.as_ref();
        if ours.is_some_and(|ours| ours.eq_ignore_ascii_case(namespace)) {
            self.claim(name, taker, place, problems);
        }
    }

    /// Takes the next port of the Service, number `p` of them.
    #[inline(never)]
    pub(super) fn port(&mut self, port: u16, p: usize, place: &Place<'_>, problems: &mut Problems) {
        let addresses = std::mem::take(&mut self.addresses);
        for ip in &addresses {
            let taker = Taker::Port(self.service, p);
            let ip = ip.to_string();
            // Several Services may share an address, if not on the same port.
            let is_free = self.claim(&format!("{ip} port {port}"), taker, place, problems);
            // One of the `hosts` stands for the address on every port.
            if is_free
                && let Some(first @ Taker::Host(service, _)) = self.take(&ip, taker)
                && service != self.service
            {
                problems.add(place, format_args!("{ip} is taken: {first} has it"));
            }
        }
        self.addresses = addresses;
    }

    /// Takes a name or address, if no other Service has it.
    fn claim(
        &mut self,
        key: &str,
        taker: Taker,
        place: &Place<'_>,
        problems: &mut Problems,
    ) -> bool {
        match self.take(key, taker) {
            // A Service may list among its `hosts` what it is found by anyway, but once.
            Some(first)
                if first.service() != taker.service()
                    || matches!((first, taker), (Taker::Host(..), Taker::Host(..))) =>
            {
                problems.add(place, format_args!("{key} is taken: {first} has it"));
                false
            }
            _ => true,
        }
    }

    /// Who took the key first, in any case of its letters, if that is another one.
    fn take(&mut self, key: &str, taker: Taker) -> Option<Taker> {
        let key = key.bytes().map(|byte| byte.to_ascii_lowercase());
        self.taken.take(key, taker)
    }
}

//! Validation checks that no two Services of a config are found by one name or address.

use std::{fmt, net::IpAddr};

use super::{
    problems::ProblemList,
    taken::{Taken, Taker},
};
use crate::{
    limits::MAX_ADDRESSES, part::ServiceHead, place::Place, service::ServiceKind,
    settings::Settings, text::is_host,
};

/// Everything by which a Service or its port is found, as the router finds it: in lower case, and an
/// IPv4 address that is mapped to IPv6 like that address itself.
#[derive(Default)]
pub(super) struct FrontendClaims {
    taken: Taken,
    cluster_domain: String,
    /// Whose Services have short names, if the config says it.
    client_namespace: Option<String>,
    /// Addresses of the Service at hand.
    addresses: Vec<IpAddr>,
    /// Number of the Service at hand.
    service: usize,
}

impl FrontendClaims {
    pub(super) fn settings(&mut self, settings: &Settings) {
        self.cluster_domain.clone_from(&settings.cluster_domain);
        self.client_namespace.clone_from(&settings.client_namespace);
    }

    /// Takes Service `number`. Its ports come next.
    #[inline(never)]
    pub(super) fn service(
        &mut self,
        head: ServiceHead<'_>,
        number: usize,
        place: &Place<'_>,
        problems: &mut ProblemList,
    ) {
        self.service = number;
        self.addresses.clear();
        let many = head.cluster_ips.len();
        if !problems.refuses_more(many, MAX_ADDRESSES, &place.member("clusterIPs")) {
            self.addresses.extend_from_slice(head.cluster_ips);
        }
        let ServiceHead {
            kind,
            namespace,
            name,
            ..
        } = head;
        if namespace.is_empty() || name.is_empty() {
            problems.add(
                place,
                format_args!("`namespace` and `name` must not be empty"),
            );
        }
        let full_name = format_args!("{} {namespace}/{name}", kind.as_str());
        if let Some(first) = take(&mut self.taken, full_name, Taker::Service(number)) {
            problems.add(
                place,
                format_args!("`{namespace}/{name}` is there twice, first as {first}"),
            );
        } else if kind == ServiceKind::Service {
            self.names(namespace, name, place, problems);
        }
        for (h, host) in head.hosts.iter().enumerate() {
            let place = place.element("hosts", h);
            if is_host(host) {
                let taker = Taker::Host(number, h);
                claim(
                    &mut self.taken,
                    format_args!("{host}"),
                    taker,
                    &place,
                    problems,
                );
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
    fn names(
        &mut self,
        namespace: &str,
        name: &str,
        place: &Place<'_>,
        problems: &mut ProblemList,
    ) {
        let taker = Taker::Service(self.service);
        let mut claim =
            |key: fmt::Arguments<'_>| claim(&mut self.taken, key, taker, place, problems);
        let ours = self.client_namespace.as_ref();
        let _ = claim(format_args!("{name}.{namespace}"))
            && claim(format_args!("{name}.{namespace}.svc"))
            && claim(format_args!(
                "{name}.{namespace}.svc.{}",
                self.cluster_domain
            ))
            && ours.is_some_and(|ours| ours.eq_ignore_ascii_case(namespace))
            && claim(format_args!("{name}"));
    }

    /// Takes the next port of the Service, number `p` of them.
    #[inline(never)]
    pub(super) fn port(
        &mut self,
        port: u16,
        p: usize,
        place: &Place<'_>,
        problems: &mut ProblemList,
    ) {
        let taker = Taker::Port(self.service, p);
        for ip in &self.addresses {
            let ip = ip.to_canonical();
            // Several Services may share an address, if not on the same port.
            let on_port = format_args!("{ip} port {port}");
            let is_free = claim(&mut self.taken, on_port, taker, place, problems);
            // One of the `hosts` stands for the address on every port.
            if is_free
                && let Some(first @ Taker::Host(service, _)) =
                    take(&mut self.taken, format_args!("{ip}"), taker)
                && service != self.service
            {
                problems.add(place, format_args!("{ip} is taken: {first} has it"));
            }
        }
    }
}

/// Takes a name or address, if no other Service has it.
fn claim(
    taken: &mut Taken,
    key: fmt::Arguments<'_>,
    taker: Taker,
    place: &Place<'_>,
    problems: &mut ProblemList,
) -> bool {
    match take(taken, key, taker) {
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
fn take(taken: &mut Taken, key: fmt::Arguments<'_>, taker: Taker) -> Option<Taker> {
    let mut key = key.to_string();
    key.make_ascii_lowercase();
    taken.take(&key, taker)
}

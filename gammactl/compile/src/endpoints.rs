//! The endpoints of a Service port: those of its EndpointSlices that requests go to, as kube-proxy
//! chooses them.

use std::collections::{HashMap, HashSet, hash_map::Entry};

use gamma_manifest::{
    AddressType, Endpoint, EndpointAddress, EndpointPort, EndpointSlice, Service, ServicePort,
};

/// Where requests to a Service port go.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PortEndpoint {
    /// An address, or a name that DNS is asked for.
    pub address: EndpointAddress,
    /// The port there.
    pub port: u16,
}

/// What the EndpointSlices of a Service say of one of its ports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reachability {
    /// Requests go somewhere.
    Somewhere,
    /// None of the port's endpoints is ready.
    NotReady,
    /// There are endpoints, and something is wrong with their slices that is said there.
    BadSlices,
}

/// The endpoints that `slices` have for `port` of `service`, each once and in the order of the slices.
pub(crate) fn of_port(
    service: &Service,
    port: &ServicePort,
    slices: &[&EndpointSlice],
) -> Vec<PortEndpoint> {
    let found: Vec<(u16, &Endpoint)> = candidates(service, port, slices).collect();
    // "prefer the running pod over the terminating one" where an address is in two slices
    let mut running = HashMap::new();
    for (i, (number, endpoint)) in found.iter().enumerate() {
        match running.entry((&endpoint.address.value, *number)) {
            Entry::Vacant(entry) => drop(entry.insert(i)),
            Entry::Occupied(mut entry) => {
                let kept = found[*entry.get()].1;
                if kept.terminating && !endpoint.terminating {
                    entry.insert(i);
                }
            }
        }
    }
    let mut unique: Vec<usize> = running.into_values().collect();
    unique.sort_unstable();
    let any_ready = unique.iter().any(|i| found[*i].1.ready);
    let chosen: Vec<(u16, &Endpoint)> = unique
        .into_iter()
        .map(|i| found[i])
        .filter(|(_, endpoint)| endpoint.ready || (!any_ready && is_last_resort(endpoint)))
        .collect();
    of_one_family(service, chosen)
}

/// Whether `slices` lead anywhere from `port` of `service`.
pub(crate) fn reach(
    service: &Service,
    port: &ServicePort,
    slices: &[&EndpointSlice],
) -> Reachability {
    let usable = |endpoint: &Endpoint| endpoint.ready || is_last_resort(endpoint);
    if candidates(service, port, slices).any(|(_, endpoint)| usable(endpoint)) {
        return Reachability::Somewhere;
    }
    let is_bad = |slice: &&EndpointSlice| {
        slice.left_out > 0
            || (slice.endpoints.iter().any(usable)
                && !(is_served(service, slice) && has_port(slice, port)))
    };
    if slices.iter().any(is_bad) {
        return Reachability::BadSlices;
    }
    Reachability::NotReady
}

/// Whether connections to the Service can go to addresses of that slice: kube-proxy knows a Service by
/// its cluster IPs, and one family never leads to the other.
pub(crate) fn is_served(service: &Service, slice: &EndpointSlice) -> bool {
    let of = slice.address_type.value;
    of == AddressType::Fqdn || service.ip_families.is_empty() || service.ip_families.contains(&of)
}

/// Whether a port of a slice is for a port of the Service: "the name of this port must match the name
/// of the Service port".
pub(crate) fn is_for(slice: &EndpointPort, port: &ServicePort) -> bool {
    slice.name == port.name && slice.protocol == port.protocol
}

fn has_port(slice: &EndpointSlice, port: &ServicePort) -> bool {
    let mut ports = slice.ports.iter();
    ports.any(|of_slice| is_for(of_slice, port) && of_slice.number.is_some())
}

/// Without a ready one, "try again using terminating endpoints" that still serve.
fn is_last_resort(endpoint: &Endpoint) -> bool {
    endpoint.serving && endpoint.terminating
}

fn candidates<'s>(
    service: &'s Service,
    port: &'s ServicePort,
    slices: &'s [&'s EndpointSlice],
) -> impl Iterator<Item = (u16, &'s Endpoint)> {
    let served = slices.iter().filter(|slice| is_served(service, slice));
    served.flat_map(|slice| {
        let ports = slice.ports.iter().filter(|found| is_for(found, port));
        let numbers = ports.filter_map(|found| found.number);
        numbers.flat_map(|number| slice.endpoints.iter().map(move |e| (number, e)))
    })
}

/// A pod of a Service with two IP families is in two slices: it gets the requests of one pod, in the
/// Service's first family. What is no pod is left as it is.
fn of_one_family(service: &Service, chosen: Vec<(u16, &Endpoint)>) -> Vec<PortEndpoint> {
    let v4 = |endpoint: &Endpoint| match &endpoint.address.value {
        EndpointAddress::Ip(ip) => Some(ip.is_ipv4()),
        EndpointAddress::Name(_) => None,
    };
    let of_service = service.ip_families.first().map(|f| *f == AddressType::Ipv4);
    let of_address = service.cluster_ips.first().map(|ip| ip.value.is_ipv4());
    let first = of_service
        .or(of_address)
        .or_else(|| chosen.iter().find_map(|(_, e)| v4(e)));
    let in_first: HashSet<_> = chosen
        .iter()
        .filter(|(_, endpoint)| v4(endpoint) == first)
        .filter_map(|(number, endpoint)| Some((*number, endpoint.target.as_ref()?)))
        .collect();
    let is_second = |number: u16, endpoint: &Endpoint| {
        let target = endpoint.target.as_ref();
        v4(endpoint) != first && target.is_some_and(|target| in_first.contains(&(number, target)))
    };
    chosen
        .into_iter()
        .filter(|(number, endpoint)| !is_second(*number, endpoint))
        .map(|(number, endpoint)| PortEndpoint {
            address: endpoint.address.value.clone(),
            port: number,
        })
        .collect()
}

#[cfg(test)]
mod tests;

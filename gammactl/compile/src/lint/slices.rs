//! EndpointSlices that don't fit their Services: nothing would be sent to their endpoints, and nobody
//! would say so.

use std::collections::HashMap;

use gamma_manifest::{
    AddressType, EndpointAddress, EndpointSlice, Manifests, Service, ServicePort,
    diagnostic::{Diagnostic, Diagnostics, codes},
    source::Span,
};

use crate::{endpoints, frontend::ServiceKey, index, index::Index};

/// By which whoever writes slices says so: "the controller or entity that manages this".
const MANAGED_BY: &str = "endpointslice.kubernetes.io/managed-by";

pub(super) fn lint(manifests: &Manifests, index: &Index<'_>, diagnostics: &mut Diagnostics) {
    for slice in &manifests.endpoint_slices {
        owner(slice, index, diagnostics);
        names(slice, diagnostics);
    }
    for service in &manifests.services {
        let slices = index.slices(service);
        if service.service_type == "ExternalName" {
            for slice in slices {
                diagnostics.push(of_external_name(slice, service));
            }
            continue;
        }
        for slice in slices {
            family(slice, service, diagnostics);
            dead_ports(slice, service, diagnostics);
        }
        if index.has_slice_left_out(service) {
            continue;
        }
        for port in service.tcp_ports() {
            unserved(port, service, slices, diagnostics);
        }
    }
    local(manifests, diagnostics);
}

/// "EndpointSlice `shop/cart-1`"
fn called(slice: &EndpointSlice) -> String {
    let (namespace, name) = (&slice.metadata.namespace, &slice.metadata.name.value);
    format!("EndpointSlice `{namespace}/{name}`")
}

/// Whether a person wrote the slice. What a cluster has came with its Service, which need not be part
/// of the input; and some controllers use slices for other things than Services.
fn is_handwritten(slice: &EndpointSlice) -> bool {
    let mut labels = slice.metadata.labels.iter();
    slice.metadata.creation_timestamp.is_none() && !labels.any(|(key, _)| key == MANAGED_BY)
}

/// A slice has the label of a Service that is there. An input may have slices of other Services than it
/// has, as long as it has none in their namespace.
fn owner(slice: &EndpointSlice, index: &Index<'_>, diagnostics: &mut Diagnostics) {
    if !is_handwritten(slice) {
        return;
    }
    let owners: Vec<ServiceKey<'_>> = index::owners(slice).collect();
    let Some(first) = owners.first() else {
        diagnostics.push(
            Diagnostic::new(
                &codes::STRAY_SLICE,
                slice.metadata.name.span,
                format!(
                    "{} has no label `kubernetes.io/service-name`",
                    called(slice)
                ),
            )
            .why("it belongs to no Service, so nothing is sent to its endpoints")
            .hint("add the label, with the name of the Service"),
        );
        return;
    };
    // Of one that is left out for an error, that error is said.
    let found = |key: &ServiceKey<'_>| {
        index.service(key.kind, key.namespace, key.name).is_some()
            || index.is_left_out(key.kind, key.namespace, key.name)
    };
    let expected = index.has_services(first.namespace) || index.is_known(first.kind, first.name);
    // The API server's own slice.
    let of_cluster = (first.namespace, first.name) == ("default", "kubernetes");
    if owners.iter().any(found) || !expected || of_cluster {
        return;
    }
    let ServiceKey {
        kind,
        namespace,
        name,
    } = *first;
    diagnostics.push(
        Diagnostic::new(
            &codes::STRAY_SLICE,
            slice.metadata.name.span,
            format!(
                "{} is of {kind:?} `{namespace}/{name}`, which is not in the input",
                called(slice)
            ),
        )
        .why("nothing is sent to its endpoints")
        .hint(index.slice_hint(kind, namespace, name)),
    );
}

fn of_external_name(slice: &EndpointSlice, service: &Service) -> Diagnostic {
    Diagnostic::new(
        &codes::STRAY_SLICE,
        slice.metadata.name.span,
        format!("{} is of an ExternalName Service", called(slice)),
    )
    .why("DNS has another name for such a Service, so nothing is sent to the slice's endpoints")
    .hint("give the Service a cluster IP: leave `type` and `externalName` out")
    .also(service.metadata.name.span, "the Service")
}

fn names(slice: &EndpointSlice, diagnostics: &mut Diagnostics) {
    if slice.address_type.value == AddressType::Fqdn {
        diagnostics.push(
            Diagnostic::new(
                &codes::ENDPOINT_NAMES,
                slice.address_type.span,
                format!("{} has names instead of addresses", called(slice)),
            )
            .why("the Envoy of `gammactl envoy` asks DNS for them; kube-proxy and Istio leave them out")
            .hint("write addresses where others must reach the endpoints, too"),
        );
    }
}

fn family(slice: &EndpointSlice, service: &Service, diagnostics: &mut Diagnostics) {
    if endpoints::is_served(service, slice) || slice.endpoints.is_empty() {
        return;
    }
    let family = slice.address_type.value.as_str();
    let families: Vec<&str> = service.ip_families.iter().map(|f| f.as_str()).collect();
    diagnostics.push(
        Diagnostic::new(
            &codes::OTHER_FAMILY,
            slice.address_type.span,
            format!(
                "{} is of {family}, and its Service of {} alone",
                called(slice),
                families.join(" and ")
            ),
        )
        .why("no cluster IP of the Service leads there, so nothing is sent to its endpoints")
        .hint(format!(
            "add {family} to `ipFamilies` of the Service, or remove the slice"
        ))
        .also(service.metadata.name.span, "the Service"),
    );
}

/// Ports of a slice that a port of the Service counts on, and that can't be dialled.
fn dead_ports(slice: &EndpointSlice, service: &Service, diagnostics: &mut Diagnostics) {
    if slice.endpoints.is_empty() {
        return;
    }
    for port in &slice.ports {
        let mut of_service = service.tcp_ports();
        let Some(wanted) = of_service.find(|wanted| wanted.name == port.name) else {
            continue;
        };
        let what = match &*port.name {
            "" => "the port".into(),
            name => format!("port `{name}`"),
        };
        let (message, hint) = if port.protocol != wanted.protocol {
            (
                format!("{what} of {} is of {}", called(slice), port.protocol),
                format!(
                    "write `protocol: {}`, as the Service has it",
                    wanted.protocol
                ),
            )
        } else if port.number.is_none() {
            (
                format!(
                    "{what} of {} has no number that can be dialled",
                    called(slice)
                ),
                "add `port`, with the port of the pods: 1 to 65535".into(),
            )
        } else {
            continue;
        };
        diagnostics.push(
            Diagnostic::new(&codes::DEAD_ENDPOINT_PORT, port.span, message)
                .why("nothing is sent to the slice's endpoints for that port")
                .hint(hint)
                .also(wanted.span, "the port of the Service"),
        );
    }
}

/// A port of a Service that no slice has, though the slices have endpoints.
fn unserved(
    port: &ServicePort,
    service: &Service,
    slices: &[&EndpointSlice],
    diagnostics: &mut Diagnostics,
) {
    // Without pods, the slice that a cluster has is empty.
    let filled = || slices.iter().filter(|slice| !slice.endpoints.is_empty());
    let ports = || filled().flat_map(|slice| &slice.ports);
    let Some(slice) = filled().next() else {
        return;
    };
    if ports().any(|found| found.name == port.name) {
        return;
    }
    let Service { kind, metadata, .. } = service;
    let called = format!("{kind:?} `{}/{}`", metadata.namespace, metadata.name.value);
    let what = match &*port.name {
        "" => format!("port {} of {called}, which has no name,", port.port),
        name => format!("port `{name}` of {called}"),
    };
    let mut names: Vec<&str> = ports().map(|found| &*found.name).collect();
    names.sort_unstable();
    names.dedup();
    let hint = match (names.as_slice(), &*port.name) {
        ([], _) => {
            "add the port to `ports` of the slice, under the name that it has in the Service".into()
        }
        ([""], name) => format!("call the slice's port `{name}`, as the Service does"),
        ([only], "") => {
            format!("call the Service's port `{only}`, or leave the name out of the slice")
        }
        ([only], name) => format!("call both `{name}`, or both `{only}`"),
        (_, "") => "leave the name out of the slice's port, too".into(),
        (all, name) => format!(
            "call one of the slice's ports `{name}`: it has `{}`",
            all.join("`, `")
        ),
    };
    let (place, label) = match ports().next() {
        Some(other) => (other.span, "a port of the slice"),
        None => (slice.metadata.name.span, "the slice"),
    };
    diagnostics.push(
        Diagnostic::new(
            &codes::PORT_WITHOUT_ENDPOINTS,
            port.span,
            format!("{what} is not in its EndpointSlices"),
        )
        .why(format!("requests to port {} are answered 503", port.port))
        .hint(hint)
        .also(place, label),
    );
}

/// Addresses of this machine serve where everything runs on one machine, and nowhere else. Said once for
/// each file.
fn local(manifests: &Manifests, diagnostics: &mut Diagnostics) {
    let all = manifests
        .endpoint_slices
        .iter()
        .flat_map(|slice| &slice.endpoints);
    let local = all.filter_map(|endpoint| match &endpoint.address.value {
        EndpointAddress::Ip(ip) if ip.is_loopback() => Some((endpoint.address.span, ip)),
        _ => None,
    });
    let mut files: HashMap<u32, (Span, String, usize)> = HashMap::new();
    for (span, ip) in local {
        let file = files
            .entry(span.file)
            .or_insert_with(|| (span, ip.to_string(), 0));
        file.2 += 1;
        if span < file.0 {
            (file.0, file.1) = (span, ip.to_string());
        }
    }
    for (span, ip, count) in files.into_values() {
        let message = match count {
            1 => format!("endpoint {ip} is on this machine"),
            count => format!("{count} endpoints, from {ip} on, are on this machine"),
        };
        diagnostics.push(
            Diagnostic::new(&codes::UNTAKEN_ADDRESS, span, message)
                .why(
                    "the API server refuses an EndpointSlice with an address in 127.0.0.0/8 or ::1; \
                     without a cluster they serve",
                )
                .hint("leave the slice out where there is a cluster, which writes its own"),
        );
    }
}

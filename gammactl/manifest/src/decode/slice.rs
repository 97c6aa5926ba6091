//! Reads EndpointSlices.

use super::{
    cx::Cx,
    endpoint_place, metadata, ports,
    scalar::{choice, items, list},
    slice_address,
};
use crate::{
    AddressType, Endpoint, EndpointPort, EndpointSlice,
    diagnostic::{Diagnostic, codes},
    yaml::{Field, ObjectReader},
};

/// `maxEndpoints`, `maxAddresses` and `maxPorts` of Kubernetes' `pkg/apis/discovery/validation`.
const MOST_ENDPOINTS: usize = 1_000;
const MOST_ADDRESSES: usize = 100;
const MOST_PORTS: usize = 20_000;

const ADDRESS_TYPES: [AddressType; 3] = [AddressType::Ipv4, AddressType::Ipv6, AddressType::Fqdn];

pub(super) fn endpoint_slice(
    mut object: ObjectReader<'_>,
    default_namespace: &str,
    cx: &mut Cx<'_>,
) -> Option<EndpointSlice> {
    let metadata = metadata::metadata(&mut object, default_namespace, cx);
    let names = ADDRESS_TYPES.map(AddressType::as_str);
    let address_type = object.require("addressType", cx);
    let address_type = address_type.and_then(|field| {
        let name = choice(&field, &names, cx)?.value;
        let found = ADDRESS_TYPES.into_iter().find(|t| t.as_str() == name)?;
        Some(field.spanned(found))
    });
    let mut port_names = ports::PortNames::default();
    let ports = list(&mut object, "ports", MOST_PORTS, cx)
        .iter()
        .filter_map(|field| port(field, &mut port_names, cx))
        .collect();
    let hint = "split the slice: each may have as many";
    let endpoints = object.take("endpoints", cx);
    let endpoints = endpoints.map_or_else(Vec::new, |f| items(&f, MOST_ENDPOINTS, hint, cx));
    // Without a type there is nothing to hold an address against, and the slice is refused anyway.
    let address_type = address_type?;
    let written = endpoints.len();
    let endpoints: Vec<Endpoint> = endpoints
        .iter()
        .filter_map(|field| endpoint(field, address_type.value, cx))
        .collect();
    Some(EndpointSlice {
        metadata: metadata?,
        address_type,
        ports,
        left_out: written - endpoints.len(),
        endpoints,
    })
}

fn port(field: &Field<'_>, names: &mut ports::PortNames, cx: &mut Cx<'_>) -> Option<EndpointPort> {
    if field.node.is_null() {
        // To Go, an item that is null is one without members.
        names.add("", field.node.span, "ports", cx);
        return Some(EndpointPort {
            name: String::new(),
            number: None,
            protocol: ports::TCP.into(),
            span: field.node.span,
        });
    }
    let mut port = ObjectReader::open(field, cx)?;
    let name = port.string("name", cx);
    if let Some(name) = &name {
        let path = port.path_to("name");
        // "Name must either be an empty string or pass DNS_LABEL validation".
        if !name.value.is_empty() {
            ports::name(name, &path, cx);
        }
    }
    let value = name.as_ref().map_or("", |name| &*name.value);
    let span = name.as_ref().map_or(port.span, |name| name.span);
    names.add(value, span, "ports", cx);
    // The API server takes any 32 bits for a number; those that nobody can dial are said later.
    let number = port.integer("port", i32::MIN..=i32::MAX, cx);
    let number = number.and_then(|number| u16::try_from(number.value).ok());
    let protocol = port.take("protocol", cx);
    let protocol = protocol.map(|field| ports::protocol(&field, cx));
    ports::app_protocol(&mut port, cx);
    Some(EndpointPort {
        name: name.map_or_else(String::new, |name| name.value),
        number: number.filter(|number| *number > 0),
        protocol: protocol.unwrap_or_else(|| ports::TCP.into()),
        span: port.span,
    })
}

/// An endpoint that can be used. What is wrong with its address costs nothing but the endpoint: the API
/// server would not take the slice, and whoever wrote it meant the others.
fn endpoint(field: &Field<'_>, of: AddressType, cx: &mut Cx<'_>) -> Option<Endpoint> {
    let mut endpoint = ObjectReader::open(field, cx)?;
    let conditions = endpoint.take("conditions", cx);
    let mut conditions = conditions.and_then(|field| ObjectReader::open(&field, cx));
    let mut condition = |name| conditions.as_mut()?.boolean(name, cx).map(|is| is.value);
    let (ready, serving, terminating) = (
        condition("ready"),
        condition("serving"),
        condition("terminating"),
    );
    endpoint_place::place(&mut endpoint, cx);
    let target = endpoint.take("targetRef", cx);
    let target = target.and_then(|field| target_ref(&field, cx));
    let addresses = list(&mut endpoint, "addresses", MOST_ADDRESSES, cx);
    if addresses.is_empty() && !cx.refused {
        let message = format!("`{}` is empty", endpoint.path_to("addresses"));
        let diagnostic = Diagnostic::new(&codes::BAD_ADDRESS, endpoint.span, message)
            .why(slice_address::LEFT_OUT)
            .hint("give the endpoint an address, or remove it");
        cx.diagnostics.push(diagnostic);
    }
    // A bad one anywhere says that the endpoint is not what it was meant to be.
    let addresses: Option<Vec<_>> = addresses
        .iter()
        .map(|field| slice_address::address(field, of, cx))
        .collect();
    Some(Endpoint {
        address: addresses?.into_iter().next()?,
        ready: ready.unwrap_or(true),
        serving: serving.unwrap_or(true),
        terminating: terminating.unwrap_or(false),
        target,
    })
}

fn target_ref(field: &Field<'_>, cx: &mut Cx<'_>) -> Option<(String, String)> {
    let mut target = ObjectReader::open(field, cx)?;
    for name in [
        "apiVersion",
        "fieldPath",
        "namespace",
        "resourceVersion",
        "uid",
    ] {
        target.string(name, cx);
    }
    let (kind, name) = (target.string("kind", cx), target.string("name", cx));
    Some((kind?.value, name?.value))
}

//! Reads Services, ServiceImports, EndpointSlices and ReferenceGrants.

use super::{
    cx::Cx,
    metadata,
    scalar::{choice_of, items, list},
    text,
};
use crate::{
    EndpointSlice, Metadata, ReferenceGrant, Service, ServiceKind, ServicePort,
    diagnostic::codes,
    source::Spanned,
    yaml::{Content, Field, ObjectReader},
};

pub(super) fn service(
    object: ObjectReader<'_>,
    default_namespace: &str,
    cx: &mut Cx<'_>,
) -> Option<Service> {
    let (metadata, mut spec) = open(object, default_namespace, cx)?;
    let service_type = spec.string("type", cx);
    let single = spec.take("clusterIP", cx);
    let mut fields = list(&mut spec, "clusterIPs", 2, cx);
    if fields.is_empty() {
        fields.extend(single);
    }
    let mut headless = false;
    let mut cluster_ips = Vec::new();
    for field in &fields {
        match field.string(cx) {
            Some(text) if text.value == "None" => headless = true,
            Some(text) if text.value.is_empty() => {}
            Some(text) => cluster_ips.extend(address(&text, &field.path, cx)),
            None => {}
        }
    }
    let ports = service_ports(&mut spec, cx);
    Some(Service {
        kind: ServiceKind::Service,
        metadata: metadata?,
        service_type: service_type.map_or_else(|| "ClusterIP".into(), |t| t.value),
        cluster_ips,
        headless,
        ports,
    })
}

/// ServiceImport: what a Service of several clusters looks like in this one (GEP-1748).
pub(super) fn service_import(
    object: ObjectReader<'_>,
    default_namespace: &str,
    cx: &mut Cx<'_>,
) -> Option<Service> {
    let (metadata, mut spec) = open(object, default_namespace, cx)?;
    let kind = choice_of(&mut spec, "type", &["ClusterSetIP", "Headless"], cx);
    let mut cluster_ips = Vec::new();
    for field in list(&mut spec, "ips", 2, cx) {
        if let Some(text) = field.string(cx) {
            cluster_ips.extend(address(&text, &field.path, cx));
        }
    }
    let ports = service_ports(&mut spec, cx);
    Some(Service {
        kind: ServiceKind::ServiceImport,
        metadata: metadata?,
        service_type: "ClusterSetIP".into(),
        cluster_ips,
        headless: kind.is_some_and(|kind| kind.value == "Headless"),
        ports,
    })
}

/// The metadata of an object, if they are right, and its spec.
fn open<'n>(
    mut object: ObjectReader<'n>,
    default_namespace: &str,
    cx: &mut Cx<'_>,
) -> Option<(Option<Metadata>, ObjectReader<'n>)> {
    let metadata = metadata::metadata(&mut object, default_namespace, cx);
    let spec = object.require("spec", cx)?;
    Some((metadata, ObjectReader::open(&spec, cx)?))
}

fn service_ports(spec: &mut ObjectReader<'_>, cx: &mut Cx<'_>) -> Vec<ServicePort> {
    let ports = spec.list("ports", cx);
    ports
        .iter()
        .filter_map(|field| service_port(field, cx))
        .collect()
}

fn address(
    text: &Spanned<String>,
    path: &str,
    cx: &mut Cx<'_>,
) -> Option<Spanned<std::net::IpAddr>> {
    let Ok(value) = text.value.parse() else {
        cx.refuse(
            &codes::INVALID_VALUE,
            text.span,
            format!("`{path}` is {:?}", text.value),
            "use an IP address, or `None`",
        );
        return None;
    };
    Some(Spanned {
        value,
        span: text.span,
    })
}

fn service_port(field: &Field<'_>, cx: &mut Cx<'_>) -> Option<ServicePort> {
    let mut object = ObjectReader::open(field, cx)?;
    let port = object.require("port", cx);
    let port = port.and_then(|f| f.integer(1..=u16::MAX, cx));
    let target = object.take("targetPort", cx);
    Some(ServicePort {
        name: object
            .string("name", cx)
            .map_or_else(String::new, |n| n.value),
        port: port?.value,
        // A name is resolved by the EndpointSlices.
        target_port: target.and_then(|f| f.node.meaning()?.as_integer()?.try_into().ok()),
        app_protocol: object.string("appProtocol", cx).map(|p| p.value),
        protocol: object
            .string("protocol", cx)
            .map_or_else(|| "TCP".into(), |p| p.value),
        span: object.span,
    })
}

pub(super) fn endpoint_slice(
    mut object: ObjectReader<'_>,
    default_namespace: &str,
    cx: &mut Cx<'_>,
) -> Option<EndpointSlice> {
    let metadata = metadata::metadata(&mut object, default_namespace, cx);
    let ports = object
        .list("ports", cx)
        .iter()
        .filter_map(|field| {
            let mut port = ObjectReader::open(field, cx)?;
            let name = port
                .string("name", cx)
                .map_or_else(String::new, |n| n.value);
            Some((name, port.integer("port", 1..=u16::MAX, cx)?.value))
        })
        .collect();
    let endpoints = object.list("endpoints", cx);
    let ready_addresses = endpoints
        .iter()
        .filter_map(|field| ready_address(field, cx))
        .collect();
    Some(EndpointSlice {
        metadata: metadata?,
        ports,
        ready_addresses,
        endpoints: endpoints.len(),
    })
}

/// "A nil value indicates an unknown state … should be interpreted as ready" (conditions.ready); and
/// all addresses of an endpoint are the same pod: "consumers should use the first".
fn ready_address(field: &Field<'_>, cx: &mut Cx<'_>) -> Option<String> {
    let mut endpoint = ObjectReader::open(field, cx)?;
    let conditions = endpoint.take("conditions", cx);
    let ready = conditions
        .and_then(|f| ObjectReader::open(&f, cx)?.take("ready", cx))
        .and_then(|f| f.boolean(cx))
        .is_none_or(|ready| ready.value);
    let addresses = list(&mut endpoint, "addresses", 100, cx);
    let address = addresses.first()?.string(cx)?.value;
    ready.then_some(address)
}

pub(super) fn reference_grant(
    mut object: ObjectReader<'_>,
    default_namespace: &str,
    cx: &mut Cx<'_>,
) -> Option<ReferenceGrant> {
    let metadata = metadata::metadata(&mut object, default_namespace, cx);
    object.ignore(&["status"]);
    let spec = object.require("spec", cx);
    let spec = spec.and_then(|f| ObjectReader::open(&f, cx));
    object.finish(cx);
    let mut spec = spec?;
    let (sources, targets) = (
        required_list(&mut spec, "from", cx),
        required_list(&mut spec, "to", cx),
    );
    let mut from = Vec::new();
    for field in sources {
        let mut entry = ObjectReader::open(&field, cx)?;
        let group = entry.require_string("group", cx);
        let kind = entry.require_string("kind", cx);
        let namespace = entry.require_string("namespace", cx);
        let checks: [text::TextMember<'_>; 3] = [
            ("group", &group, text::group),
            ("kind", &kind, text::kind),
            ("namespace", &namespace, text::namespace),
        ];
        text::members(&entry, &checks, cx);
        entry.finish(cx);
        if let (Some(group), Some(kind), Some(namespace)) = (group, kind, namespace) {
            from.push((group.value, kind.value, namespace.value));
        }
    }
    let mut to = Vec::new();
    for field in targets {
        let mut entry = ObjectReader::open(&field, cx)?;
        let group = entry.require_string("group", cx);
        let kind = entry.require_string("kind", cx);
        let name = entry.string("name", cx);
        let checks: [text::TextMember<'_>; 3] = [
            ("group", &group, text::group),
            ("kind", &kind, text::kind),
            ("name", &name, text::object_name),
        ];
        text::members(&entry, &checks, cx);
        entry.finish(cx);
        if let (Some(group), Some(kind)) = (group, kind) {
            to.push((group.value, kind.value, name.map(|name| name.value)));
        }
    }
    spec.finish(cx);
    Some(ReferenceGrant {
        metadata: metadata?,
        from,
        to,
    })
}

/// `from` or `to` of a ReferenceGrant.
fn required_list<'n>(
    spec: &mut ObjectReader<'n>,
    name: &'static str,
    cx: &mut Cx<'_>,
) -> Vec<Field<'n>> {
    let Some(field) = spec.require(name, cx) else {
        return Vec::new();
    };
    if matches!(&field.node.content, Content::Sequence(items) if items.is_empty()) {
        cx.refuse(
            &codes::INVALID_VALUE,
            field.node.span,
            format!("`{}` is empty", field.path),
            "name what may refer, and what to: a grant without either allows nothing",
        );
    }
    items(&field, 16, "remove some", cx)
}

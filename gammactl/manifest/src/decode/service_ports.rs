//! Reads the ports of Services and ServiceImports.

use std::collections::HashMap;

use super::{cx::Cx, ports, ports::PortNames, scalar::written, text};
use crate::{
    ServicePort,
    diagnostic::{Diagnostic, codes},
    source::Span,
    yaml::{Field, ObjectReader},
};

/// `spec.ports`; `None` if there are none. `inside` says that the Service is not to be reached from
/// outside of the cluster.
pub(super) fn of_service(
    spec: &mut ObjectReader<'_>,
    inside: bool,
    cx: &mut Cx<'_>,
) -> Option<Vec<ServicePort>> {
    let fields = spec.list("ports", cx);
    let several = fields.len() > 1;
    let mut names = PortNames::default();
    let (mut numbers, mut node_ports) = (HashMap::new(), HashMap::new());
    let mut ports = Vec::new();
    for field in &fields {
        let Some(mut object) = ObjectReader::open(field, cx) else {
            continue;
        };
        let node_port = node_port(&mut object, inside, cx);
        let Some(port) = service_port(object, several, &mut names, cx) else {
            continue;
        };
        let protocol = port.protocol.clone();
        once(
            &mut numbers,
            (port.port, protocol.clone()),
            port.span,
            cx,
            || format!("`spec.ports` has port {} of {protocol} twice", port.port),
        );
        if let Some((node_port, span)) = node_port {
            once(
                &mut node_ports,
                (node_port, protocol.clone()),
                span,
                cx,
                || format!("`spec.ports` has node port {node_port} of {protocol} twice"),
            );
        }
        ports.push(port);
    }
    (!fields.is_empty()).then_some(ports)
}

/// `spec.ports` of a ServiceImport, which its controller writes.
pub(super) fn of_import(spec: &mut ObjectReader<'_>, cx: &mut Cx<'_>) -> Vec<ServicePort> {
    let mut names = PortNames::default();
    spec.list("ports", cx)
        .iter()
        .filter_map(|field| {
            let object = ObjectReader::open(field, cx)?;
            service_port(object, false, &mut names, cx)
        })
        .collect()
}

fn service_port(
    mut object: ObjectReader<'_>,
    several: bool,
    names: &mut PortNames,
    cx: &mut Cx<'_>,
) -> Option<ServicePort> {
    let name = written(&mut object, "name", cx).and_then(|field| field.string(cx));
    let path = object.path_to("name");
    match &name {
        Some(name) => {
            ports::name(name, &path, cx);
            names.add(&name.value, name.span, "spec.ports", cx);
        }
        // "requireName: len(service.Spec.Ports) > 1"
        None if several => cx.refuse(
            &codes::MISSING_FIELD,
            object.span,
            format!("`{path}` is missing, and the Service has several ports"),
            "give each of them a name",
        ),
        None => {}
    }
    let port = object.require("port", cx);
    let port = port.and_then(|field| field.integer(1..=u16::MAX, cx));
    let target_port = object.take("targetPort", cx);
    let target_port = target_port.and_then(|field| target_port_number(&field, cx));
    let app_protocol = ports::app_protocol(&mut object, cx);
    let protocol = written(&mut object, "protocol", cx);
    let protocol = protocol.map(|field| ports::protocol(&field, cx));
    Some(ServicePort {
        name: name.map_or_else(String::new, |name| name.value),
        port: port?.value,
        target_port,
        app_protocol,
        protocol: protocol.unwrap_or_else(|| ports::TCP.into()),
        span: object.span,
    })
}

/// `targetPort` where it is a number. A name is resolved by the EndpointSlices; 0 and `""` stand for
/// the Service's own port.
fn target_port_number(field: &Field<'_>, cx: &mut Cx<'_>) -> Option<u16> {
    if let Some(name) = field.node.as_str() {
        if !name.is_empty() {
            text::pod_port_name(&field.spanned(name.into()), &field.path, cx);
        }
        return None;
    }
    let number = field.integer(0..=u16::MAX, cx)?.value;
    (number > 0).then_some(number)
}

/// `nodePort`, unless it is 0 and for Kubernetes to choose.
fn node_port(port: &mut ObjectReader<'_>, inside: bool, cx: &mut Cx<'_>) -> Option<(u16, Span)> {
    let number = port.integer("nodePort", 0..=u16::MAX, cx)?;
    let number = Some(number).filter(|number| number.value > 0)?;
    if inside {
        // "may not be used when `type` is 'ClusterIP'"
        let message = format!(
            "`{}` is set, and the Service is of type ClusterIP",
            port.path_to("nodePort")
        );
        let hint = "remove it, or write `type: NodePort`";
        cx.refuse(&codes::CONTRADICTION, number.span, message, hint);
    }
    Some((number.value, number.span))
}

/// "Check for duplicate Ports, considering (protocol,port) pairs"
fn once(
    seen: &mut HashMap<(u16, String), Span>,
    key: (u16, String),
    span: Span,
    cx: &mut Cx<'_>,
    message: impl Fn() -> String,
) {
    let Some(first) = seen.get(&key) else {
        seen.insert(key, span);
        return;
    };
    cx.leave_out(
        Diagnostic::new(&codes::CONTRADICTION, span, message())
            .why("the API server refuses the object, so it is left out")
            .hint("remove one, or give it another number")
            .also(*first, "the first one"),
    );
}

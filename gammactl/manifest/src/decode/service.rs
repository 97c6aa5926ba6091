//! Reads Services and ServiceImports. What `ValidateServiceCreate` of Kubernetes refuses is refused
//! here, as far as it has to do with where requests go.

use super::{
    cluster_ips,
    cx::Cx,
    external_traffic::external_traffic,
    metadata, node_proxy,
    scalar::{choice, choice_of, written},
    service_ports, text,
};
use crate::{
    Metadata, Service, ServiceKind, diagnostic::codes, source::Spanned, yaml::ObjectReader,
};

const TYPES: [&str; 4] = [CLUSTER_IP, "NodePort", "LoadBalancer", EXTERNAL_NAME];
const CLUSTER_IP: &str = "ClusterIP";
const EXTERNAL_NAME: &str = "ExternalName";

pub(super) fn service(
    object: ObjectReader<'_>,
    default_namespace: &str,
    cx: &mut Cx<'_>,
) -> Option<Service> {
    let (metadata, mut spec) = open(object, default_namespace, cx)?;
    if let Some(metadata) = &metadata {
        // A Service is a label in DNS. Before Kubernetes 1.36 it may not begin with a digit.
        text::label_name(&metadata.name, "metadata.name", cx);
    }
    let service_type = written(&mut spec, "type", cx)
        .and_then(|field| choice(&field, &TYPES, cx))
        .map_or(CLUSTER_IP, |of| of.value);
    let node_proxy = node_proxy::fields(&mut spec, cx);
    if let Some(selector) = spec.take("selector", cx) {
        metadata::labels(&selector, cx);
    }
    spec.boolean("publishNotReadyAddresses", cx);
    let external = service_type == EXTERNAL_NAME;
    let addresses = if external {
        let why = "an ExternalName Service is a name in DNS and has no addresses";
        for name in ["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"] {
            if let Some(field) = written(&mut spec, name, cx).filter(|field| !field.is_empty_list())
            {
                let message = format!("`{}` is set, and {why}", field.path);
                let hint = format!("remove `{name}`");
                cx.refuse(&codes::CONTRADICTION, field.node.span, message, hint);
            }
        }
        cluster_ips::Addresses::default()
    } else {
        cluster_ips::of_service(&mut spec, cx)
    };
    if let Some(none) = addresses.headless
        && matches!(service_type, "NodePort" | "LoadBalancer")
    {
        let message = format!("a {service_type} Service has a cluster IP, and this one has `None`");
        let hint = format!("leave `clusterIP` out, or write `type: {CLUSTER_IP}`");
        cx.refuse(&codes::CONTRADICTION, none, message, hint);
    }
    let external_name = external.then(|| external_name(&mut spec, cx)).flatten();
    external_traffic(&mut spec, service_type, cx);
    let headless = addresses.headless.is_some();
    let ports = service_ports::of_service(&mut spec, service_type == CLUSTER_IP, cx);
    if ports.is_none() && !headless && !external {
        let message = "`spec.ports` is empty";
        let hint = "add a port: only a headless or ExternalName Service may have none";
        cx.refuse(&codes::MISSING_FIELD, spec.span, message, hint);
    }
    Some(Service {
        kind: ServiceKind::Service,
        metadata: metadata?,
        service_type: service_type.into(),
        cluster_ips: addresses.cluster_ips,
        headless,
        ip_families: addresses.families,
        external_name,
        ports: ports.unwrap_or_default(),
        node_proxy,
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
    Some(Service {
        kind: ServiceKind::ServiceImport,
        metadata: metadata?,
        service_type: "ClusterSetIP".into(),
        cluster_ips: cluster_ips::of_import(&mut spec, cx),
        headless: kind.is_some_and(|kind| kind.value == "Headless"),
        ip_families: Vec::new(),
        external_name: None,
        ports: service_ports::of_import(&mut spec, cx),
        node_proxy: Vec::new(),
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

fn external_name(spec: &mut ObjectReader<'_>, cx: &mut Cx<'_>) -> Option<Spanned<String>> {
    let Some(field) = written(spec, "externalName", cx) else {
        let message = "`spec.externalName` is missing";
        let hint = "add the name that the Service stands for, or leave `type` out";
        cx.refuse(&codes::MISSING_FIELD, spec.span, message, hint);
        return None;
    };
    let name = field.string(cx)?;
    // "The value (a CNAME) may have a trailing dot to denote it as fully qualified"
    let bare = name.value.strip_suffix('.').unwrap_or(&name.value);
    text::dns_name(&field.spanned(bare.into()), &field.path, cx);
    Some(name)
}

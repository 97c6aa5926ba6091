//! The Services of the input, with what a Service for one version of its pods is made of.

use std::collections::BTreeMap;

use gamma_manifest::{
    diagnostic::Diagnostics,
    source::Span,
    yaml::{Field, ObjectReader},
};
use serde_json::{Map, Value, json};

use crate::{
    findings::Findings,
    object::{SourceMetadata, SourceObject, strings, value},
};

/// A Service of the input.
#[derive(Debug, Clone)]
pub(crate) struct SourceService {
    pub(crate) namespace: String,
    pub(crate) name: String,
    pub(crate) span: Span,
    pub(crate) ports: Vec<u16>,
    /// Those that Istio takes for something else than HTTP.
    pub(crate) other_ports: Vec<u16>,
    pub(crate) selector: BTreeMap<String, String>,
    /// Whether routes can be attached to it.
    pub(crate) is_frontend: bool,
    /// `spec.ports` as written, without the ports of nodes.
    pub(crate) written_ports: Value,
    pub(crate) publish_not_ready_addresses: bool,
    /// `ExternalName`, or what else is not the default.
    kind: Option<String>,
    external_name: Option<String>,
}

impl SourceService {
    pub(crate) fn full_name(&self) -> String {
        format!("{}/{}", self.namespace, self.name)
    }

    /// Whether it has this port, whatever is behind it.
    pub(crate) fn has_port(&self, port: u16) -> bool {
        self.ports.contains(&port) || self.other_ports.contains(&port)
    }

    /// The Service, as far as routes depend on it.
    pub(crate) fn manifest(&self) -> Value {
        let mut spec = Map::new();
        if let Some(kind) = &self.kind {
            spec.insert("type".into(), kind.as_str().into());
        }
        if let Some(name) = &self.external_name {
            spec.insert("externalName".into(), name.as_str().into());
        } else if !self.is_frontend {
            spec.insert("clusterIP".into(), "None".into());
        }
        if !self.selector.is_empty() {
            spec.insert("selector".into(), json!(self.selector));
        }
        spec.insert("ports".into(), self.written_ports.clone());
        json!({
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": self.name, "namespace": self.namespace},
            "spec": spec,
        })
    }
}

/// The Services among `objects`.
pub(crate) fn services(
    objects: &[SourceObject],
    default_namespace: &str,
    diagnostics: &mut Diagnostics,
) -> Vec<SourceService> {
    let services = objects
        .iter()
        .filter(|o| o.kind == "Service" && o.group().is_empty());
    services
        .filter_map(|object| {
            let mut findings = Findings::new(diagnostics);
            let mut reader = ObjectReader::open(&Field::root(&object.node), &mut findings)?;
            let service = service(&mut reader, default_namespace, &mut findings);
            service.filter(|_| !findings.refused)
        })
        .collect()
}

fn service(
    object: &mut ObjectReader<'_>,
    default_namespace: &str,
    findings: &mut Findings<'_>,
) -> Option<SourceService> {
    let metadata = SourceMetadata::read(object, default_namespace, findings)?;
    let field = object.require("spec", findings)?;
    let mut spec = ObjectReader::open(&field, findings)?;
    let selector = spec.take("selector", findings);
    let selector = selector
        .map(|field| strings(&field, findings))
        .unwrap_or_default();
    let kind = spec.string("type", findings);
    let external_name = spec.string("externalName", findings);
    let address = spec.string("clusterIP", findings);
    let not_ready = spec.boolean("publishNotReadyAddresses", findings);
    let (mut ports, mut other_ports, mut written) = (Vec::new(), Vec::new(), Vec::new());
    for field in spec.list("ports", findings) {
        let mut port = ObjectReader::open(&field, findings)?;
        let number = port.integer("port", 1..=u16::MAX, findings)?.value;
        let text =
            |name: &'static str, port: &mut ObjectReader<'_>, findings: &mut Findings<'_>| {
                port.string(name, findings)
                    .map(|text| text.value)
                    .unwrap_or_default()
            };
        let name = text("name", &mut port, findings);
        let protocol = text("protocol", &mut port, findings);
        let app_protocol = text("appProtocol", &mut port, findings);
        if protocol.is_empty() || protocol == "TCP" {
            if is_http(&name, &app_protocol) {
                ports.push(number);
            } else {
                other_ports.push(number);
            }
        }
        let mut value = value(field.node);
        if let Value::Object(members) = &mut value {
            members.remove("nodePort");
        }
        written.push(value);
    }
    Some(SourceService {
        namespace: metadata.namespace,
        span: metadata.name.span,
        name: metadata.name.value,
        ports,
        other_ports,
        selector: selector
            .into_iter()
            .map(|(key, value)| (key.value, value.value))
            .collect(),
        is_frontend: kind
            .as_ref()
            .is_none_or(|kind| kind.value != "ExternalName")
            && address.is_none_or(|address| address.value != "None"),
        written_ports: Value::from(written),
        publish_not_ready_addresses: not_ready.is_some_and(|not_ready| not_ready.value),
        kind: kind.map(|kind| kind.value),
        external_name: external_name.map(|name| name.value),
    })
}

/// What Istio takes for HTTP: `appProtocol`, else the name up to its first `-`. What it does not know it looks into.
fn is_http(name: &str, app_protocol: &str) -> bool {
    let said = if app_protocol.is_empty() {
        name.split('-').next().unwrap_or_default()
    } else {
        app_protocol
    };
    !matches!(
        said.to_ascii_lowercase().as_str(),
        "tcp" | "tls" | "https" | "mongo" | "mysql" | "redis" | "udp" | "kubernetes.io/wss"
    )
}

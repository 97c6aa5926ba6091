//! Reads VirtualServices.

use gamma_manifest::{
    diagnostic::{Diagnostics, codes},
    source::Spanned,
    yaml::{Field, ObjectReader},
};

use super::{http_match::MESH, http_route::HttpRoute};
use crate::{
    object::{SourceMetadata, SourceObject, texts},
    report::Findings,
};

/// The API group of VirtualServices and DestinationRules.
pub(super) const GROUP: &str = "networking.istio.io";
/// Its versions, which have the same fields.
pub(super) const VERSIONS: [&str; 3] = ["v1", "v1beta1", "v1alpha3"];

/// A VirtualService that acts in the mesh.
#[derive(Debug, Clone)]
pub(crate) struct VirtualService {
    pub(super) metadata: SourceMetadata,
    pub(super) hosts: Vec<Spanned<String>>,
    /// Empty is everybody.
    pub(super) export_to: Vec<Spanned<String>>,
    pub(super) http: Vec<HttpRoute>,
}

/// The VirtualServices among `objects`, but for those that are for gateways only.
pub(crate) fn virtual_services(
    objects: &[SourceObject],
    default_namespace: &str,
    diagnostics: &mut Diagnostics,
) -> Vec<VirtualService> {
    let mut all = Vec::new();
    for object in of_kind(objects, "VirtualService") {
        let mut findings = Findings::new(diagnostics);
        let read = ObjectReader::open(&Field::root(&object.node), &mut findings)
            .and_then(|object| read(object, default_namespace, &mut findings));
        if !findings.refused {
            all.extend(read);
        }
    }
    all
}

/// Objects of a kind of Istio's, in any version.
pub(super) fn of_kind<'o>(
    objects: &'o [SourceObject],
    kind: &str,
) -> impl Iterator<Item = &'o SourceObject> {
    let is_it = move |object: &&SourceObject| {
        let version = object
            .api_version
            .rsplit_once('/')
            .map(|(_, version)| version);
        object.kind == kind
            && object.group() == GROUP
            && version.is_some_and(|version| VERSIONS.contains(&version))
    };
    objects.iter().filter(is_it)
}

fn read(
    mut object: ObjectReader<'_>,
    default_namespace: &str,
    findings: &mut Findings<'_>,
) -> Option<VirtualService> {
    object.ignore(&["apiVersion", "kind", "status"]);
    let metadata = SourceMetadata::read(&mut object, default_namespace, findings)?;
    let field = object.require("spec", findings)?;
    object.finish(findings);
    let mut spec = ObjectReader::open(&field, findings)?;
    let hosts = texts(&mut spec, "hosts", findings);
    let gateways = texts(&mut spec, "gateways", findings);
    let export_to = texts(&mut spec, "exportTo", findings);
    let http = spec.list("http", findings);
    let layer_4 = [spec.take("tls", findings), spec.take("tcp", findings)];
    if !gateways.is_empty() && !gateways.iter().any(|gateway| gateway.value == MESH) {
        spec.ignore(&["http"]);
        findings.say(
            &codes::FOR_GATEWAYS_ONLY,
            gateways[0].span,
            format!(
                "VirtualService `{}` is for gateways only",
                metadata.name.value
            ),
            "it does nothing between Services, so there is nothing to convert",
            "for traffic into the cluster there is ingress2gateway",
        );
        return None;
    }
    for field in layer_4
        .into_iter()
        .flatten()
        .filter(|field| field.items().is_none_or(|items| !items.is_empty()))
    {
        findings.say(
            &codes::NO_HTTP,
            field.node.span,
            format!("`{}` routes connections, not requests", field.path),
            "requests that it takes are not converted",
            "keep a VirtualService for these, without `http`",
        );
    }
    let http = http
        .iter()
        .filter_map(|field| HttpRoute::read(field, findings))
        .collect();
    spec.finish(findings);
    Some(VirtualService {
        metadata,
        hosts,
        export_to,
        http,
    })
}

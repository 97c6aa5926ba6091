//! Reads VirtualServices.

use gamma_manifest::{
    diagnostic::{Diagnostics, codes},
    source::Spanned,
};

use super::{delegates, http_match::MESH, http_route::HttpRoute, istio_kind};
use crate::{
    findings::Findings,
    kind::{OpenObject, read_kind},
    object::{SourceMetadata, SourceObject, texts},
    options::ConversionOptions,
};

/// A VirtualService that acts in the mesh.
#[derive(Debug, Clone)]
pub(crate) struct VirtualService {
    pub(super) metadata: SourceMetadata,
    pub(super) hosts: Vec<Spanned<String>>,
    /// Empty is everybody.
    pub(super) export_to: Vec<Spanned<String>>,
    pub(super) http: Vec<HttpRoute>,
}

impl VirtualService {
    pub(crate) fn metadata(&self) -> &SourceMetadata {
        &self.metadata
    }
}

/// The VirtualServices among `objects`, with the rules of their delegates, but for those that are for gateways only.
pub(crate) fn virtual_services(
    objects: &[SourceObject],
    options: &ConversionOptions,
    diagnostics: &mut Diagnostics,
) -> Vec<VirtualService> {
    let taken_in = delegates::taken_in(objects, options, diagnostics);
    let all = read_kind(
        &istio_kind("VirtualService"),
        &taken_in,
        &options.namespace,
        diagnostics,
        read,
    );
    delegates::account(objects, &taken_in);
    all
}

fn read(opened: OpenObject<'_>, findings: &mut Findings<'_>) -> Option<VirtualService> {
    let metadata = opened.metadata.clone();
    let mut spec = opened.spec(findings)?;
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

//! Reads TrafficSplits.

use gamma_manifest::{
    diagnostic::{Diagnostics, codes},
    source::{Span, Spanned},
    yaml::{Field, ObjectReader},
};

use super::quantity::Quantity;
use crate::{
    findings::Findings,
    kind::{OpenObject, SourceKind, read_kind},
    object::{SourceMetadata, SourceObject},
};

const TRAFFIC_SPLIT: SourceKind = SourceKind {
    group: "split.smi-spec.io",
    versions: &["v1alpha4", "v1alpha3", "v1alpha2", "v1alpha1"],
    kind: "TrafficSplit",
};

/// A TrafficSplit: requests to one Service go to several.
#[derive(Debug, Clone)]
pub(crate) struct TrafficSplit {
    pub(crate) metadata: SourceMetadata,
    /// The Service that clients call.
    pub(crate) service: Spanned<String>,
    pub(crate) backends: Vec<SplitBackend>,
    /// HTTPRouteGroups of its namespace, by name: requests that it is for. Empty is all of them.
    pub(crate) matches: Vec<Spanned<String>>,
    pub(crate) span: Span,
}

/// A Service that some requests go to.
#[derive(Debug, Clone)]
pub(crate) struct SplitBackend {
    pub(crate) service: Spanned<String>,
    pub(crate) weight: Quantity,
}

impl PartialEq for TrafficSplit {
    /// Whether both say the same, wherever they are written.
    fn eq(&self, other: &Self) -> bool {
        let backends = |of: &Self| -> Vec<(String, Quantity)> {
            let backends = of.backends.iter();
            backends
                .map(|backend| (backend.service.value.clone(), backend.weight))
                .collect()
        };
        let matches = |of: &Self| -> Vec<String> {
            of.matches.iter().map(|group| group.value.clone()).collect()
        };
        backends(self) == backends(other) && matches(self) == matches(other)
    }
}

/// The TrafficSplits among `objects`.
pub(crate) fn traffic_splits(
    objects: &[SourceObject],
    default_namespace: &str,
    diagnostics: &mut Diagnostics,
) -> Vec<TrafficSplit> {
    read_kind(
        &TRAFFIC_SPLIT,
        objects,
        default_namespace,
        diagnostics,
        read,
    )
}

fn read(opened: OpenObject<'_>, findings: &mut Findings<'_>) -> Option<TrafficSplit> {
    let (metadata, version) = (opened.metadata.clone(), opened.version);
    let mut spec = opened.spec(findings)?;
    let service = spec.require("service", findings)?;
    let span = service.node.span;
    let service = service.string(findings)?;
    let fields = spec.list("backends", findings);
    let backends: Vec<SplitBackend> = fields
        .iter()
        .filter_map(|field| SplitBackend::read(field, version, findings))
        .collect();
    // "matches" came with v1alpha3.
    let matches = match version {
        "v1alpha1" | "v1alpha2" => Vec::new(),
        _ => spec.list("matches", findings),
    };
    let matches = matches
        .iter()
        .filter_map(|field| group_reference(field, findings))
        .collect();
    spec.finish(findings);
    if backends.is_empty() && !findings.refused {
        let hint = "name the Services that requests go to";
        let message = format!("TrafficSplit `{}` has no backends", metadata.name.value);
        findings.refuse(&codes::MISSING_FIELD, span, message, hint);
    }
    Some(TrafficSplit {
        metadata,
        service,
        backends,
        matches,
        span,
    })
}

impl SplitBackend {
    /// v1alpha1 has quantities, the others whole numbers.
    fn read(field: &Field<'_>, version: &str, findings: &mut Findings<'_>) -> Option<Self> {
        let mut object = ObjectReader::open(field, findings)?;
        let service = object.require("service", findings)?.string(findings);
        let weight = if version == "v1alpha1" {
            let weight = object.require("weight", findings)?;
            Quantity::read(&weight, findings)
        } else {
            let weight = object.integer("weight", 0..=i32::MAX as u32, findings);
            Some(weight.map_or(Quantity::whole(0), |weight| Quantity::whole(weight.value)))
        };
        object.finish(findings);
        Some(Self {
            service: service?,
            weight: weight?,
        })
    }
}

/// `{kind: HTTPRouteGroup, name}`.
fn group_reference(field: &Field<'_>, findings: &mut Findings<'_>) -> Option<Spanned<String>> {
    let mut object = ObjectReader::open(field, findings)?;
    let kind = object.string("kind", findings);
    let group = object.string("apiGroup", findings);
    let name = object.require("name", findings)?.string(findings);
    object.finish(findings);
    let is_group = kind
        .as_ref()
        .is_none_or(|kind| kind.value == "HTTPRouteGroup")
        && group
            .as_ref()
            .is_none_or(|group| group.value == "specs.smi-spec.io");
    if !is_group {
        let message = format!("`{}` names no HTTPRouteGroup", field.path);
        let hint = "a split can ask for HTTPRouteGroups only";
        findings.refuse(&codes::INVALID_VALUE, field.node.span, message, hint);
        return None;
    }
    name
}

//! What becomes of the objects of the source when the routes are obeyed.

use std::collections::BTreeSet;

use gamma_manifest::{
    diagnostic::{Code, Diagnostics, codes},
    source::Span,
};

use crate::{
    object::SourceObject,
    options::{ConversionOptions, DataPlane},
};

/// An object of the source, and what the user does with it.
#[derive(Debug)]
pub(crate) struct ObjectFate {
    /// As `kubectl` has it, with the group.
    pub(crate) resource: &'static str,
    pub(crate) namespace: String,
    pub(crate) name: String,
    pub(crate) fate: SourceFate,
}

/// What is done with an object.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum SourceFate {
    /// All that it did is in the routes.
    Deleted,
    /// It goes on doing something, which is said.
    Stays(&'static str),
    /// A part of it goes on doing something: what is done with the rest.
    Changed(&'static str),
}

const VIRTUAL_SERVICES: &str = "virtualservices.networking.istio.io";
const DESTINATION_RULES: &str = "destinationrules.networking.istio.io";

/// The fates of `objects`, by kind, namespace and name.
pub(crate) fn fates(
    objects: &[SourceObject],
    found: &Diagnostics,
    options: &ConversionOptions,
) -> Vec<ObjectFate> {
    let read = objects.iter().filter(|object| object.read.get().is_some());
    let mut fates: Vec<ObjectFate> = read
        .filter_map(|object| {
            let (resource, fate) = match &*object.kind {
                "VirtualService" => (VIRTUAL_SERVICES, routed(object, found)),
                "TrafficSplit" => ("trafficsplits.split.smi-spec.io", routed(object, found)),
                "ServiceProfile" => ("serviceprofiles.linkerd.io", routed(object, found)),
                "TrafficTarget" => {
                    let fate = SourceFate::Stays("it says who may call, and no route does");
                    ("traffictargets.access.smi-spec.io", fate)
                }
                "HTTPRouteGroup" => ("httproutegroups.specs.smi-spec.io", group(objects)),
                "DestinationRule" => (DESTINATION_RULES, destination_rule(object, options)),
                _ => return None,
            };
            let (namespace, name) = object.name(&options.namespace);
            Some(ObjectFate {
                resource,
                namespace: namespace.into(),
                name: name.into(),
                fate,
            })
        })
        .collect();
    let is_route = |fate: &&ObjectFate| fate.resource == VIRTUAL_SERVICES;
    let some_stay = fates
        .iter()
        .filter(is_route)
        .any(|of| of.fate != SourceFate::Deleted);
    for of in &mut fates {
        if of.resource == DESTINATION_RULES && of.fate == SourceFate::Deleted && some_stay {
            of.fate = SourceFate::Stays("a VirtualService that stays may name its subsets");
        }
    }
    for of in &mut fates {
        if of.fate == SourceFate::Deleted && !options.client_labels.is_empty() {
            of.fate = SourceFate::Stays("clients without the labels need it");
        }
    }
    // VirtualServices first: as long as one is there, it needs the subsets.
    fates.sort_by(|a, b| {
        let key = |of: &ObjectFate| {
            (
                of.resource != VIRTUAL_SERVICES,
                of.resource,
                of.namespace.clone(),
                of.name.clone(),
            )
        };
        key(a).cmp(&key(b))
    });
    fates
}

/// TrafficTargets ask for groups too.
fn group(objects: &[SourceObject]) -> SourceFate {
    if objects.iter().any(|object| object.kind == "TrafficTarget") {
        SourceFate::Stays("a TrafficTarget may ask for it")
    } else {
        SourceFate::Deleted
    }
}

fn routed(object: &SourceObject, found: &Diagnostics) -> SourceFate {
    let whole = object.node.span;
    let is_in =
        |span: Span| span.file == whole.file && whole.start <= span.start && span.end <= whole.end;
    let said: BTreeSet<&str> = found
        .iter()
        .filter(|finding| finding.span.is_some_and(is_in))
        .map(|finding| finding.code.id)
        .collect();
    let has = |code: &Code| said.contains(code.id);
    if has(&codes::FOR_GATEWAYS_ONLY) {
        return SourceFate::Stays("it is for gateways");
    }
    if object.is_left_out() {
        return SourceFate::Stays("it was not converted: report.md says why");
    }
    let in_part = [
        &codes::HOST_WITHOUT_SERVICE,
        &codes::UNSPEAKABLE_MATCH,
        &codes::ORDER_LOST,
        &codes::TWO_SOURCES,
    ];
    // What is too long is said of no place.
    let too_long = found
        .iter()
        .any(|finding| finding.code == &codes::ORDER_LOST && finding.span.is_none());
    if in_part.into_iter().any(has) || too_long {
        return SourceFate::Stays(
            "it may do something that the routes do not: report.md says what",
        );
    }
    let spec = object.node.get("spec");
    let gateways = spec.and_then(|spec| spec.get("gateways"));
    let gateways = gateways.map_or(0, |gateways| match &gateways.content {
        gamma_manifest::yaml::Content::Sequence(items) => items.len(),
        _ => 0,
    });
    if gateways > 1 {
        return SourceFate::Changed("take `mesh` out of its `gateways`: it is for others too");
    }
    if has(&codes::NO_HTTP) {
        return SourceFate::Changed("take `http` out of it: `tcp` and `tls` stay");
    }
    SourceFate::Deleted
}

fn destination_rule(object: &SourceObject, options: &ConversionOptions) -> SourceFate {
    if object.is_left_out() {
        return SourceFate::Stays("it was not converted: report.md says why");
    }
    let has_policy = object
        .node
        .get("spec")
        .is_some_and(|spec| spec.get("trafficPolicy").is_some());
    if has_policy && options.data_plane == DataPlane::Istio {
        return SourceFate::Stays("its policy acts on the Service itself");
    }
    SourceFate::Deleted
}

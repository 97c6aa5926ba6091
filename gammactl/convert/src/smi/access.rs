//! TrafficTargets say who may call whom. No route says that, and leaving it out would let everybody in.

use std::{cell::RefCell, collections::BTreeSet};

use gamma_manifest::{
    diagnostic::{Diagnostic, Diagnostics, codes},
    source::Span,
    yaml::{Content, Node},
};

use super::http_route_group::HttpRouteGroup;
use crate::{
    kind::{SourceKind, read_kind},
    object::{SourceMetadata, SourceObject},
};

const TRAFFIC_TARGET: SourceKind = SourceKind {
    group: "access.smi-spec.io",
    versions: &["v1alpha4", "v1alpha3", "v1alpha2", "v1alpha1"],
    kind: "TrafficTarget",
};
const VERSIONS_OF_SPECS: &[&str] = &["v1alpha4", "v1alpha3", "v1alpha2", "v1alpha1"];
const LAYER_4: [&str; 2] = ["TCPRoute", "UDPRoute"];

/// Says what becomes of the TrafficTargets among `objects`, of TCPRoutes and UDPRoutes, and of `groups` that nothing asks
/// for: `asked` has namespaces and names of those that a split does. How many objects there were.
pub(crate) fn say_access(
    objects: &[SourceObject],
    groups: &[HttpRouteGroup],
    asked: &BTreeSet<(String, String)>,
    default_namespace: &str,
    diagnostics: &mut Diagnostics,
) -> usize {
    let targets = metadata_of(&TRAFFIC_TARGET, objects, default_namespace, diagnostics);
    let mut named = BTreeSet::new();
    for object in objects.iter().filter(|o| o.kind == TRAFFIC_TARGET.kind) {
        named_routes(&object.node, &mut named);
    }
    for SourceMetadata { name, .. } in &targets {
        diagnostics.push(
            Diagnostic::new(
                &codes::AUTHORIZATION_LOST,
                name.span,
                format!("TrafficTarget `{}` says who may call", name.value),
            )
            .why("routes say nothing of that: without it, everybody may")
            .hint(
                "before you remove it, write an AuthorizationPolicy (Istio), a Server with an AuthorizationPolicy (Linkerd) or a \
                 NetworkPolicy",
            ),
        );
    }
    let mut count = targets.len();
    for group in groups {
        let name = &group.metadata.name;
        let key = (group.metadata.namespace.clone(), name.value.clone());
        if !asked.contains(&key) && !named.contains(&name.value) {
            diagnostics.push(idle("HTTPRouteGroup", &name.value, name.span));
        }
    }
    for kind in LAYER_4 {
        let kind = SourceKind {
            group: "specs.smi-spec.io",
            versions: VERSIONS_OF_SPECS,
            kind,
        };
        let routes = metadata_of(&kind, objects, default_namespace, diagnostics);
        count += routes.len();
        for SourceMetadata { name, .. } in routes {
            if !named.contains(&name.value) {
                diagnostics.push(idle(kind.kind, &name.value, name.span));
            }
        }
    }
    count
}

/// The metadata of objects of which nothing is made.
fn metadata_of(
    kind: &SourceKind,
    objects: &[SourceObject],
    default_namespace: &str,
    diagnostics: &mut Diagnostics,
) -> Vec<SourceMetadata> {
    let all = RefCell::new(Vec::new());
    read_kind(
        kind,
        objects,
        default_namespace,
        diagnostics,
        |opened, _| {
            all.borrow_mut().push(opened.metadata);
            None::<()>
        },
    );
    all.into_inner()
}

fn idle(kind: &str, name: &str, span: Span) -> Diagnostic {
    Diagnostic::new(
        &codes::NEVER_ACTED,
        span,
        format!("{kind} `{name}` does nothing"),
    )
    .why("nothing of the input asks for it: it is not converted")
    .hint("nothing: it did nothing before")
}

/// The names in `rules` (since v1alpha2) or `specs` of a TrafficTarget.
fn named_routes(target: &Node, names: &mut BTreeSet<String>) {
    let rules = target
        .get("spec")
        .and_then(|spec| spec.get("rules"))
        .or_else(|| target.get("specs"));
    if let Some(Content::Sequence(rules)) = rules.map(|rules| &rules.content) {
        let name = |rule: &Node| rule.get("name").and_then(Node::as_str).map(str::to_owned);
        names.extend(rules.iter().filter_map(name));
    }
}

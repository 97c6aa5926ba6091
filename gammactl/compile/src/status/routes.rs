//! Builds the status of every route, with respect to each Service that the route is attached to.

use gamma_manifest::{Manifests, ParentRef, Route, RouteKind, diagnostic::Diagnostics};

use super::{
    conditions,
    conditions::{Condition, RuleConditions},
    findings::ConditionFindings,
};
use crate::Attachment;

/// The name of the controller that the status is written by.
pub(super) const CONTROLLER_NAME: &str = "gamma/gammactl";

/// The status of one route.
#[derive(Debug, Clone)]
pub struct RouteStatus {
    /// Kind of the route.
    pub kind: RouteKind,
    /// Namespace of the route.
    pub namespace: String,
    /// Name of the route.
    pub name: String,
    /// `metadata.generation`, where the manifest has one.
    pub generation: Option<u64>,
    /// One for each parentRef to a Service, in the order of the route.
    pub parents: Vec<ParentStatus>,
}

/// The status of a route with respect to one of its parents.
#[derive(Debug, Clone)]
pub struct ParentStatus {
    /// The parentRef as the route has it.
    pub parent_ref: ParentRef,
    /// Each type at most once.
    pub conditions: Vec<Condition>,
}

/// The status of every route that has a Service for a parent, by kind, namespace and name.
///
/// `attachments` and `diagnostics` are what came of compiling `manifests`.
#[must_use]
pub fn statuses(
    manifests: &Manifests,
    attachments: &[Attachment],
    diagnostics: &Diagnostics,
) -> Vec<RouteStatus> {
    let findings = ConditionFindings::new(diagnostics);
    let mut statuses: Vec<RouteStatus> = attachments
        .chunk_by(|a, b| a.route == b.route)
        .map(|attachments| {
            let route = &manifests.routes[attachments[0].route];
            status(route, attachments, manifests, &findings)
        })
        .collect();
    statuses.sort_by(|a, b| (a.kind, &a.namespace, &a.name).cmp(&(b.kind, &b.namespace, &b.name)));
    statuses
}

/// The status of `route`, whose attachments are all of `attachments`.
pub(super) fn status(
    route: &Route,
    attachments: &[Attachment],
    manifests: &Manifests,
    findings: &ConditionFindings<'_>,
) -> RouteStatus {
    let rules = RuleConditions::of(route, attachments, findings);
    let parents = attachments.iter().map(|attachment| ParentStatus {
        parent_ref: route.parent_refs[attachment.parent].clone(),
        conditions: conditions::of(route, attachment, &rules, manifests, findings),
    });
    RouteStatus {
        kind: route.kind,
        namespace: route.metadata.namespace.clone(),
        name: route.metadata.name.value.clone(),
        generation: route.metadata.generation,
        parents: parents.collect(),
    }
}

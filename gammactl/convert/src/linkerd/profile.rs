//! Reads ServiceProfiles.

use gamma_manifest::{
    diagnostic::{Diagnostics, codes},
    source::{Span, Spanned},
    yaml::{Field, ObjectReader},
};

use super::condition::ProfileCondition;
use crate::{
    duration::Millis,
    findings::Findings,
    kind::{OpenObject, SourceKind, read_kind},
    object::{SourceMetadata, SourceObject, texts},
    smi::Quantity,
};

const SERVICE_PROFILE: SourceKind = SourceKind {
    group: "linkerd.io",
    versions: &["v1alpha2", "v1alpha1"],
    kind: "ServiceProfile",
};

/// A ServiceProfile: what becomes of requests to one Service.
#[derive(Debug, Clone)]
pub(crate) struct ServiceProfile {
    pub(crate) metadata: SourceMetadata,
    /// The first one that holds decides.
    pub(super) routes: Vec<ProfileRoute>,
    /// Where all requests go; empty is to the Service itself.
    pub(super) overrides: Vec<DestinationOverride>,
    pub(super) span: Span,
}

/// `routes[]`.
#[derive(Debug, Clone)]
pub(super) struct ProfileRoute {
    pub(super) name: Option<Spanned<String>>,
    pub(super) condition: ProfileCondition,
    pub(super) timeout: Option<Millis>,
    pub(super) span: Span,
}

/// `dstOverrides[]`: a Service, in full and perhaps with a port, and its share.
#[derive(Debug, Clone)]
pub(super) struct DestinationOverride {
    pub(super) authority: Spanned<String>,
    pub(super) weight: Quantity,
}

/// The ServiceProfiles among `objects`.
pub(crate) fn service_profiles(
    objects: &[SourceObject],
    default_namespace: &str,
    diagnostics: &mut Diagnostics,
) -> Vec<ServiceProfile> {
    read_kind(
        &SERVICE_PROFILE,
        objects,
        default_namespace,
        diagnostics,
        read,
    )
}

fn read(opened: OpenObject<'_>, findings: &mut Findings<'_>) -> Option<ServiceProfile> {
    let metadata = opened.metadata.clone();
    let span = metadata.name.span;
    let mut spec = opened.spec(findings)?;
    let routes = spec.list("routes", findings);
    let routes = routes.iter();
    let routes = routes
        .filter_map(|field| ProfileRoute::read(field, findings))
        .collect();
    let overrides = spec.list("dstOverrides", findings);
    let overrides = overrides.iter();
    let overrides = overrides
        .filter_map(|field| DestinationOverride::read(field, findings))
        .collect();
    if let Some(budget) = spec.take("retryBudget", findings) {
        findings.say(
            &codes::BEHAVIOUR_LOST,
            budget.node.span,
            format!("`{}` limits how often requests are sent again", budget.path),
            "without `isRetryable` nothing is sent again, and with `retry` the number is in the rule",
            "an XBackendTrafficPolicy has a `retryConstraint` for the Service",
        );
    }
    if !texts(&mut spec, "opaquePorts", findings).is_empty() {
        findings.say(
            &codes::NO_HTTP,
            span,
            "some ports are opaque: their connections are not looked into".to_owned(),
            "routes are for requests, and say nothing of other connections",
            "annotate the Service with config.linkerd.io/opaque-ports",
        );
    }
    spec.finish(findings);
    Some(ServiceProfile {
        metadata,
        routes,
        overrides,
        span,
    })
}

impl ProfileRoute {
    fn read(field: &Field<'_>, findings: &mut Findings<'_>) -> Option<Self> {
        let mut object = ObjectReader::open(field, findings)?;
        let name = object.string("name", findings);
        let condition = object.require("condition", findings);
        let condition =
            condition.and_then(|condition| ProfileCondition::read(&condition, findings));
        let timeout = Millis::read(&mut object, "timeout", findings);
        let is_retryable = object.boolean("isRetryable", findings);
        if let Some(retryable) = is_retryable.filter(|retryable| retryable.value) {
            findings.say(
                &codes::BEHAVIOUR_LOST,
                retryable.span,
                "requests that fail are sent again, as often as the budget allows".to_owned(),
                "a rule's `retry` has a number and no budget: it is left out, and nothing is sent again",
                "add `retry: {codes: [500, 502, 503, 504], attempts: 1}` to the rule if its requests may be sent twice",
            );
        }
        if let Some(classes) = object.take("responseClasses", findings) {
            findings.say(
                &codes::BEHAVIOUR_LOST,
                classes.node.span,
                format!("`{}` says which answers are failures", classes.path),
                "that is for statistics, and for sending requests again: no rule says it",
                "count failures by status in your metrics",
            );
        }
        object.finish(findings);
        Some(Self {
            name,
            condition: condition?,
            timeout: timeout.map(|timeout| timeout.value),
            span: field.node.span,
        })
    }
}

impl DestinationOverride {
    fn read(field: &Field<'_>, findings: &mut Findings<'_>) -> Option<Self> {
        let mut object = ObjectReader::open(field, findings)?;
        let authority = object.require("authority", findings)?.string(findings);
        let field = object.require("weight", findings)?;
        object.finish(findings);
        let weight = Quantity::read(&field, findings);
        Some(Self {
            authority: authority?,
            weight: weight?,
        })
    }
}

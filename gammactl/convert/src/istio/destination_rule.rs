//! Reads DestinationRules: which pods a subset has, and what is said of connections to them.

use std::collections::BTreeMap;

use gamma_manifest::{
    diagnostic::{Diagnostics, codes},
    source::{Span, Spanned},
    yaml::ObjectReader,
};
use serde_json::Value;

use super::{istio_kind, version_policy::TrafficPolicy};
use crate::{
    findings::Findings,
    hosts::HostName,
    kind::{OpenObject, read_kind},
    object::{SourceMetadata, SourceObject, strings, texts, value},
    options::{ConversionOptions, DataPlane},
    service::SourceService,
};

/// A DestinationRule.
#[derive(Debug, Clone)]
pub(crate) struct DestinationRule {
    pub(super) metadata: SourceMetadata,
    pub(super) host: Spanned<String>,
    /// Who gets it, as written.
    pub(super) export_to: Vec<Spanned<String>>,
    /// Which clients are meant, as written.
    pub(super) workloads: Option<Value>,
    /// What stands above all subsets; `None` too where nothing reads it.
    pub(super) policy: Option<TrafficPolicy>,
    pub(super) subsets: Vec<Subset>,
}

impl DestinationRule {
    pub(crate) fn metadata(&self) -> &SourceMetadata {
        &self.metadata
    }
}

/// Some of the pods of a Service.
#[derive(Debug, Clone)]
pub(super) struct Subset {
    pub(super) name: String,
    pub(super) labels: BTreeMap<String, String>,
    /// Over that of the rule; `None` too where nothing reads it.
    pub(super) policy: Option<TrafficPolicy>,
}

/// The DestinationRules among `objects`.
pub(crate) fn destination_rules(
    objects: &[SourceObject],
    options: &ConversionOptions,
    diagnostics: &mut Diagnostics,
) -> Vec<DestinationRule> {
    read_kind(
        &istio_kind("DestinationRule"),
        objects,
        &options.namespace,
        diagnostics,
        |opened, findings| read(opened, options.data_plane, findings),
    )
}

fn read(
    opened: OpenObject<'_>,
    data_plane: DataPlane,
    findings: &mut Findings<'_>,
) -> Option<DestinationRule> {
    let metadata = opened.metadata.clone();
    let mut spec = opened.spec(findings)?;
    let host = spec.require("host", findings)?.string(findings)?;
    let policy = self::policy(&mut spec, data_plane, findings);
    let workloads = spec.take("workloadSelector", findings);
    if let Some(workloads) = &workloads {
        findings.say(
            &codes::CLIENTS_TOLD_APART,
            workloads.node.span,
            "the rule is for some clients only",
            "its subsets become Services, which all clients see",
            "see that no other DestinationRule has other subsets of the same names",
        );
    }
    // Whom the subsets are for is decided by the VirtualServices that name them.
    let export_to = texts(&mut spec, "exportTo", findings);
    let mut subsets = Vec::new();
    for field in spec.list("subsets", findings) {
        let Some(mut subset) = ObjectReader::open(&field, findings) else {
            continue;
        };
        let name = subset.require("name", findings);
        let labels = subset.take("labels", findings);
        let policy = self::policy(&mut subset, data_plane, findings);
        subset.finish(findings);
        let labels = labels
            .map(|field| strings(&field, findings))
            .unwrap_or_default();
        let name = name.and_then(|name| name.string(findings));
        subsets.extend(name.map(|name| {
            Subset {
                name: name.value,
                labels: labels
                    .into_iter()
                    .map(|(key, value)| (key.value, value.value))
                    .collect(),
                policy,
            }
        }));
    }
    spec.finish(findings);
    Some(DestinationRule {
        metadata,
        host,
        export_to,
        workloads: workloads.map(|field| value(field.node)),
        policy,
        subsets,
    })
}

/// The place of each rule with the full name of each Service that it is for.
pub(crate) fn subjects(
    rules: &[DestinationRule],
    services: &[SourceService],
    cluster_domain: &str,
) -> Vec<(Span, String)> {
    let mut subjects = Vec::new();
    for rule in rules {
        let host = HostName::of(&rule.host.value, &rule.metadata.namespace, cluster_domain);
        let of_rule = services.iter().filter(|service| {
            host.names(&service.namespace, &service.name, cluster_domain)
                .is_some()
        });
        subjects.extend(of_rule.map(|service| (rule.host.span, service.full_name())));
    }
    subjects
}

/// What is said of connections, where somebody reads it.
fn policy(
    object: &mut ObjectReader<'_>,
    data_plane: DataPlane,
    findings: &mut Findings<'_>,
) -> Option<TrafficPolicy> {
    let policy = object.take("trafficPolicy", findings)?;
    if data_plane == DataPlane::Istio {
        return TrafficPolicy::read(&policy, findings);
    }
    findings.say(
            &codes::BEHAVIOUR_LOST,
            policy.node.span,
            format!("`{}` is about connections to endpoints", policy.path),
            "routes say nothing of load balancing, connection pools, outliers and TLS, and no proxy but Istio's reads \
             DestinationRules",
            "with `--data-plane istio`, where the sidecars stay, policies are carried over",
        );
    None
}

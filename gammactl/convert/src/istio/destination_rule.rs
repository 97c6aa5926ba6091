//! Reads DestinationRules, as far as they say which pods a subset has.

use std::collections::BTreeMap;

use gamma_manifest::{
    diagnostic::{Diagnostics, codes},
    source::Spanned,
    yaml::ObjectReader,
};

use super::istio_kind;
use crate::{
    kind::{OpenObject, read_kind},
    object::{SourceMetadata, SourceObject, strings, texts},
    report::Findings,
};

/// A DestinationRule.
#[derive(Debug, Clone)]
pub(crate) struct DestinationRule {
    pub(super) metadata: SourceMetadata,
    pub(super) host: Spanned<String>,
    pub(super) subsets: Vec<Subset>,
}

/// Some of the pods of a Service.
#[derive(Debug, Clone)]
pub(super) struct Subset {
    pub(super) name: String,
    pub(super) labels: BTreeMap<String, String>,
}

/// The DestinationRules among `objects`.
pub(crate) fn destination_rules(
    objects: &[SourceObject],
    default_namespace: &str,
    diagnostics: &mut Diagnostics,
) -> Vec<DestinationRule> {
    read_kind(
        &istio_kind("DestinationRule"),
        objects,
        default_namespace,
        diagnostics,
        read,
    )
}

fn read(opened: OpenObject<'_>, findings: &mut Findings<'_>) -> Option<DestinationRule> {
    let metadata = opened.metadata.clone();
    let mut spec = opened.spec(findings)?;
    let host = spec.require("host", findings)?.string(findings)?;
    policy(&mut spec, findings);
    if let Some(workloads) = spec.take("workloadSelector", findings) {
        findings.say(
            &codes::CLIENTS_TOLD_APART,
            workloads.node.span,
            "the rule is for some clients only",
            "its subsets become Services, which all clients see",
            "see that no other DestinationRule has other subsets of the same names",
        );
    }
    // Whom the subsets are for is decided by the VirtualServices that name them.
    texts(&mut spec, "exportTo", findings);
    let mut subsets = Vec::new();
    for field in spec.list("subsets", findings) {
        let Some(mut subset) = ObjectReader::open(&field, findings) else {
            continue;
        };
        let name = subset.require("name", findings);
        let labels = subset.take("labels", findings);
        policy(&mut subset, findings);
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
            }
        }));
    }
    spec.finish(findings);
    Some(DestinationRule {
        metadata,
        host,
        subsets,
    })
}

/// What a DestinationRule says of connections stays with it.
fn policy(object: &mut ObjectReader<'_>, findings: &mut Findings<'_>) {
    if let Some(policy) = object.take("trafficPolicy", findings) {
        findings.say(
            &codes::BEHAVIOUR_LOST,
            policy.node.span,
            format!("`{}` is about connections to endpoints", policy.path),
            "routes say nothing of load balancing, connection pools, outliers and TLS; a Service that is made of a subset has \
             no policy",
            "where Istio stays the proxy, keep the DestinationRule and write one for each new Service",
        );
    }
}

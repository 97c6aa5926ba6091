//! DestinationRules for the Services that subsets become.

use serde_json::{Map, Value, json};

use super::{destination_rule::DestinationRule, version_policy::TrafficPolicy};
use crate::service::SourceService;

/// The DestinationRule for the Service `name`, which has the pods of a subset of `service`. Whoever got `rule` gets it.
pub(super) fn rule_for(
    name: &str,
    service: &SourceService,
    rule: &DestinationRule,
    policy: TrafficPolicy,
    cluster_domain: &str,
) -> Value {
    let mut spec = Map::new();
    let host = format!("{name}.{}.svc.{cluster_domain}", service.namespace);
    spec.insert("host".into(), host.into());
    if !rule.export_to.is_empty() {
        let names = rule.export_to.iter().map(|to| to.value.as_str());
        spec.insert("exportTo".into(), names.collect());
    }
    if let Some(workloads) = &rule.workloads {
        spec.insert("workloadSelector".into(), workloads.clone());
    }
    spec.insert("trafficPolicy".into(), policy.members.into());
    json!({
        "apiVersion": "networking.istio.io/v1",
        "kind": "DestinationRule",
        "metadata": {"name": name, "namespace": rule.metadata.namespace},
        "spec": spec,
    })
}

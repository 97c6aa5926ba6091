//! The settings that the two configs give different values.

use gamma_config::Settings;

use super::differences::Difference;

/// All of them, by their names in the config.
pub(super) fn changes(old: &Settings, new: &Settings) -> Vec<Difference> {
    let rows = [
        (
            "clientNamespace",
            old.client_namespace.clone(),
            new.client_namespace.clone(),
        ),
        (
            "clusterDomain",
            Some(old.cluster_domain.clone()),
            Some(new.cluster_domain.clone()),
        ),
        (
            "clusterHeader",
            Some(old.cluster_header.clone()),
            Some(new.cluster_header.clone()),
        ),
        (
            "reasonHeader",
            Some(old.reason_header.to_string()),
            Some(new.reason_header.to_string()),
        ),
        (
            "metrics",
            Some(old.metrics.to_string()),
            Some(new.metrics.to_string()),
        ),
        (
            "responseMetrics",
            Some(old.response_metrics.to_string()),
            Some(new.response_metrics.to_string()),
        ),
        (
            "ruleProperty",
            Some(old.rule_property.to_string()),
            Some(new.rule_property.to_string()),
        ),
        (
            "host",
            old.host.map(|host| host.as_str().into()),
            new.host.map(|host| host.as_str().into()),
        ),
        ("revision", old.revision.clone(), new.revision.clone()),
        (
            "istioSidecar",
            Some(old.istio_sidecar.to_string()),
            Some(new.istio_sidecar.to_string()),
        ),
    ];
    rows.into_iter()
        .filter(|(_, before, after)| before != after)
        .map(|(what, before, after)| Difference {
            what: what.into(),
            before,
            after,
        })
        .collect()
}

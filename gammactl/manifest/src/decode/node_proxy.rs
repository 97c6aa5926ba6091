//! Reads what a Service asks of the proxy of each node, which connections to its cluster IP go through.

use super::{
    cx::Cx,
    scalar::{choice, written},
};
use crate::{NodeProxyField, source::Spanned, yaml::ObjectReader};

/// The members that ask for anything.
pub(super) fn fields(spec: &mut ObjectReader<'_>, cx: &mut Cx<'_>) -> Vec<Spanned<NodeProxyField>> {
    let affinity = written(spec, "sessionAffinity", cx)
        .and_then(|field| choice(&field, &["None", "ClientIP"], cx))
        .filter(|affinity| affinity.value == "ClientIP");
    affinity_config(spec, affinity.is_some(), cx);
    // To the API server, these two are words even where they are empty.
    let local = spec
        .take("internalTrafficPolicy", cx)
        .and_then(|field| choice(&field, &["Cluster", "Local"], cx))
        .filter(|policy| policy.value == "Local");
    let distributions = ["PreferClose", "PreferSameZone", "PreferSameNode"];
    let near = spec
        .take("trafficDistribution", cx)
        .and_then(|field| choice(&field, &distributions, cx));
    let is = |field: Spanned<&str>, value| Spanned {
        value,
        span: field.span,
    };
    let fields = [
        affinity.map(|field| is(field, NodeProxyField::SessionAffinity)),
        local.map(|field| is(field, NodeProxyField::InternalTrafficPolicy)),
        near.map(|field| is(field, NodeProxyField::TrafficDistribution)),
    ];
    fields.into_iter().flatten().collect()
}

/// "must be greater than 0 and less than 86400", which it may be as well.
fn affinity_config(spec: &mut ObjectReader<'_>, has_affinity: bool, cx: &mut Cx<'_>) {
    let config = spec.take("sessionAffinityConfig", cx);
    let config = config.and_then(|field| ObjectReader::open(&field, cx));
    let client_ip = config.and_then(|mut config| config.take("clientIP", cx));
    let client_ip = client_ip.and_then(|field| ObjectReader::open(&field, cx));
    let Some(mut client_ip) = client_ip else {
        return;
    };
    let (least, most) = if has_affinity {
        (1, 86_400)
    } else {
        (i32::MIN, i32::MAX)
    };
    client_ip.integer("timeoutSeconds", least..=most, cx);
}

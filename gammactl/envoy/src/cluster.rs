//! The clusters of the generated Envoy: one per Service port that the config names.

use gamma_compile::{BackendTls, Index, NamedClusters, Options, RetryBudgets};
use gamma_config::{Config, wire::ENDPOINT};
use gamma_manifest::{Manifests, RetryBudget, Service, ServicePort};
use serde_json::{Value, json};

use super::{arrival, endpoints, options::EnvoyOptions, upstream_tls::UpstreamTls};

/// How long a TCP connection to an endpoint may take.
pub(super) const CONNECT_TIMEOUT: &str = "1s";

pub(super) fn clusters(
    manifests: &Manifests,
    config: &Config,
    options: &Options,
    envoy_options: &EnvoyOptions,
) -> Vec<Value> {
    let named = NamedClusters::of(config);
    let index = Index::new(manifests);
    let budgets = RetryBudgets::new(manifests, &index);
    let tls = UpstreamTls {
        policies: &BackendTls::new(manifests, &index),
        others: &options.tls_to_backends,
        system_certificates: &envoy_options.system_certificates,
    };
    let mut clusters: Vec<(String, Value)> = Vec::new();
    for service in &manifests.services {
        let ports = if service.is_frontend() {
            service.tcp_ports().cloned().collect()
        } else {
            service.called_ports()
        };
        for port in &ports {
            let domain = &options.cluster_domain;
            let own = options.cluster_names.of(service, port.port, domain);
            // For whoever calls a Service without a frontend and is not captured.
            let direct = (!service.is_frontend()).then(|| arrival::direct(&own));
            for name in direct.into_iter().chain([own.clone()]) {
                if !named.all.contains(name.as_str()) {
                    continue;
                }
                let needs = ClusterNeeds {
                    http2: port.app_protocol.as_deref() == Some("kubernetes.io/h2c")
                        || named.grpc.contains(own.as_str()),
                    sessions: named.sessions.contains(name.as_str()),
                    retries: named.retries,
                };
                let mut cluster = cluster(&name, service, port, &needs, &index, domain);
                if let Some(budget) = budgets.of(service) {
                    limit_retries(&mut cluster, budget);
                }
                tls.apply(&mut cluster, service, port, needs.http2);
                clusters.push((name, cluster));
            }
        }
    }
    clusters.sort_by(|(a, _), (b, _)| a.cmp(b));
    clusters.into_iter().map(|(_, cluster)| cluster).collect()
}

/// What a cluster has to be able to do.
struct ClusterNeeds {
    http2: bool,
    sessions: bool,
    retries: bool,
}

fn cluster(
    name: &str,
    service: &Service,
    port: &ServicePort,
    needs: &ClusterNeeds,
    index: &Index<'_>,
    cluster_domain: &str,
) -> Value {
    let mut cluster = json!({
        "name": name,
        "type": null,
        "connect_timeout": CONNECT_TIMEOUT,
    });
    endpoints::set(&mut cluster, service, port, index, cluster_domain);
    if needs.retries {
        // Envoy's default, three retries at a time, would be a limit that no route asked for.
        cluster["circuit_breakers"] = json!({ "thresholds": [{ "max_retries": u32::MAX }] });
    }
    if needs.sessions {
        cluster["load_balancing_policy"] = session_policy();
    }
    if needs.http2 || needs.sessions {
        cluster["typed_extension_protocol_options"] = json!({
            "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": protocol_options(needs),
        });
    }
    cluster
}

/// Envoy's budget is of active requests, its minimum one of retries at a time: as many as there may be in a
/// second.
fn limit_retries(cluster: &mut Value, budget: RetryBudget) {
    let budget = json!({
        "budget_percent": { "value": budget.percent },
        "min_retry_concurrency": budget.minimum,
    });
    cluster["circuit_breakers"] = json!({ "thresholds": [{ "retry_budget": budget }] });
}

fn protocol_options(needs: &ClusterNeeds) -> Value {
    let protocol = if needs.http2 {
        "http2_protocol_options"
    } else {
        "http_protocol_options"
    };
    let mut options = json!({
        "@type": "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
        "explicit_http_config": { protocol: {} },
    });
    if needs.sessions {
        // The load balancer has read the header by now; the backend need not.
        options["http_filters"] = json!([
            {
                "name": "envoy.filters.http.header_mutation",
                "typed_config": {
                    "@type": "type.googleapis.com/envoy.extensions.filters.http.header_mutation.v3.HeaderMutation",
                    "mutations": { "request_mutations": [{ "remove": ENDPOINT }] },
                },
            },
            {
                "name": "envoy.filters.http.upstream_codec",
                "typed_config": {
                    "@type": "type.googleapis.com/envoy.extensions.filters.http.upstream_codec.v3.UpstreamCodec",
                },
            },
        ]);
    }
    options
}

/// The endpoint that the filter names, while it is there; else the next one.
fn session_policy() -> Value {
    json!({ "policies": [{ "typed_extension_config": {
        "name": "envoy.load_balancing_policies.override_host",
        "typed_config": {
            "@type": "type.googleapis.com/envoy.extensions.load_balancing_policies.override_host.v3.OverrideHost",
            "override_host_sources": [{ "header": ENDPOINT }],
            "fallback_policy": { "policies": [{ "typed_extension_config": {
                "name": "envoy.load_balancing_policies.round_robin",
                "typed_config": {
                    "@type": "type.googleapis.com/envoy.extensions.load_balancing_policies.round_robin.v3.RoundRobin",
                },
            } }] },
        },
    } }] })
}

//! The route tables of the generated Envoy: one route for every request that the filter decided,
//! one for every request that the filter let pass. A big table would be searched before and after
//! the filter.

use std::collections::BTreeSet;

use gamma_config::{
    Config, Duration, Rule,
    wire::{self, RETRY_BACKOFF},
};
use serde_json::{Value, json};

use super::{
    arrival::{Arrival, DIRECT, ORIGINAL_DST},
    forwarded_proto::{FORWARDED_PROTO, MARK, has_marks},
    options::EnvoyOptions,
};

/// The name of the route for whatever the filter decided.
const DECIDED: &str = "gamma";
/// How the names of its variants begin, which take some of that.
const VARIANT: &str = "gamma_";
/// The name of the route for whatever goes on to the endpoint that the client dialled.
const CHOSEN: &str = "direct";

pub(super) fn route_table(config: &Config, options: &EnvoyOptions, arrival: Arrival) -> Value {
    let mut routes = decided_routes(config, options.mirror_host_suffix);
    let mut ports = config.services.iter().flat_map(|service| &service.ports);
    if arrival == Arrival::Captured && ports.any(|port| port.cluster.starts_with(DIRECT)) {
        routes.insert(0, direct(config));
    }
    routes.push(match arrival {
        Arrival::Dialled => json!({
            "name": "unknown_service",
            "match": { "prefix": "/" },
            "direct_response": {
                "status": 404,
                "body": { "inline_string": "gamma: the authority names no known Service and port\n" },
            },
        }),
        Arrival::Captured => json!({
            "name": ORIGINAL_DST,
            "match": { "prefix": "/" },
            "route": { "cluster": ORIGINAL_DST, "timeout": "0s", "idle_timeout": "0s" },
        }),
    });
    let name = match arrival {
        Arrival::Dialled => "gamma",
        Arrival::Captured => "captured",
    };
    json!({
        "name": name,
        "virtual_hosts": [{ "name": "gamma", "domains": ["*"], "routes": routes }],
    })
}

/// The routes for everything that the filter decided, in the order in which they have to be tried.
pub(crate) fn decided_routes(config: &Config, mirror_host_suffix: bool) -> Vec<Value> {
    let mirrors = mirror_policies(config, mirror_host_suffix);
    let backoffs: BTreeSet<Duration> = rules(config)
        .filter_map(|rule| rule.retry.as_ref()?.backoff)
        .collect();
    // Retries with a back-off of their own need a route of their own: no header says it.
    let backoffs = backoffs.into_iter().map(Some).chain([None]);
    // And so does the removal of a header by which this table is searched.
    let removes_proto: &[bool] = if has_marks(config) {
        &[true, false]
    } else {
        &[false]
    };
    backoffs
        .flat_map(|backoff| removes_proto.iter().map(move |removes| (backoff, *removes)))
        .map(|(backoff, removes_proto)| decided(config, &mirrors, backoff, removes_proto))
        .collect()
}

/// Where the client dialled one of the endpoints, it goes there.
fn direct(config: &Config) -> Value {
    let cluster_header = &config.settings.cluster_header;
    json!({
        "name": CHOSEN,
        "match": {
            "prefix": "/",
            "headers": [{ "name": cluster_header, "string_match": { "prefix": DIRECT } }],
        },
        "route": { "cluster": ORIGINAL_DST, "timeout": "0s", "idle_timeout": "0s" },
        "request_headers_to_remove": [cluster_header],
    })
}

fn decided(
    config: &Config,
    mirrors: &[Value],
    backoff: Option<Duration>,
    removes_proto: bool,
) -> Value {
    let mut name = DECIDED.to_owned();
    let cluster_header = &config.settings.cluster_header;
    let mut headers = vec![json!({ "name": cluster_header, "present_match": true })];
    let mut route = json!({
        "cluster_header": cluster_header,
        // Gateway API has no timeout unless a route sets one; Envoy has 15 s.
        "timeout": "0s",
        // Nor one for streams that are quiet for a while, as WebSockets are; Envoy has five minutes.
        "idle_timeout": "0s",
        "request_mirror_policies": mirrors,
    });
    let mut remove = vec![cluster_header.as_str()];
    if removes_proto {
        name.push_str("_without_proto");
        headers.push(json!({
            "name": FORWARDED_PROTO,
            "string_match": { "exact": MARK },
        }));
        remove.push(FORWARDED_PROTO);
    }
    if let Some(backoff) = backoff {
        name.push_str(&format!("_backoff_{backoff}"));
        let millis = backoff.as_millis();
        headers.push(json!({
            "name": RETRY_BACKOFF,
            "string_match": { "exact": millis.to_string() },
        }));
        remove.push(RETRY_BACKOFF);
        // Envoy draws the first wait evenly from zero to its base interval, so that the base is
        // doubled for the mean to be what the route asks for. It has no way to wait for at least
        // some time. A base of zero is not allowed.
        let seconds = |millis: u64| format!("{}.{:03}s", millis / 1_000, millis % 1_000);
        let base = millis.max(1).saturating_mul(2);
        route["retry_policy"] = json!({
            "retry_back_off": {
                "base_interval": seconds(base),
                "max_interval": seconds(base.saturating_mul(10)),
            },
        });
    }
    json!({
        "name": name,
        "match": { "prefix": "/", "headers": headers },
        "route": route,
        "request_headers_to_remove": remove,
    })
}

/// Two tables of the same name in one: `after`, with the variants that only `before` has, and as many
/// mirrors as the one with more. What the filter decides by either of the two is obeyed.
pub(super) fn union(before: &Value, after: &Value) -> Value {
    let mut union = after.clone();
    let hosts = before["virtual_hosts"].as_array().into_iter().flatten();
    let named = |found: &Value, wanted: &Value| found["name"] == wanted["name"];
    for host in hosts {
        let into = union["virtual_hosts"].as_array_mut();
        let Some(into) = into.into_iter().flatten().find(|found| named(found, host)) else {
            continue;
        };
        let Some(into) = into["routes"].as_array_mut() else {
            continue;
        };
        // In the order that they have among themselves.
        let mut variants = 0;
        for route in host["routes"].as_array().into_iter().flatten() {
            let name = route["name"].as_str().unwrap_or_default();
            match into.iter_mut().find(|found| named(found, route)) {
                Some(found) => {
                    let mirrors = |route: &Value| {
                        let policies = route["route"]["request_mirror_policies"].as_array();
                        policies.map_or(0, Vec::len)
                    };
                    if mirrors(route) > mirrors(found) {
                        found["route"]["request_mirror_policies"] =
                            route["route"]["request_mirror_policies"].clone();
                    }
                }
                None if name.starts_with(VARIANT) || name == CHOSEN => {
                    into.insert(variants, route.clone());
                    variants += 1;
                }
                None => {}
            }
        }
    }
    union
}

fn rules(config: &Config) -> impl Iterator<Item = &Rule> {
    config
        .services
        .iter()
        .flat_map(|service| &service.ports)
        .flat_map(|port| port.producer.iter().chain(port.consumers.values()))
        .flat_map(|table| &table.rules)
}

/// As many policies as a request can have mirrors. Envoy reads their headers at the end of a request,
/// so they can be taken off the copies, but not off the original.
fn mirror_policies(config: &Config, host_suffix: bool) -> Vec<Value> {
    let most = rules(config).map(Rule::most_mirrors).max();
    let headers: Vec<String> = (0..most.unwrap_or(0)).map(wire::mirror).collect();
    let removals: Vec<Value> = headers.iter().map(|h| json!({ "remove": h })).collect();
    headers
        .iter()
        .map(|header| {
            json!({
                "cluster_header": header,
                // A copy for `cart`, not for `cart-shadow`, unless that is wanted.
                "disable_shadow_host_suffix_append": !host_suffix,
                "request_headers_mutations": removals,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(routes: &[(&str, usize)]) -> Value {
        let routes: Vec<Value> = routes
            .iter()
            .map(|(name, mirrors)| {
                let mirrors: Vec<usize> = (0..*mirrors).collect();
                json!({ "name": name, "route": { "request_mirror_policies": mirrors } })
            })
            .collect();
        json!({ "virtual_hosts": [{ "name": "gamma", "routes": routes }] })
    }

    #[test]
    fn a_union_obeys_both_tables() {
        for (before, after, expected) in [
            (
                &[("gamma", 0)][..],
                &[("gamma", 0)][..],
                &[("gamma", 0)][..],
            ),
            // More mirrors than are needed mirror nothing: their headers are not set.
            (&[("gamma", 2)], &[("gamma", 1)], &[("gamma", 2)]),
            (&[("gamma", 1)], &[("gamma", 2)], &[("gamma", 2)]),
            // Variants come before the route that takes whatever is left.
            (
                &[("gamma_backoff_1s", 0), ("gamma", 0)],
                &[("gamma_backoff_2s", 1), ("gamma", 1)],
                &[
                    ("gamma_backoff_1s", 0),
                    ("gamma_backoff_2s", 1),
                    ("gamma", 1),
                ],
            ),
            (
                &[
                    ("gamma_without_proto_backoff_1s", 0),
                    ("gamma_backoff_1s", 0),
                    ("gamma", 0),
                ],
                &[("gamma", 0)],
                &[
                    ("gamma_without_proto_backoff_1s", 0),
                    ("gamma_backoff_1s", 0),
                    ("gamma", 0),
                ],
            ),
            // Where the last Service without a frontend goes, its clients stay with their endpoints.
            (
                &[("direct", 0), ("gamma_without_proto", 0), ("gamma", 0)],
                &[("gamma", 0), ("original_dst", 0)],
                &[
                    ("direct", 0),
                    ("gamma_without_proto", 0),
                    ("gamma", 0),
                    ("original_dst", 0),
                ],
            ),
            (
                &[("gamma_without_proto", 0), ("gamma", 0)],
                &[("direct", 0), ("gamma", 0)],
                &[("gamma_without_proto", 0), ("direct", 0), ("gamma", 0)],
            ),
            // What a fragment has brought goes with it.
            (
                &[("mine", 0), ("gamma", 0)],
                &[("gamma", 0)],
                &[("gamma", 0)],
            ),
        ] {
            let union = union(&table(before), &table(after));
            assert_eq!(union, table(expected), "{before:?} {after:?}");
        }
    }
}

//! What the route for decided requests has in a sidecar besides what it has in an Envoy of one's own:
//! the clusters are Istio's, and what istiod puts on its own routes is missing on this one.

use std::collections::BTreeSet;

use gamma_config::{
    Config, Rule, SessionType,
    wire::{self, ENDPOINT, RETRY_BACKOFF},
};
use serde_json::{Value, json};

use super::options::IstioOptions;
use crate::route::decided_routes;

/// Envoy makes this cookie where a cluster has a consistent hash and a request has no cookie to hash.
///
/// The cookie of a session will not do alone: it says which endpoint answered, so that it changes once the
/// hash of it leads elsewhere, and its hash with it.
const HASHED_COOKIE: &str = "gamma-endpoint";

/// How many mirrors an earlier config may have had whose headers are taken off for a moment more: while
/// a config with fewer is on its way, a sidecar has the new routes and the old filter.
const EARLIER_MIRRORS: usize = 2;

/// The routes for decided requests, in the order in which they are tried.
pub(super) fn routes(config: &Config, options: &IstioOptions) -> Vec<Value> {
    let hash_policy = hash_policy(config);
    let has_grpc = rules(config).any(|rule| rule.route.starts_with("GRPCRoute/"));
    let mut routes = Vec::new();
    for mut route in decided_routes(config, options.mirror_host_suffix) {
        remove_headers(&mut route);
        let action = &mut route["route"];
        // "… 500 status code MUST be returned for requests that would have otherwise been routed to an
        // invalid backend." Envoy's own answer is 503.
        action["cluster_not_found_response_code"] = "INTERNAL_SERVER_ERROR".into();
        // No limit to what a gRPC client asks for, as on istiod's routes: else Envoy does not read it.
        action["max_grpc_timeout"] = "0s".into();
        if !hash_policy.is_empty() {
            action["hash_policy"] = hash_policy.clone().into();
        }
        // Where a rule has retries of its own, it has all that it asks for.
        let of_rule = action.get("retry_policy").is_some();
        if options.default_retries && !of_rule {
            action["retry_policy"] = default_retries(!hash_policy.is_empty());
        }
        // No GRPCRoute has retries, so none needs a variant for them.
        if has_grpc && !of_rule {
            routes.push(for_grpc(&route));
        }
        routes.push(route);
    }
    routes
}

/// `UNAVAILABLE` is what the API has there for a GRPCRoute, and what Envoy makes of 503.
fn for_grpc(route: &Value) -> Value {
    let mut route = route.clone();
    let name = route["name"].as_str().unwrap_or_default();
    route["name"] = format!("{name}_grpc").into();
    route["match"]["grpc"] = json!({});
    route["route"]["cluster_not_found_response_code"] = "SERVICE_UNAVAILABLE".into();
    route
}

/// Takes off what the filter writes and nothing reads once this route is chosen: clusters that istiod
/// makes know nothing of endpoints, and a header for which the config has no route any more would go
/// to the backend.
fn remove_headers(route: &mut Value) {
    let policies = route["route"]["request_mirror_policies"].as_array();
    let mirrors = policies.map_or(0, Vec::len);
    let earlier = (mirrors..EARLIER_MIRRORS).map(wire::mirror);
    let Some(removed) = route["request_headers_to_remove"].as_array_mut() else {
        return;
    };
    for header in [ENDPOINT.to_owned(), RETRY_BACKOFF.to_owned()]
        .into_iter()
        .chain(earlier)
    {
        if !removed.iter().any(|name| *name == *header) {
            removed.push(header.into());
        }
    }
}

/// `route` as an Istio has it that knows no mirrors by header: no copy is made, and nobody sees the header.
pub(super) fn without_mirrors(route: &Value) -> Value {
    let mut route = route.clone();
    let policies = route["route"]["request_mirror_policies"].take();
    let mirrors = policies.as_array().map_or(0, Vec::len);
    route["route"]["request_mirror_policies"] = json!([]);
    if let Some(removed) = route["request_headers_to_remove"].as_array_mut() {
        removed.extend((0..mirrors).map(|index| wire::mirror(index).into()));
    }
    route
}

/// What a cluster hashes if a DestinationRule asks for it, which istiod says on its own routes only. No
/// other cluster looks at it.
fn hash_policy(config: &Config) -> Vec<Value> {
    let sessions = rules(config).filter_map(|rule| rule.session_persistence.as_ref());
    let carriers: BTreeSet<(bool, &str)> = sessions
        .map(|session| (session.kind == SessionType::Header, &*session.name))
        .collect();
    if carriers.is_empty() {
        return Vec::new();
    }
    // The first that a request has decides alone: it has to lead to the same endpoint before and after
    // a session begins.
    let kept = json!({ "cookie": { "name": HASHED_COOKIE }, "terminal": true });
    let sessions = carriers.into_iter().map(|(is_header, name)| {
        if is_header {
            json!({ "header": { "header_name": name }, "terminal": true })
        } else {
            json!({ "cookie": { "name": name }, "terminal": true })
        }
    });
    // A lifetime, of the browser's session here, is what makes Envoy make the cookie.
    let made = json!({ "cookie": { "name": HASHED_COOKIE, "ttl": "0s", "path": "/" } });
    std::iter::once(kept)
        .chain(sessions)
        .chain([made])
        .collect()
}

/// As istiod has them on each route of its own. `x-envoy-max-retries` of a rule's own retries overrides the
/// number, and its conditions are added to these.
fn default_retries(consistent_hash: bool) -> Value {
    let mut policy = json!({
        "retry_on": "connect-failure,refused-stream,unavailable,cancelled,retriable-status-codes",
        "num_retries": 2,
        "host_selection_retry_max_attempts": 5,
    });
    // "When Consistent Hashing is enabled, we don't want to use other hosts during retries."
    if !consistent_hash {
        policy["retry_host_predicate"] = json!([{
            "name": "envoy.retry_host_predicates.previous_hosts",
            "typed_config": {
                "@type": "type.googleapis.com/envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate",
            },
        }]);
    }
    policy
}

fn rules(config: &Config) -> impl Iterator<Item = &Rule> {
    let ports = config.services.iter().flat_map(|service| &service.ports);
    let tables = ports.flat_map(|port| port.producer.iter().chain(port.consumers.values()));
    tables.flat_map(|table| &table.rules)
}

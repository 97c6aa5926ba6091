//! What the reference does not know: mirrors, CORS and changes to responses.

use fastrand::Rng;
use gamma_random::{RandomRequest, once_in, pick};
use serde_json::{Value, json};

/// Gives the rules and backends of a route more filters.
pub(crate) fn filters(rng: &mut Rng, object: &mut Value) {
    let is_http = object["kind"] == "HTTPRoute";
    let rules = object["spec"]["rules"].as_array_mut();
    for rule in rules.into_iter().flatten() {
        add(rng, rule, is_http);
        let backends = rule["backendRefs"].as_array_mut();
        for backend in backends.into_iter().flatten() {
            if once_in(rng, 3) {
                add(rng, backend, is_http);
            }
        }
        // An empty list is not what was generated.
        if rule["backendRefs"].is_null()
            && let Some(rule) = rule.as_object_mut()
        {
            rule.remove("backendRefs");
        }
    }
}

fn add(rng: &mut Rng, to: &mut Value, is_http: bool) {
    let mut more = Vec::new();
    if once_in(rng, 2) {
        more.push(json!({
            "type": "ResponseHeaderModifier",
            "responseHeaderModifier": {
                "set": [{"name": "x-set", "value": pick(rng, &["a", "b"])}],
                "add": [{"name": pick(rng, &["x-add", "x-told", "vary"]), "value": "c"}],
                "remove": [pick(rng, &["content-type", "x-removed"])],
            },
        }));
    }
    if once_in(rng, 4) {
        more.push(json!({
            "type": "RequestMirror",
            "requestMirror": {
                "backendRef": {"name": "cart", "namespace": "shop", "port": 80},
                "percent": pick(rng, &[0, 50, 100]),
            },
        }));
    }
    if once_in(rng, 3) && is_http {
        more.push(json!({
            "type": "CORS",
            "cors": {
                "allowOrigins": [pick(rng, &["*", "http://a", "http://*.b"])],
                "allowMethods": [pick(rng, &["*", "PUT"])],
                "allowHeaders": [pick(rng, &["*", "x-a"])],
                "exposeHeaders": ["x-set"],
                "allowCredentials": rng.bool(),
            },
        }));
    }
    if more.is_empty() {
        return;
    }
    match to["filters"].as_array_mut() {
        Some(filters) => filters.extend(more),
        None => to["filters"] = more.into(),
    }
}

/// Sends most requests to a Service that has routes, and some from another origin.
pub(crate) fn aim(rng: &mut Rng, request: &mut RandomRequest, authority: &str) {
    if !once_in(rng, 4) {
        request.authority = authority.into();
    }
    if once_in(rng, 3) {
        let origin = pick(rng, &["http://a", "http://x.b", "https://a"]);
        request.headers.push(("origin".into(), origin.into()));
        if once_in(rng, 2) {
            request.method = "OPTIONS".into();
            let method = ("access-control-request-method".into(), "PUT".into());
            request.headers.push(method);
        }
    }
    if once_in(rng, 4) {
        let told = ("x-echo-set-header".into(), "x-told: backend".into());
        request.headers.push(told);
    }
    if once_in(rng, 8) {
        let forged = pick(rng, &["x-gamma-cluster", "x-envoy-original-path"]);
        request.headers.push((forged.into(), "forged".into()));
    }
}

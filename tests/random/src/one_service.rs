//! Random HTTPRoutes on one Service, which say only what a proxy can say with routes of its own: which request
//! goes where, with which headers, host and path.

use fastrand::Rng;
use serde_json::{Map, Value, json};

use super::{
    filters::{header_modifier, redirect, rewrite},
    matches, once_in, pick,
    routes::{ROUTES, has_one_prefix},
};

/// The Service that the routes of [`one_service`] are on, in the namespace `shop`.
pub const FRONTEND: &str = "cart";
/// Its ports, and those of the backends.
pub const FRONTEND_PORTS: [u16; 2] = [80, 8080];
/// Services in the namespace `depot`, which the requests go to.
pub const BACKENDS: [&str; 3] = ["v1", "v2", "v3"];
/// How a match on `Host` writes the Service's authority, rightly and wrongly.
const HOSTS: [&str; 5] = [
    "cart.shop",
    "cart.shop",
    "cart.shop:8080",
    "CART.shop",
    "cart",
];
/// Headers that proxies have ideas about.
const NAMES: [&str; 6] = [
    "Content-Type",
    "server",
    "user-agent",
    "cookie",
    "x-forwarded-proto",
    "accept",
];
/// Some of which Envoy would take for a format.
const MODIFIER_VALUES: [&str; 6] = ["s", "t", "s, t", "100%", "%REQ(:path)%", r"$1\1"];
/// Headers that a proxy sets, and those that clients often do.
const ASKED: [&str; 3] = ["x-forwarded-proto", "accept", "cookie"];

/// Of paths and of values: classes, counts, flags, borders, and alternatives of which one begins the other.
const PATTERNS: [&str; 10] = [
    "/[^/]+",
    "/a.",
    "/(?:a|ab)(/.*)?",
    "[[:alpha:]/]+",
    r"/\w+(/\w*)*",
    "/(a|b/?){1,3}",
    r"/a\b.*",
    "(?U)/a.+",
    "/.*[^a-z].*",
    r"/a\.B|/ab?",
];
const VALUE_PATTERNS: [&str; 8] = [
    r"\w+",
    r"\S*",
    "[^x]*",
    "x{1,2}.?",
    r"[\w,]+y",
    r"\pL+",
    "(?-s).+",
    r"[^\x00-\x7f]",
];

/// HTTPRoutes on the Service [`FRONTEND`]. At most one backend of a rule has a weight, so that nothing is drawn.
pub fn one_service(rng: &mut Rng) -> Vec<Value> {
    let mut names = ROUTES.to_vec();
    rng.shuffle(&mut names);
    names.truncate(pick(rng, &[1, 1, 2, 3, 5]));
    names.iter().map(|name| route(rng, name)).collect()
}

fn route(rng: &mut Rng, name: &str) -> Value {
    let mut metadata = json!({"name": name, "namespace": "shop"});
    if !once_in(rng, 3) {
        let day = rng.u32(1..3);
        metadata["creationTimestamp"] = json!(format!("2026-01-0{day}T00:00:00Z"));
    }
    let mut parent = json!({"group": "", "kind": "Service", "name": FRONTEND});
    if once_in(rng, 4) {
        parent["port"] = json!(pick(rng, &FRONTEND_PORTS));
    }
    let rules: Vec<Value> = (0..rng.u32(1..=4)).map(|_| rule(rng)).collect();
    json!({
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "HTTPRoute",
        "metadata": metadata,
        "spec": {"parentRefs": [parent], "rules": rules},
    })
}

fn rule(rng: &mut Rng) -> Value {
    let mut matches: Vec<Value> = (0..pick(rng, &[0, 1, 1, 1, 1, 2, 3]))
        .map(|_| matches::http(rng))
        .collect();
    for r#match in &mut matches {
        adapt(rng, r#match);
    }
    let prefix = has_one_prefix(&matches, true);
    let mut filters = Vec::new();
    let mut redirects = false;
    match rng.u32(..6) {
        0 => {
            redirects = true;
            filters.push(redirect(rng, prefix));
        }
        1 | 2 => filters.push(rewrite(rng, prefix)),
        _ => {}
    }
    header_modifiers(rng, &mut filters);
    rng.shuffle(&mut filters);
    let mut rule = Map::new();
    if !redirects {
        rule.insert("backendRefs".into(), backends(rng));
    }
    if !matches.is_empty() {
        rule.insert("matches".into(), matches.into());
    }
    if !filters.is_empty() {
        rule.insert("filters".into(), filters.into());
    }
    rule.into()
}

/// Hosts that the Service has, and patterns with more of what patterns can say.
fn adapt(rng: &mut Rng, r#match: &mut Value) {
    if r#match["path"]["type"] == "RegularExpression" && once_in(rng, 2) {
        r#match["path"]["value"] = json!(pick(rng, &PATTERNS));
    }
    for list in ["headers", "queryParams"] {
        let values = r#match.get_mut(list).and_then(Value::as_array_mut);
        for (number, value) in values.into_iter().flatten().enumerate() {
            let name = value["name"].as_str().unwrap_or_default();
            if list == "headers" && name.eq_ignore_ascii_case("host") {
                value["value"] = json!(pick(rng, &HOSTS));
                continue;
            }
            if list == "headers" && once_in(rng, 6) {
                // Another for each: no header is asked twice.
                value["name"] = json!(ASKED[number % ASKED.len()]);
                value["value"] = json!(pick(rng, &["http", "https", "x"]));
            }
            if value["type"] == "RegularExpression" && once_in(rng, 2) {
                value["value"] = json!(pick(rng, &VALUE_PATTERNS));
            }
        }
    }
}

fn header_modifiers(rng: &mut Rng, filters: &mut Vec<Value>) {
    for of in ["Request", "Response"] {
        if once_in(rng, 4) {
            let names = match once_in(rng, 3) {
                true => &NAMES[..],
                false => &["X-A", "x-b", "x-c"][..],
            };
            filters.push(header_modifier(rng, of, names, &MODIFIER_VALUES));
        }
    }
}

/// None to three, one of which mostly gets everything.
fn backends(rng: &mut Rng) -> Value {
    let mut backends: Vec<Value> = (0..pick(rng, &[0, 1, 1, 1, 1, 1, 2, 2, 3]))
        .map(|_| backend(rng))
        .collect();
    if backends.len() > 1 || once_in(rng, 4) {
        for backend in &mut backends {
            backend["weight"] = json!(0);
        }
        if !backends.is_empty() && !once_in(rng, 8) {
            let one = rng.usize(..backends.len());
            backends[one]["weight"] = json!(1);
        }
    }
    backends.into()
}

fn backend(rng: &mut Rng) -> Value {
    let mut backend = json!({
        "name": pick(rng, &BACKENDS),
        "namespace": "depot",
        "port": pick(rng, &FRONTEND_PORTS),
    });
    if once_in(rng, 20) {
        backend["name"] = json!("ghost");
    }
    let mut filters = Vec::new();
    header_modifiers(rng, &mut filters);
    if once_in(rng, 4) {
        backend["filters"] = filters.into();
    }
    backend
}

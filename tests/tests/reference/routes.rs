//! Random Services and routes, out of so few words that they overlap, tie and nearly match.

use fastrand::Rng;
use serde_json::{Map, Value, json};

use crate::NAMESPACES;

/// Names of Services; one is also a namespace.
pub(crate) const SERVICES: [&str; 4] = ["cart", "till", "shop", "web"];
pub(crate) const PORTS: [(u16, &str); 3] = [(80, "http"), (8080, "alt"), (443, "tls")];
pub(crate) const SEGMENTS: [&str; 6] = ["a", "b", "ab", "A", "a.B", "%61"];
const ROUTES: [&str; 6] = ["a", "b", "a-b", "a.b", "aa", "c"];
const PATTERNS: [&str; 14] = [
    "/a.*",
    "/.*",
    ".*",
    "/(a|b)",
    "/a|/b",
    "/[ab]+/?",
    "/a(/b)?",
    "a",
    ".*b",
    "/A.*",
    "(?i)/a/.*",
    "/a/",
    "^/a$",
    "/a(",
];
const VALUE_PATTERNS: [&str; 8] = ["x.*", "x|y", "[xy]+", ".*", "(?i)X", "^x$", "x y?", "("];
pub(crate) const VALUES: [&str; 7] = ["x", "y", "xy", "x,y", "x y", "x+y", "%78"];
pub(crate) const HEADERS: [&str; 3] = ["x-a", "X-A", "x-b"];
pub(crate) const PARAMETERS: [&str; 4] = ["q", "Q", "r", "q+"];
pub(crate) const METHODS: [&str; 4] = ["GET", "POST", "PUT", "OPTIONS"];
const HOSTS: [&str; 4] = ["cart", "cart.shop", "CART", "cart:80"];
const REPLACEMENTS: [&str; 6] = ["", "/", "/x", "/x/", "/x/y", "/a"];

/// Whether something happens that does once in `n` times.
pub(crate) fn once_in(rng: &mut Rng, n: u32) -> bool {
    rng.u32(..n) == 0
}

pub(crate) fn pick<T: Copy>(rng: &mut Rng, among: &[T]) -> T {
    among[rng.usize(..among.len())]
}

/// Services and routes of one cluster.
pub(crate) fn objects(rng: &mut Rng) -> Vec<Value> {
    let mut objects = Vec::new();
    for (n, namespace) in NAMESPACES.iter().enumerate() {
        for (s, name) in SERVICES.iter().enumerate() {
            if *namespace == "shop" && *name == "cart" || once_in(rng, 3) {
                objects.push(service(rng, namespace, name, n * 10 + s));
            }
        }
    }
    // Few routes show what ties do, many what shadows what.
    for _ in 0..pick(rng, &[1, 2, 3, 6, 12]) {
        let kind = match once_in(rng, 6) {
            true => "GRPCRoute",
            false => "HTTPRoute",
        };
        let route = route(rng, kind);
        let is_known = |other: &Value| {
            other["kind"] == route["kind"]
                && other["metadata"]["name"] == route["metadata"]["name"]
                && other["metadata"]["namespace"] == route["metadata"]["namespace"]
        };
        if !objects.iter().any(is_known) {
            objects.push(route);
        }
    }
    objects
}

/// The cluster IPs are 10.0.0.`number` and fd00::`number`.
fn service(rng: &mut Rng, namespace: &str, name: &str, number: usize) -> Value {
    let mut ports: Vec<Value> = PORTS
        .iter()
        .filter(|_| !once_in(rng, 3))
        .map(|(port, name)| json!({"port": port, "name": name}))
        .collect();
    if once_in(rng, 6) {
        let port = pick(rng, &PORTS).0;
        ports.push(json!({"port": port, "name": "udp", "protocol": "UDP"}));
    }
    let mut spec = json!({"ports": ports});
    match rng.u32(..12) {
        0 => spec["clusterIP"] = json!("None"),
        1 => spec["type"] = json!("ExternalName"),
        2 => spec["type"] = json!("LoadBalancer"),
        3..=5 => {}
        6..=8 => spec["clusterIP"] = json!(format!("10.0.0.{number}")),
        _ => spec["clusterIPs"] = json!([format!("10.0.0.{number}"), format!("fd00::{number}")]),
    }
    json!({
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name, "namespace": namespace},
        "spec": spec,
    })
}

fn route(rng: &mut Rng, kind: &str) -> Value {
    let namespace = pick(rng, &["shop", "shop", "shop", "web", "depot"]);
    let mut metadata = json!({"name": pick(rng, &ROUTES), "namespace": namespace});
    if !once_in(rng, 3) {
        let day = rng.u32(1..3);
        metadata["creationTimestamp"] = json!(format!("2026-01-0{day}T00:00:00Z"));
    }
    let mut parents: Vec<Value> = Vec::new();
    for _ in 0..pick(rng, &[1, 1, 2, 3]) {
        let parent = parent(rng, namespace);
        let is_same = |other: &Value| {
            ["kind", "name", "namespace", "port", "sectionName"]
                .iter()
                .all(|field| other[*field] == parent[*field])
        };
        if !parents.iter().any(is_same) {
            parents.push(parent);
        }
    }
    let mut spec = json!({"parentRefs": parents});
    if !once_in(rng, 20) {
        let mut rules: Vec<Value> = (0..rng.u32(1..=4)).map(|_| rule(rng, kind)).collect();
        for (number, rule) in rules.iter_mut().enumerate() {
            if once_in(rng, 4) {
                rule["name"] = json!(format!("rule-{number}"));
            }
        }
        spec["rules"] = json!(rules);
    }
    json!({
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": kind,
        "metadata": metadata,
        "spec": spec,
    })
}

fn parent(rng: &mut Rng, namespace: &str) -> Value {
    let name = pick(rng, &["cart", "cart", "cart", "till", "shop", "ghost"]);
    let mut parent = json!({
        "group": pick(rng, &["", "", "", "core"]),
        "kind": pick(rng, &["Service", "Service", "Service", "Service", "Gateway"]),
        "name": name,
    });
    if once_in(rng, 10) {
        parent = json!({"name": name});
    }
    // Often the Service that is always there.
    if namespace != "shop" && !once_in(rng, 4) {
        parent["namespace"] = json!("shop");
    } else if once_in(rng, 8) {
        parent["namespace"] = json!(pick(rng, &NAMESPACES));
    }
    if once_in(rng, 5) {
        parent["port"] = json!(pick(rng, &PORTS).0);
    }
    if once_in(rng, 6) {
        parent["sectionName"] = json!(pick(rng, &["http", "alt", "tls", "udp"]));
    }
    parent
}

fn rule(rng: &mut Rng, kind: &str) -> Value {
    let mut matches: Vec<Value> = (0..pick(rng, &[0, 1, 1, 1, 2, 3]))
        .map(|_| match kind {
            "GRPCRoute" => grpc_match(rng),
            _ => http_match(rng),
        })
        .collect();
    if matches.is_empty() && once_in(rng, 2) {
        matches.push(json!({}));
    }
    let mut rule = Map::new();
    let is_http = kind == "HTTPRoute";
    let filters = filters(rng, is_http, has_one_prefix(&matches, is_http));
    let redirects = filters.iter().any(|f| f["type"] == "RequestRedirect");
    // GRPCRoute has no redirect: one there is an unknown filter.
    if !(redirects && is_http) {
        let backends: Vec<Value> = (0..pick(rng, &[0, 1, 1, 1, 2, 3]))
            .map(|_| backend(rng, is_http, has_one_prefix(&matches, is_http)))
            .collect();
        rule.insert("backendRefs".into(), json!(backends));
    }
    if !matches.is_empty() {
        rule.insert("matches".into(), json!(matches));
    }
    if !filters.is_empty() {
        rule.insert("filters".into(), json!(filters));
    }
    rule.into()
}

/// What ReplacePrefixMatch needs.
fn has_one_prefix(matches: &[Value], is_http: bool) -> bool {
    is_http
        && match matches {
            [] => true,
            [one] => one["path"]["type"].as_str().unwrap_or("PathPrefix") == "PathPrefix",
            _ => false,
        }
}

fn http_match(rng: &mut Rng) -> Value {
    let mut r#match = Map::new();
    let path = match rng.u32(..8) {
        0 | 1 => Some(json!({"type": "Exact", "value": path(rng)})),
        2 => Some(json!({"type": "RegularExpression", "value": pick(rng, &PATTERNS)})),
        3 => None,
        4 => Some(json!({"value": path(rng)})),
        _ => Some(json!({"type": "PathPrefix", "value": path(rng)})),
    };
    r#match.extend(path.map(|path| ("path".into(), path)));
    if once_in(rng, 4) {
        r#match.insert("method".into(), json!(pick(rng, &METHODS)));
    }
    if once_in(rng, 3) {
        r#match.insert("headers".into(), values(rng, &HEADERS, true));
    }
    if once_in(rng, 4) {
        r#match.insert("queryParams".into(), values(rng, &PARAMETERS, false));
    }
    r#match.into()
}

fn grpc_match(rng: &mut Rng) -> Value {
    let mut r#match = Map::new();
    if !once_in(rng, 4) {
        let regex = once_in(rng, 4);
        let words = match regex {
            true => ["a|b", ".*", "a.*", "."],
            false => ["a", "b", "ab", "A"],
        };
        let mut method = Map::new();
        if !once_in(rng, 3) {
            let service = match once_in(rng, 4) && !regex {
                true => "a.B",
                false => pick(rng, &words),
            };
            method.insert("service".into(), json!(service));
        }
        if method.is_empty() || !once_in(rng, 3) {
            method.insert("method".into(), json!(pick(rng, &words)));
        }
        if regex {
            method.insert("type".into(), json!("RegularExpression"));
        }
        r#match.insert("method".into(), method.into());
    }
    if once_in(rng, 2) {
        r#match.insert("headers".into(), values(rng, &HEADERS, true));
    }
    r#match.into()
}

fn values(rng: &mut Rng, names: &[&str], hosts: bool) -> Value {
    let mut values: Vec<Value> = Vec::new();
    for _ in 0..pick(rng, &[1, 1, 2, 3]) {
        let mut value = if once_in(rng, 3) {
            json!({"type": "RegularExpression", "value": pick(rng, &VALUE_PATTERNS)})
        } else {
            json!({"value": pick(rng, &VALUES[..5])})
        };
        value["name"] = json!(pick(rng, names));
        if hosts && once_in(rng, 8) {
            value = json!({"name": pick(rng, &["Host", "host"]), "value": pick(rng, &HOSTS)});
        }
        if values.iter().all(|other| other["name"] != value["name"]) {
            values.push(value);
        }
    }
    values.into()
}

/// None to three segments, with or without a slash at the end.
pub(crate) fn path(rng: &mut Rng) -> String {
    let mut path = String::new();
    for _ in 0..rng.u32(..4) {
        path.push('/');
        path.push_str(match once_in(rng, 4) {
            true => pick(rng, &SEGMENTS),
            false => pick(rng, &SEGMENTS[..2]),
        });
    }
    if path.is_empty() || once_in(rng, 3) {
        path.push('/');
    }
    path
}

fn filters(rng: &mut Rng, is_http: bool, prefix: bool) -> Vec<Value> {
    let mut filters = Vec::new();
    match rng.u32(..12) {
        0 | 1 => filters.push(redirect(rng, prefix)),
        2 | 3 => filters.push(rewrite(rng, prefix)),
        _ => {}
    }
    if !is_http {
        // What GRPCRoute does not have is unknown to it, and few of those are enough.
        filters.retain(|_| once_in(rng, 4));
    }
    if once_in(rng, 12) {
        filters.push(json!({
            "type": "RequestHeaderModifier",
            "requestHeaderModifier": {"set": [{"name": "x-a", "value": "y"}], "remove": ["x-b"]},
        }));
    }
    if once_in(rng, 20) {
        filters.push(json!({
            "type": "ExtensionRef",
            "extensionRef": {"group": "example.com", "kind": "Thing", "name": "it"},
        }));
    }
    rng.shuffle(&mut filters);
    filters
}

fn redirect(rng: &mut Rng, prefix: bool) -> Value {
    let mut redirect = Map::new();
    if once_in(rng, 3) {
        redirect.insert("scheme".into(), json!(pick(rng, &["http", "https"])));
    }
    if once_in(rng, 3) {
        redirect.insert("hostname".into(), json!("example.org"));
    }
    if once_in(rng, 3) {
        redirect.insert("port".into(), json!(pick(rng, &[80, 443, 8080])));
    }
    if once_in(rng, 3) {
        let status = pick(rng, &[301, 302, 303, 307, 308]);
        redirect.insert("statusCode".into(), json!(status));
    }
    redirect.extend(path_modifier(rng, prefix).map(|path| ("path".into(), path)));
    json!({"type": "RequestRedirect", "requestRedirect": redirect})
}

fn rewrite(rng: &mut Rng, prefix: bool) -> Value {
    let mut rewrite = Map::new();
    if once_in(rng, 2) {
        let host = pick(rng, &["example.org", "example.com"]);
        rewrite.insert("hostname".into(), json!(host));
    }
    rewrite.extend(path_modifier(rng, prefix).map(|path| ("path".into(), path)));
    json!({"type": "URLRewrite", "urlRewrite": rewrite})
}

fn path_modifier(rng: &mut Rng, prefix: bool) -> Option<Value> {
    let replacement = pick(rng, &REPLACEMENTS);
    match rng.u32(..4) {
        0 => None,
        1 => Some(json!({"type": "ReplaceFullPath", "replaceFullPath": replacement})),
        _ => {
            prefix.then(|| json!({"type": "ReplacePrefixMatch", "replacePrefixMatch": replacement}))
        }
    }
}

fn backend(rng: &mut Rng, is_http: bool, prefix: bool) -> Value {
    let mut backend = json!({"name": "cart", "port": 80});
    if once_in(rng, 2) {
        let name = pick(rng, &["till", "shop", "web", "ghost"]);
        backend = json!({"name": name, "port": pick(rng, &PORTS).0});
    }
    if once_in(rng, 3) {
        backend["namespace"] = json!(pick(rng, &NAMESPACES));
    }
    if once_in(rng, 20) {
        backend["group"] = json!("example.com");
    }
    if once_in(rng, 20) {
        backend["kind"] = json!("Thing");
    }
    if !once_in(rng, 3) {
        backend["weight"] = json!(pick(rng, &[0, 1, 3]));
    }
    if once_in(rng, 3) {
        backend["filters"] = json!(filters(rng, is_http, prefix));
    }
    backend
}

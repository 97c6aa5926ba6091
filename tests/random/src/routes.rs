//! Random Services and routes.

use fastrand::Rng;
use serde_json::{Map, Value, json};

use super::{NAMESPACES, filters::filters, matches, once_in, pick};

/// Names of Services; one is also a namespace.
pub(super) const SERVICES: [&str; 4] = ["cart", "till", "shop", "web"];
pub(super) const PORTS: [(u16, &str); 3] = [(80, "http"), (8080, "alt"), (443, "tls")];
pub(super) const ROUTES: [&str; 6] = ["a", "b", "a-b", "a.b", "aa", "c"];

/// Services and routes of one cluster.
pub fn objects(rng: &mut Rng) -> Vec<Value> {
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

/// The cluster IPs are 10.0.0.`number` and fd00::`number`; number 0 has a frontend for sure.
fn service(rng: &mut Rng, namespace: &str, name: &str, number: usize) -> Value {
    let mut ports: Vec<Value> = PORTS
        .iter()
        .filter(|(port, _)| !once_in(rng, if *port == 80 { 16 } else { 6 }))
        .map(|(port, name)| json!({"port": port, "name": name}))
        .collect();
    if once_in(rng, 6) {
        let port = pick(rng, &PORTS).0;
        ports.push(json!({"port": port, "name": "udp", "protocol": "UDP"}));
    }
    if ports.is_empty() {
        ports.push(json!({"port": 80, "name": "http"}));
    }
    let mut spec = json!({"ports": ports});
    match rng.u32(..12) {
        0 if number > 0 => spec["clusterIP"] = json!("None"),
        1 if number > 0 => {
            spec["type"] = json!("ExternalName");
            spec["externalName"] = json!("api.example.com");
        }
        2 => spec["type"] = json!("LoadBalancer"),
        3..=5 if number > 0 => {}
        6..=8 => spec["clusterIP"] = json!(format!("10.0.0.{number}")),
        _ => {
            let first = format!("10.0.0.{number}");
            // "must be empty when `clusterIP` is not specified"
            spec["clusterIP"] = json!(first);
            spec["clusterIPs"] = json!([first, format!("fd00::{number}")]);
            spec["ipFamilyPolicy"] = json!("RequireDualStack");
        }
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
        if !parents.iter().any(|other| clash(other, &parent, namespace)) {
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

/// "It must be explicitly referring to different sections of the same object": the API refuses what
/// does not set the same of `port` and `sectionName`, or does not differ in them.
fn clash(one: &Value, two: &Value, namespace: &str) -> bool {
    let object = |parent: &Value| {
        let of_route = || namespace.to_owned();
        let namespace = parent["namespace"].as_str().map(ToOwned::to_owned);
        let (kind, name) = (parent["kind"].clone(), parent["name"].clone());
        (kind, name, namespace.unwrap_or_else(of_route))
    };
    let sections = ["port", "sectionName"];
    let same_set = sections
        .iter()
        .all(|f| one[*f].is_null() == two[*f].is_null());
    let differ = sections.iter().any(|f| one[*f] != two[*f]);
    object(one) == object(two) && !(same_set && differ)
}

fn parent(rng: &mut Rng, namespace: &str) -> Value {
    let name = match once_in(rng, 4) {
        true => pick(rng, &["till", "shop", "ghost"]),
        false => "cart",
    };
    let mut parent = json!({
        "group": pick(rng, &["", "", "", "core"]),
        "kind": if once_in(rng, 12) { "Gateway" } else { "Service" },
        "name": name,
    });
    if once_in(rng, 20) {
        // "group … When unspecified, gateway.networking.k8s.io is inferred"
        parent = json!({"kind": "Service", "name": name});
    }
    // Often the Service that is always there.
    if namespace != "shop" && !once_in(rng, 8) {
        parent["namespace"] = json!("shop");
    } else if once_in(rng, 8) {
        parent["namespace"] = json!(pick(rng, &NAMESPACES));
    }
    if once_in(rng, 6) {
        parent["port"] = json!(pick(rng, &PORTS).0);
    }
    if once_in(rng, 8) {
        parent["sectionName"] = json!(pick(rng, &["http", "alt", "tls", "udp"]));
    }
    parent
}

fn rule(rng: &mut Rng, kind: &str) -> Value {
    let mut matches: Vec<Value> = (0..pick(rng, &[0, 1, 1, 1, 2, 3]))
        .map(|_| match kind {
            "GRPCRoute" => matches::grpc(rng),
            _ => matches::http(rng),
        })
        .collect();
    if matches.is_empty() && once_in(rng, 2) {
        matches.push(json!({}));
    }
    let mut rule = Map::new();
    let is_http = kind == "HTTPRoute";
    let filters = filters(rng, is_http, has_one_prefix(&matches, is_http));
    let redirects = filters.iter().any(|f| f["type"] == "RequestRedirect");
    if !redirects {
        let backends: Vec<Value> = (0..pick(rng, &[0, 1, 1, 1, 2, 2, 3, 3]))
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
pub(super) fn has_one_prefix(matches: &[Value], is_http: bool) -> bool {
    is_http
        && match matches {
            [] => true,
            [one] => one["path"]["type"].as_str().unwrap_or("PathPrefix") == "PathPrefix",
            _ => false,
        }
}

/// A port of a Service, mostly of the one that is always there.
fn backend(rng: &mut Rng, is_http: bool, prefix: bool) -> Value {
    let mut backend = json!({"name": "cart", "namespace": "shop", "port": 80});
    if once_in(rng, 3) {
        let name = pick(rng, &["till", "shop", "web", "ghost"]);
        backend = json!({"name": name, "port": pick(rng, &PORTS).0});
        if once_in(rng, 2) {
            backend["namespace"] = json!(pick(rng, &NAMESPACES));
        }
    }
    if once_in(rng, 24) {
        backend["group"] = json!("example.com");
    }
    if once_in(rng, 24) {
        backend["kind"] = json!("Thing");
    }
    if !once_in(rng, 3) {
        backend["weight"] = json!(pick(rng, &[0, 1, 1, 3]));
    }
    if once_in(rng, 2) {
        backend["filters"] = json!(filters(rng, is_http, prefix));
    }
    backend
}

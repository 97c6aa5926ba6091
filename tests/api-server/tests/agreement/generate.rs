//! Random objects by a schema: most of what they say fits together, some of it is odd.

use fastrand::Rng;
use gamma_random::{once_in, pick};
use serde_json::{Map, Value, json};

/// An object of a kind.
pub(crate) fn object(kind: &str, schema: &Value, rng: &mut Rng) -> Value {
    let mut spec = value(&schema["properties"]["spec"], "spec", rng);
    let rules = spec.get_mut("rules").and_then(Value::as_array_mut);
    for rule in rules.into_iter().flatten() {
        fit_rule(rule, kind == "HTTPRoute", rng);
    }
    json!({
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": kind,
        "metadata": metadata(rng),
        "spec": spec,
    })
}

fn metadata(rng: &mut Rng) -> Value {
    let mut metadata = json!({"name": "it", "namespace": "shop"});
    let keys = [
        "app",
        "app.kubernetes.io/name",
        "A/b",
        "a/b/c",
        "-a",
        "a b",
        "Example.com/b",
    ];
    let values = ["cart", "", "v1.0_x", "a b", "-a", "*", "x/y"];
    if once_in(rng, 4) {
        let key = if once_in(rng, 4) {
            pick(rng, &keys)
        } else {
            "app"
        };
        let value = if once_in(rng, 4) {
            pick(rng, &values)
        } else {
            "cart"
        };
        let member = pick(rng, &["labels", "annotations"]);
        metadata[member] = json!({key: value});
    }
    if once_in(rng, 40) {
        let member = pick(rng, &["name", "namespace"]);
        metadata[member] = json!(pick(rng, &["It", "a.b", "", "a_b", "-"]));
    }
    metadata
}

fn value(schema: &Value, name: &str, rng: &mut Rng) -> Value {
    if let Some(choices) = schema["enum"].as_array() {
        return choices[rng.usize(..choices.len())].clone();
    }
    match schema["type"].as_str() {
        Some("object") => members(schema, rng),
        Some("array") => list(schema, name, rng),
        Some("integer") => integer(schema, name, rng),
        Some("boolean") => json!(rng.bool()),
        _ => json!(text(name, rng)),
    }
}

fn members(schema: &Value, rng: &mut Rng) -> Value {
    let mut object = Map::new();
    let required = schema["required"].as_array();
    let is_required = |name: &str| required.is_some_and(|r| r.iter().any(|r| r == name));
    let properties = schema["properties"].as_object();
    for (name, schema) in properties.into_iter().flatten() {
        let often = matches!(&**name, "rules" | "backendRefs" | "port");
        if is_required(name) || (often && !once_in(rng, 8)) || once_in(rng, 3) {
            object.insert(name.clone(), value(schema, name, rng));
        }
    }
    fit(&mut object, properties, rng);
    Value::Object(object)
}

fn list(schema: &Value, name: &str, rng: &mut Rng) -> Value {
    let max = schema["maxItems"].as_u64().unwrap_or(8) as usize;
    let length = match rng.u32(..100) {
        0 => 0,
        // The larger ones take their time.
        1 if max <= 16 && !matches!(name, "rules" | "backendRefs" | "filters") => max + 1,
        2..25 => 2,
        25..32 => 3,
        _ => 1,
    };
    (0..length)
        .map(|_| value(&schema["items"], name, rng))
        .collect()
}

fn integer(schema: &Value, name: &str, rng: &mut Rng) -> Value {
    let min = schema["minimum"].as_i64().unwrap_or(0);
    let max = schema["maximum"].as_i64().unwrap_or(i32::MAX.into());
    json!(match rng.u32(..100) {
        0 => min,
        1 => max,
        2 => min - 1,
        3 => max + 1,
        _ if name == "port" => pick(rng, &[80, 443, 8080]),
        _ if name == "codes" => rng.i64(400..600),
        _ => rng.i64(min..max.min(min + 200)),
    })
}

/// Texts by the name of the member that they are for, the likely ones first.
fn text(name: &str, rng: &mut Rng) -> String {
    const NAMES: &[&str] = &[
        "cart", "cart", "stock", "a.b", "Cart", "a b", "", "-a", "a_b", "x-",
    ];
    let texts: &[&str] = match name {
        "hostnames" | "hostname" => &[
            "shop.example",
            "shop.example",
            "*.shop.example",
            "10.0.0.1",
            "Shop.example",
            "shop.example:80",
            "https://shop.example",
            "a..b",
            "*",
            "",
            "shop_1.example",
            "1.2",
            "shop.example.",
        ],
        "group" => &[
            "",
            "",
            "gateway.networking.k8s.io",
            "multicluster.x-k8s.io",
            "core",
            "v1",
            "a/b",
            "Apps",
            "a.",
        ],
        "kind" => &[
            "Service",
            "Service",
            "Gateway",
            "ServiceImport",
            "service",
            "",
            "a b",
            "1a",
            "a-",
        ],
        "namespace" => &["shop", "shop", "web", "a.b", "", "Shop", "a-", "1"],
        "request" | "backendRequest" | "backoff" | "absoluteTimeout" => &[
            "10s",
            "5s",
            "0s",
            "1m30s",
            "500ms",
            "1h2m3s4ms",
            "1d",
            "10",
            "1.5s",
            "",
            "-1s",
            "123456s",
            "00001s",
            "1s1s1s1s1s",
            "0ms",
            "99999h",
        ],
        "allowOrigins" => &[
            "https://shop.example",
            "*",
            "http://*.shop.example:8443",
            "https://shop.example/",
            "shop.example",
            "https://",
            "https://*",
            "https://shop.example:123456",
            "null",
            "https://a_b",
            "https://-",
            "https://A.b",
        ],
        "value" => &[
            "/a", "/a", "/b", "/a/b", "b", "", "/a//b", "/./a", "/a/..", "/a%2fb", "/a%20b",
            "/a b", "/a?b", "/a#b", "/[a-z]+", "/(a|b)", "(", "a\nb", " a", "a  b", "a\tb",
            "\u{e9}", "/:id", "/*", "~ /a", "^/a$", "/%zz",
        ],
        "replaceFullPath" | "replacePrefixMatch" | "path" => &[
            "/b",
            "/b",
            "/",
            "",
            "b",
            "/b?c=d",
            "/b#c",
            "/b c",
            "/$1",
            "/\u{e9}",
            "/b\n",
            "https://a/b",
            "/%zz",
            "/b/",
        ],
        "service" => &[
            "a.B", "a", ".a.b", "a/b", "", "1a", "a b", "a..b", "(", "a-b",
        ],
        "method" => &["Get", "get_it", "a.b", "", "1a", "(", "a/b"],
        "sessionName" => &["s", "my-session", "a b", "", "x-gamma-cluster", "\u{e9}"],
        "remove" | "allowedHeaders" | "allowedResponseHeaders" => &[
            "x-a",
            "X-A",
            "x-b",
            "x y",
            "",
            ":path",
            "x-gamma-cluster",
            "\u{e9}",
            "content-length",
        ],
        "allowHeaders" | "exposeHeaders" => &["x-a", "X-A", "x-b", "*", "x y", "", "x:a"],
        "sectionName" => &["http", "http", "grpc", "Http", "a.b", "", "a_b"],
        _ => NAMES,
    };
    let chosen = if once_in(rng, 14) {
        pick(rng, texts)
    } else {
        texts[rng.usize(..2)]
    };
    if once_in(rng, 500) {
        return chosen.repeat(2000 / chosen.len().max(1));
    }
    chosen.to_owned()
}

/// Makes unions fit, mostly.
fn fit(object: &mut Map<String, Value>, properties: Option<&Map<String, Value>>, rng: &mut Rng) {
    if once_in(rng, 25) {
        return;
    }
    let Some(properties) = properties else {
        return;
    };
    if properties.contains_key("extensionRef") {
        let kind = object["type"].as_str().unwrap_or_default().to_owned();
        let wanted = match &*kind {
            "URLRewrite" => "urlRewrite".to_owned(),
            "CORS" => "cors".to_owned(),
            kind => kind[..1].to_ascii_lowercase() + &kind[1..],
        };
        if let Some(schema) = properties.get(&wanted) {
            *object = Map::new();
            object.insert("type".into(), json!(kind));
            object.insert(wanted.clone(), value(schema, &wanted, rng));
        }
    }
    if properties.contains_key("replaceFullPath") {
        let kind = object["type"].as_str().unwrap_or_default().to_owned();
        let wanted = kind[..1].to_ascii_lowercase() + &kind[1..];
        let new_path = json!(text(&wanted, rng));
        *object = Map::new();
        object.insert("type".into(), json!(kind));
        object.insert(wanted, new_path);
    }
    if properties.contains_key("protocol") {
        let (wanted, other) = match object["protocol"].as_str() {
            Some("HTTP") => ("http", "grpc"),
            _ => ("grpc", "http"),
        };
        object.remove(other);
        object
            .entry(wanted)
            .or_insert_with(|| value(&properties[wanted], wanted, rng));
    }
    if properties.contains_key("percent") && object.contains_key("percent") {
        object.remove("fraction");
    }
    if properties.contains_key("lifetimeType") && !once_in(rng, 3) {
        object.remove("lifetimeType");
    }
    if properties.contains_key("cookieConfig") && object.get("type") == Some(&json!("Header")) {
        object.remove("cookieConfig");
    }
}

fn fit_rule(rule: &mut Value, http: bool, rng: &mut Rng) {
    if once_in(rng, 10) || !http {
        return;
    }
    let text = rule.to_string();
    if text.contains("requestRedirect") && !once_in(rng, 3) {
        rule.as_object_mut().unwrap().remove("backendRefs");
    }
    if text.contains("replacePrefixMatch") && !once_in(rng, 5) {
        rule["matches"] = json!([{"path": {"value": "/a"}}]);
    }
}

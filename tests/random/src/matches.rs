//! Random matches.

use fastrand::Rng;
use serde_json::{Map, Value, json};

use super::{once_in, pick};

pub(super) const SEGMENTS: [&str; 6] = ["a", "b", "ab", "A", "a.B", "%61"];
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
pub(super) const VALUES: [&str; 7] = ["x", "y", "xy", "x,y", "x y", "x+y", "%78"];
pub(super) const HEADERS: [&str; 3] = ["x-a", "X-A", "x-b"];
pub(super) const PARAMETERS: [&str; 4] = ["q", "Q", "r", "q+"];
pub(super) const METHODS: [&str; 4] = ["GET", "POST", "PUT", "OPTIONS"];
const HOSTS: [&str; 4] = ["cart", "cart.shop", "CART", "cart:80"];

pub(super) fn http(rng: &mut Rng) -> Value {
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

pub(super) fn grpc(rng: &mut Rng) -> Value {
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
pub(super) fn path(rng: &mut Rng) -> String {
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

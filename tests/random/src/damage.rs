//! Damage: changes to an object that nobody would make on purpose, and that somebody has made.

use fastrand::Rng;
use serde_json::{Map, Value, json};

use super::{once_in, pick};

/// Texts that are nearly something: an address, a host, a header, a path, a number, a pattern.
const TEXTS: [&str; 64] = [
    "",
    " ",
    "a b",
    "a\tb",
    "a\r\nx-injected: 1",
    "a\0b",
    "\u{7f}",
    "\u{85}",
    "\u{2028}",
    "été",
    "\u{feff}a",
    "😀",
    "10.0.0.0/8",
    "10.0.0.1 ",
    "10.0.0.1:80",
    "10.0.0.256",
    "010.0.0.1",
    "10.1",
    "0x0a.0.0.1",
    "0.0.0.0",
    "127.0.0.1",
    "169.254.1.1",
    "224.0.0.1",
    "[fd00::1]",
    "fd00::1/64",
    "fe80::1%eth0",
    "::ffff:10.0.0.1",
    "::",
    ":::",
    "api.example.com",
    "api.example.com.",
    "API.example.com",
    "*.example.com",
    "a_b.example.com",
    "-a.example.com",
    "localhost",
    "None",
    "none",
    "/",
    "//",
    "/a?b=c",
    "/a#b",
    "/a b",
    "/%zz",
    "/../a",
    "/\\1/$2",
    "a/b",
    "?",
    "(",
    "(?<n>a{1000}){1000}",
    "x{99999}",
    "[",
    ":path",
    "host",
    "content-length",
    "transfer-encoding",
    "x-envoy-retry-on",
    "x-gamma-cluster",
    "%REQ(:path)%",
    "%",
    "$1",
    "1.5s",
    "99999h",
    "-1",
];

/// Values of other types.
fn value(rng: &mut Rng) -> Value {
    match rng.u32(..12) {
        0 => Value::Null,
        1 => json!(rng.bool()),
        2 => json!(pick(
            rng,
            &[
                0,
                1,
                -1,
                65_535,
                65_536,
                4_294_967_296_i64,
                i64::MIN,
                i64::MAX
            ]
        )),
        3 => json!(pick(rng, &[0.5, 1e3, 80.0, -0.0, 1e300])),
        4 => json!([]),
        5 => json!({}),
        6 => json!([[[{"a": [null]}]]]),
        7 => json!("x".repeat(pick(rng, &[64, 254, 257, 1_025, 5_000]))),
        _ => json!(pick(rng, &TEXTS)),
    }
}

/// Changes `object` in one place: a value becomes another one, a member goes, comes, is written differently
/// or moves, a list has one item twice.
pub fn damage(rng: &mut Rng, object: &mut Value) {
    let places = count(object);
    let mut left = rng.usize(..places);
    let spare = object.clone();
    if let Some(place) = place(object, &mut left) {
        change(rng, place, &spare);
    }
}

/// How many values there are in `value`, itself included.
fn count(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(count).sum(),
        Value::Object(members) => members.values().map(count).sum(),
        _ => 0,
    }
}

/// The value with `left` others before it.
fn place<'v>(value: &'v mut Value, left: &mut usize) -> Option<&'v mut Value> {
    if *left == 0 {
        return Some(value);
    }
    *left -= 1;
    match value {
        Value::Array(items) => items.iter_mut().find_map(|item| place(item, left)),
        Value::Object(members) => members.values_mut().find_map(|of| place(of, left)),
        _ => None,
    }
}

fn change(rng: &mut Rng, place: &mut Value, whole: &Value) {
    match place {
        Value::Object(members) if !members.is_empty() && !once_in(rng, 4) => member(rng, members),
        Value::Array(items) if !items.is_empty() && !once_in(rng, 4) => {
            let item = rng.usize(..items.len());
            match rng.u32(..3) {
                0 => drop(items.remove(item)),
                1 => items.push(items[item].clone()),
                _ => items[item] = value(rng),
            }
        }
        Value::String(text) if once_in(rng, 3) => text.push_str(pick(rng, &TEXTS)),
        Value::String(text) if once_in(rng, 6) => *text = text.to_uppercase(),
        // Something that stands elsewhere in the object.
        _ if once_in(rng, 6) => {
            let mut left = rng.usize(..count(whole));
            if let Some(other) = self::place(&mut whole.clone(), &mut left) {
                *place = other.take();
            }
        }
        _ => *place = value(rng),
    }
}

fn member(rng: &mut Rng, members: &mut Map<String, Value>) {
    let names: Vec<String> = members.keys().cloned().collect();
    let name = &names[rng.usize(..names.len())];
    match rng.u32(..4) {
        0 => drop(members.remove(name)),
        1 => {
            let of = members.remove(name).unwrap_or_default();
            let written = pick(
                rng,
                &["name", "value", "port", "type", "kind", "set", "extra"],
            );
            members.insert(written.into(), of);
        }
        2 => {
            members.insert(
                pick(rng, &["hostname", "path", "port", "weight", "name"]).into(),
                value(rng),
            );
        }
        _ => {
            members.insert(name.clone(), value(rng));
        }
    }
}

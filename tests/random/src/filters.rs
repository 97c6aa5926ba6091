//! Random filters.

use fastrand::Rng;
use serde_json::{Map, Value, json};

use super::{once_in, pick};

const VALUES: [&str; 3] = ["s", "t", "s, t"];
const REPLACEMENTS: [&str; 6] = ["", "/", "/x", "/x/", "/x/y", "/a"];

/// Filters of a rule or a backendRef; `prefix` if they may replace one.
pub(super) fn filters(rng: &mut Rng, is_http: bool, prefix: bool) -> Vec<Value> {
    let mut filters = Vec::new();
    match rng.u32(..12) {
        0 | 1 => filters.push(redirect(rng, prefix)),
        2..5 => filters.push(rewrite(rng, prefix)),
        _ => {}
    }
    if !is_http {
        // GRPCRoute does not have them.
        filters.clear();
    }
    if once_in(rng, 6) {
        filters.push(header_modifier(
            rng,
            "Request",
            &["X-A", "x-b", "x-c"],
            &VALUES,
        ));
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

/// A RequestHeaderModifier or a ResponseHeaderModifier. Each name is in one list at most: more "is invalid
/// configuration".
pub(super) fn header_modifier(rng: &mut Rng, of: &str, names: &[&str], values: &[&str]) -> Value {
    let (mut set, mut add, mut remove) = (Vec::new(), Vec::new(), Vec::new());
    for name in names {
        let header = json!({"name": name, "value": pick(rng, values)});
        match rng.u32(..5) {
            0 => set.push(header),
            1 => add.push(header),
            2 => remove.push(name),
            _ => {}
        }
    }
    let member = format!("{}HeaderModifier", of.to_lowercase());
    json!({
        "type": format!("{of}HeaderModifier"),
        member: {"set": set, "add": add, "remove": remove},
    })
}

pub(super) fn redirect(rng: &mut Rng, prefix: bool) -> Value {
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
    let mut path = path_modifier(rng, prefix);
    // A location may have a query and a fragment.
    if let Some(full) = path
        .as_mut()
        .and_then(|path| path.get_mut("replaceFullPath"))
        && once_in(rng, 3)
    {
        *full = json!(pick(rng, &["/x?q=1", "/x#f", "/?", "/x?q=1#f"]));
    }
    redirect.extend(path.map(|path| ("path".into(), path)));
    json!({"type": "RequestRedirect", "requestRedirect": redirect})
}

pub(super) fn rewrite(rng: &mut Rng, prefix: bool) -> Value {
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

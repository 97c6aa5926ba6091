//! What a match of an HTTPRoute asks, and the same as Envoy's RouteMatch.

use serde_json::{Value, json};

/// Type and value of the path match.
pub(crate) fn path(r#match: &Value) -> (&str, &str) {
    let path = &r#match["path"];
    (
        path["type"].as_str().unwrap_or("PathPrefix"),
        path["value"].as_str().unwrap_or("/"),
    )
}

/// The header matches that count: "If multiple entries specify equivalent header names, only the first entry with an
/// equivalent name MUST be considered for a match."
pub(crate) fn headers(r#match: &Value) -> Vec<&Value> {
    let mut counting: Vec<&Value> = Vec::new();
    for header in r#match["headers"].as_array().into_iter().flatten() {
        let is_same = |other: &&Value| name(other).eq_ignore_ascii_case(name(header));
        if !counting.iter().any(is_same) {
            counting.push(header);
        }
    }
    counting
}

/// The query parameter matches; no two have one name.
pub(crate) fn query_params(r#match: &Value) -> Vec<&Value> {
    let params = r#match["queryParams"].as_array();
    params.into_iter().flatten().collect()
}

/// What Envoy asks of a request instead, of which `path` asks for the path. `None` if nothing is matched, because of
/// a pattern that is none: "the match never holds" (semantics.md), and Envoy would refuse the route.
pub(crate) fn route_match(r#match: &Value, path: Value) -> Option<Value> {
    let mut translated = path;
    let mut asked = Vec::new();
    if let Some(method) = r#match["method"].as_str() {
        asked.push(json!({"name": ":method", "string_match": {"exact": method}}));
    }
    for header in headers(r#match) {
        // GEP-1294: a match on `Host` stands for hostnames; Envoy knows the host as the authority.
        let name = match name(header) {
            host if host.eq_ignore_ascii_case("host") => ":authority",
            name => name,
        };
        asked.push(json!({"name": name, "string_match": string_match(header)?}));
    }
    translated["headers"] = asked.into();
    let params: Option<Vec<Value>> = query_params(r#match)
        .into_iter()
        .map(|param| Some(json!({"name": name(param), "string_match": string_match(param)?})))
        .collect();
    translated["query_parameters"] = params?.into();
    Some(translated)
}

/// Envoy's match of the path alone.
pub(crate) fn path_match(r#match: &Value) -> Option<Value> {
    Some(match path(r#match) {
        ("Exact", exact) => json!({"path": exact}),
        ("RegularExpression", pattern) => json!({"safe_regex": {"regex": usable(pattern)?}}),
        (_, prefix) => match prefix.trim_end_matches('/') {
            "" => json!({"prefix": "/"}),
            // "Matches based on a URL path prefix split by `/`."
            prefix => json!({"path_separated_prefix": prefix}),
        },
    })
}

fn string_match(of: &Value) -> Option<Value> {
    let value = of["value"].as_str().unwrap_or_default();
    Some(match of["type"].as_str() {
        Some("RegularExpression") => json!({"safe_regex": {"regex": usable(value)?}}),
        _ => json!({"exact": value}),
    })
}

/// The pattern, unless it is one of those that were made to be none.
fn usable(pattern: &str) -> Option<&str> {
    (!pattern.ends_with('(')).then_some(pattern)
}

fn name(of: &Value) -> &str {
    of["name"].as_str().unwrap_or_default()
}

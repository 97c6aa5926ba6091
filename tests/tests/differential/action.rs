//! What a rule does with a request, as Envoy's routes say it.

use gamma_random::{BACKENDS, FRONTEND_PORTS};
use gamma_testbed::echo::Identity;
use serde_json::{Map, Value, json};

use crate::{
    matching::{path, path_match, route_match},
    rank::RankedMatch,
};

/// Envoy's routes for one match on the Service port `dialled`, to be tried one after the other.
pub(crate) fn routes(ranked: &RankedMatch<'_>, dialled: u16) -> Vec<Value> {
    let (rule, r#match) = (ranked.rule, &ranked.r#match);
    let part = |kind: &str, member: &str| filter(rule, kind).map(|found| &found[member]);
    let redirect = part("RequestRedirect", "requestRedirect");
    let rewrite = part("URLRewrite", "urlRewrite");
    let change = redirect.or(rewrite).map_or(&Value::Null, |of| &of["path"]);
    let with = |path: Value, change: Option<Change>| {
        let mut route = match redirect {
            Some(redirect) => {
                let mut route = json!({"redirect": redirect_action(redirect, dialled, change)});
                // "Response header modifiers on redirects: applied; on Gamma's own error answers not" (semantics.md)
                modify_headers(&mut route, rule);
                route
            }
            None => forward(rule, rewrite, change),
        };
        route["match"] = route_match(r#match, path)?;
        Some(route)
    };
    let full = |path: &str| {
        let path = if path.is_empty() { "/" } else { path };
        Change::Full(path.to_owned())
    };
    let one = |change| path_match(r#match).and_then(|path| with(path, change));
    if let Some(replacement) = change["replaceFullPath"].as_str() {
        return one(Some(full(replacement))).into_iter().collect();
    }
    let Some(replacement) = change["replacePrefixMatch"].as_str() else {
        return one(None).into_iter().collect();
    };
    // What stands behind the prefix decides whether the replacement ends in a slash, which takes two routes.
    let prefix = path(r#match).1.trim_end_matches('/');
    let rest = Change::Pattern {
        pattern: format!("^{}(/(?s:.*))$", escaped(prefix)),
        substitution: format!("{}\\1", replacement.trim_end_matches('/')),
    };
    let whole = (!prefix.is_empty())
        .then(|| with(json!({"path": prefix}), Some(full(replacement))))
        .flatten();
    whole.into_iter().chain(one(Some(rest))).collect()
}

/// A new path.
#[derive(Debug)]
enum Change {
    Full(String),
    Pattern {
        pattern: String,
        substitution: String,
    },
}

impl Change {
    /// As `regex_rewrite`, which leaves the query alone.
    fn regex_rewrite(self) -> Value {
        let (pattern, substitution) = match self {
            Self::Full(path) => ("^(?s:.*)$".to_owned(), path),
            Self::Pattern {
                pattern,
                substitution,
            } => (pattern, substitution),
        };
        json!({"pattern": {"regex": pattern}, "substitution": substitution})
    }
}

fn redirect_action(redirect: &Value, dialled: u16, change: Option<Change>) -> Value {
    let scheme = redirect["scheme"].as_str();
    // "if redirect scheme is not-empty, the redirect port MUST be the well-known port associated with the redirect
    // scheme …; else the Gateway listener's", which is the Service port (semantics.md).
    let port = match (redirect["port"].as_u64(), scheme) {
        (Some(port), _) => port,
        (None, Some("https")) => 443,
        (None, Some(_)) => 80,
        (None, None) => dialled.into(),
    };
    let code = match redirect["statusCode"].as_u64().unwrap_or(302) {
        301 => "MOVED_PERMANENTLY",
        302 => "FOUND",
        303 => "SEE_OTHER",
        307 => "TEMPORARY_REDIRECT",
        308 => "PERMANENT_REDIRECT",
        other => panic!("no status of a redirect: {other}"),
    };
    let mut action = json!({"port_redirect": port, "response_code": code});
    if let Some(scheme) = scheme {
        action["scheme_redirect"] = json!(scheme);
    }
    if let Some(hostname) = redirect["hostname"].as_str() {
        action["host_redirect"] = json!(hostname);
    }
    match change {
        Some(Change::Full(path)) => {
            // The request's query is "kept, unless `replaceFullPath` of a redirect has a query or a fragment of its
            // own" (semantics.md); Envoy would append it to a fragment.
            action["strip_query"] = json!(path.contains('#') && !path.contains('?'));
            action["path_redirect"] = json!(path);
        }
        Some(change) => action["regex_rewrite"] = change.regex_rewrite(),
        None => {}
    }
    action
}

/// To the one backend that has a weight. "If all entries … are invalid …, and there are also no filters specified in
/// this route rule, all traffic which matches this rule MUST receive a 500".
fn forward(rule: &Value, rewrite: Option<&Value>, change: Option<Change>) -> Value {
    let backends = rule["backendRefs"].as_array();
    let clusters: Vec<Value> = backends
        .into_iter()
        .flatten()
        .filter_map(|backend| weighted_cluster(backend, rule))
        .collect();
    if clusters.iter().all(|cluster| cluster["weight"] == 0) {
        return json!({"direct_response": {"status": 500}});
    }
    let mut action = json!({
        "weighted_clusters": {"clusters": clusters},
        "timeout": "0s",
        "idle_timeout": "0s",
    });
    if let Some(hostname) = rewrite.and_then(|of| of["hostname"].as_str()) {
        action["host_rewrite_literal"] = json!(hostname);
    }
    if let Some(change) = change {
        action["regex_rewrite"] = change.regex_rewrite();
    }
    let mut route = json!({"route": action});
    let is_drawn = |backend: &&Value| backend["weight"] != 0;
    if let Some(backend) = backends.into_iter().flatten().find(is_drawn) {
        modify_headers(&mut route, backend);
    }
    route
}

/// `None` for a Service that does not exist: nothing else is drawn where it has the weight.
///
/// "Order of a rule's and a backend's filters: the rule's first" (semantics.md). Envoy obeys a weighted cluster before
/// its route; so the cluster has what the rule says.
fn weighted_cluster(backend: &Value, rule: &Value) -> Option<Value> {
    let name = backend["name"].as_str().unwrap_or_default();
    let port = u16::try_from(backend["port"].as_u64()?).ok()?;
    if !BACKENDS.contains(&name) || !FRONTEND_PORTS.contains(&port) {
        return None;
    }
    let namespace = backend["namespace"].as_str().unwrap_or_default();
    let mut cluster = json!({
        "name": Identity::new(namespace, name, port).to_string(),
        "weight": backend["weight"].as_u64().unwrap_or(1),
    });
    modify_headers(&mut cluster, rule);
    Some(cluster)
}

/// Gives a route or a weighted cluster the header modifiers of `of`, a rule or a backendRef.
fn modify_headers(to: &mut Value, of: &Value) {
    for (kind, member, prefix) in [
        ("RequestHeaderModifier", "requestHeaderModifier", "request"),
        (
            "ResponseHeaderModifier",
            "responseHeaderModifier",
            "response",
        ),
    ] {
        let Some(modifier) = filter(of, kind).map(|filter| &filter[member]) else {
            continue;
        };
        let mut options = Vec::new();
        for (list, action) in [
            ("set", "OVERWRITE_IF_EXISTS_OR_ADD"),
            ("add", "APPEND_IF_EXISTS_OR_ADD"),
        ] {
            for header in modifier[list].as_array().into_iter().flatten() {
                let mut option = Map::new();
                // `%` begins a format of Envoy's.
                let value = header["value"].as_str().unwrap_or_default();
                let value = value.replace('%', "%%");
                let header = json!({"key": header["name"], "value": value});
                option.insert("append_action".into(), json!(action));
                option.insert("header".into(), header);
                options.push(option);
            }
        }
        to[format!("{prefix}_headers_to_add")] = json!(options);
        let removed = modifier["remove"].as_array().cloned().unwrap_or_default();
        to[format!("{prefix}_headers_to_remove")] = removed.into();
    }
}

fn filter<'v>(of: &'v Value, kind: &str) -> Option<&'v Value> {
    let mut filters = of["filters"].as_array()?.iter();
    filters.find(|filter| filter["type"] == kind)
}

fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for c in text.chars() {
        if !c.is_ascii_alphanumeric() {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

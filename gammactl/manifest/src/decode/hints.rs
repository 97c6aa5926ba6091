//! The way out for what people write where the API has another shape: in the words of Ingress, of
//! VirtualServices, or shorter than it is allowed.

use crate::yaml::{Content, Field};

/// What stands in place of a field that does not exist, under names of other APIs.
pub(super) fn of_unknown(key: &str) -> Option<&'static str> {
    Some(match key {
        "serviceName" => "write `name`",
        "servicePort" => "write `port`, with the number of the Service's port",
        "service" => "write `name` and `port` of the Service in place of it",
        "backend" | "backends" | "destination" | "destinations" | "route" | "services" => {
            "write `backendRefs: [{name: …, port: …}]`"
        }
        "gateways" | "ingressClassName" | "parents" | "parentRef" => {
            "write `parentRefs: [{group: \"\", kind: Service, name: …}]`"
        }
        "pathType" => "write `path: {type: PathPrefix, value: …}`, or `type: Exact`",
        "paths" | "prefix" | "uri" => "write `matches: [{path: {type: PathPrefix, value: …}}]`",
        "host" | "hosts" => "write `hostnames`; for a Service, match the header `Host`",
        "match" => "write `matches`",
        "http" => "write `rules`",
        "timeout" => "write `timeouts: {request: …}`",
        "perTryTimeout" => "write `timeouts: {backendRequest: …}` beside `retry`",
        "retries" => "write `retry: {attempts: …}`",
        "retryOn" => "write `codes: [502, 503, 504]`; connection errors are retried in any case",
        "redirect" => "write `filters: [{type: RequestRedirect, requestRedirect: {…}}]`",
        "rewrite" => "write `filters: [{type: URLRewrite, urlRewrite: {…}}]`",
        "mirror" => "write `filters: [{type: RequestMirror, requestMirror: {backendRef: …}}]`",
        "corsPolicy" => "write `filters: [{type: CORS, cors: {…}}]`",
        "regex" => "set `type: RegularExpression` and write `value`",
        "exact" => "set `type: Exact` and write `value`",
        _ => return None,
    })
}

/// What to write for a value of another type than `wanted`.
pub(super) fn of_type(field: &Field<'_>, wanted: &str) -> Option<String> {
    let (name, is_item) = match field.path.strip_suffix(']') {
        Some(item) => (item.rsplit_once('[')?.0, true),
        None => (&*field.path, false),
    };
    let name = name.rsplit('.').next().unwrap_or_default();
    match (wanted, &field.node.content) {
        ("an object", _) => {
            let text = field.node.as_str().or_else(|| field.node.as_plain())?;
            if is_item {
                of_item(name, text)
            } else {
                of_object(name, text)
            }
        }
        ("a list", Content::Mapping(members)) => {
            let first = members.first();
            Some(match (name, first) {
                ("headers" | "queryParams" | "set" | "add", Some(first)) => {
                    let value = first.value.as_plain().unwrap_or("…");
                    format!(
                        "write `{name}: [{{name: {}, value: \"{value}\"}}]`",
                        first.key
                    )
                }
                _ => "it is a list: put `- ` before its first line, and indent the others".into(),
            })
        }
        ("a string", Content::Sequence(_)) if name == "method" => {
            Some("write a match for each: `matches: [{method: GET}, {method: POST}]`".into())
        }
        ("a list", _) => {
            let text = field.node.as_str().or_else(|| field.node.as_plain())?;
            let item = of_item(name, text)?;
            let written = item.strip_prefix("write ")?;
            Some(format!("write `{name}: [{}]`", written.trim_matches('`')))
        }
        _ => None,
    }
}

/// An item of a list, written as one word.
fn of_item(list: &str, text: &str) -> Option<String> {
    let (name, port) = match text.split_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => (name, port),
        _ => (text, "…"),
    };
    Some(match list {
        "parentRefs" => format!("write `{{group: \"\", kind: Service, name: {name}}}`"),
        "backendRefs" => format!("write `{{name: {name}, port: {port}}}`"),
        "filters" => format!("write `{{type: {text}, …}}`"),
        "matches" if text.starts_with('/') => format!("write `{{path: {{value: {text}}}}}`"),
        "matches" if text.bytes().all(|b| b.is_ascii_uppercase()) => {
            format!("write `{{method: {text}}}`")
        }
        "set" | "add" | "headers" | "queryParams" => match text.split_once([':', '=']) {
            Some((name, value)) => {
                format!(
                    "write `{{name: {}, value: \"{}\"}}`",
                    name.trim(),
                    value.trim()
                )
            }
            None => format!("write `{{name: {text}, value: …}}`"),
        },
        _ => return None,
    })
}

/// An object, written as one value.
fn of_object(name: &str, text: &str) -> Option<String> {
    Some(match name {
        "timeouts" => format!("write `timeouts: {{request: {text}}}`"),
        "retry" => format!("write `retry: {{attempts: {text}}}`"),
        "backendRef" => format!("write `backendRef: {{name: {text}, port: …}}`"),
        "method" => "write `method: {service: …, method: …}`".into(),
        "path" if text.starts_with('/') => {
            format!("write `path: {{type: ReplaceFullPath, replaceFullPath: {text}}}`")
        }
        "metadata" => format!("write `metadata: {{name: {text}}}`"),
        "fraction" => "write `fraction: {numerator: …, denominator: …}`".into(),
        _ => return None,
    })
}

/// Names that other APIs have for what is meant.
pub(super) fn of_choice<'n>(name: &str, names: &[&'n str]) -> Option<&'n str> {
    let meant = match name {
        "Prefix" | "prefix" | "ImplementationSpecific" => "PathPrefix",
        "Regex" | "regex" | "RegEx" | "Regexp" | "regexp" | "RegexMatch" => "RegularExpression",
        "Equal" | "Equals" | "StringMatch" => "Exact",
        "Rewrite" | "UrlRewrite" => "URLRewrite",
        "Redirect" => "RequestRedirect",
        "Mirror" => "RequestMirror",
        "HeaderModifier" => "RequestHeaderModifier",
        "Cors" | "cors" => "CORS",
        "ReplacePath" | "FullPath" => "ReplaceFullPath",
        "ReplacePrefix" | "PrefixMatch" => "ReplacePrefixMatch",
        _ => return None,
    };
    names.iter().copied().find(|name| *name == meant)
}

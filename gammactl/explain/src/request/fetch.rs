//! Reads a call of `fetch`, as browsers copy a request for their console or for Node.js.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{draft::RequestDraft, header::HeaderLine, options::HeaderOption};

/// The second argument. What it has besides decides nothing about the request that a proxy gets.
#[derive(Debug, Default, Deserialize)]
struct FetchOptions {
    method: Option<String>,
    #[serde(default)]
    headers: Map<String, Value>,
    referrer: Option<String>,
    body: Option<Value>,
}

/// The arguments.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Arguments {
    Url([String; 1]),
    WithOptions(String, FetchOptions),
}

/// Whether a line begins a call.
pub(super) fn is_call(line: &str) -> bool {
    arguments(line).is_some()
}

/// Whether `call` goes to its closing bracket.
pub(super) fn is_complete(call: &str) -> bool {
    let end = call.trim_end().trim_end_matches(';').trim_end();
    end.ends_with(')') && parsed(call).is_ok()
}

pub(super) fn read(call: &str) -> Result<RequestDraft, serde_json::Error> {
    let (url, options) = match parsed(call)? {
        Arguments::Url([url]) => (url, FetchOptions::default()),
        Arguments::WithOptions(url, options) => (url, options),
    };
    let headers = options.headers.iter().filter_map(|(name, value)| {
        Some(HeaderOption::Sent(HeaderLine {
            name: name.clone(),
            value: value.as_str()?.as_bytes().to_vec(),
        }))
    });
    let mut draft = RequestDraft {
        request: url,
        // "Let method be GET" unless there is one, whether or not there is a body.
        method: options.method.or_else(|| Some("GET".into())),
        headers: headers.collect(),
        resolves_dots: true,
        ..RequestDraft::default()
    };
    if let Some(referrer) = options.referrer.filter(|referrer| !referrer.is_empty()) {
        draft.imply("referer", referrer);
    }
    if options.body.is_some_and(|body| !body.is_null()) {
        draft.imply("content-type", "text/plain;charset=UTF-8");
    }
    Ok(draft)
}

fn parsed(call: &str) -> Result<Arguments, serde_json::Error> {
    let arguments = arguments(call).unwrap_or_default();
    let end = arguments.rfind(')').unwrap_or(arguments.len());
    let list = arguments[..end].trim().trim_end_matches(',');
    serde_json::from_str(&format!("[{list}]"))
}

/// What stands behind the opening bracket.
fn arguments(call: &str) -> Option<&str> {
    let call = call.trim_start();
    let call = call.strip_prefix("await ").unwrap_or(call).trim_start();
    call.strip_prefix("fetch(")
}

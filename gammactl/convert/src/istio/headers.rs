//! Header changes of VirtualServices, and the header filters that do the same.

use std::collections::BTreeMap;

use gamma_manifest::{diagnostic::codes, source::Spanned, yaml::ObjectReader};
use serde_json::{Map, Value, json};

use crate::{
    findings::Findings,
    object::{strings, texts},
};

/// `headers` of a rule or of a destination.
#[derive(Debug, Clone, Default)]
pub(super) struct SourceHeaders {
    pub(super) request: HeaderOperations,
    pub(super) response: HeaderOperations,
    /// A new host, which is not a header of the Gateway API.
    pub(super) host: Option<Spanned<String>>,
}

/// What is done to each header, by its name in lower case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct HeaderOperations(pub(super) BTreeMap<String, HeaderOperation>);

/// What is done to one header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum HeaderOperation {
    Remove,
    Set(String),
    Add(String),
}

impl SourceHeaders {
    pub(super) fn read(object: &mut ObjectReader<'_>, findings: &mut Findings<'_>) -> Self {
        let mut changes = Self::default();
        let Some(field) = object.take("headers", findings) else {
            return changes;
        };
        let Some(mut headers) = ObjectReader::open(&field, findings) else {
            return changes;
        };
        changes.request = operations(&mut headers, "request", &mut changes.host, findings);
        // A response has no host.
        changes.response = operations(&mut headers, "response", &mut None, findings);
        headers.finish(findings);
        changes
    }
}

/// "Envoy: remove, then set, then add": what that makes of each name, since the Gateway API allows a name once.
fn operations(
    headers: &mut ObjectReader<'_>,
    name: &'static str,
    host: &mut Option<Spanned<String>>,
    findings: &mut Findings<'_>,
) -> HeaderOperations {
    let mut done: BTreeMap<String, HeaderOperation> = BTreeMap::new();
    let Some(field) = headers.take(name, findings) else {
        return HeaderOperations(done);
    };
    let Some(mut lists) = ObjectReader::open(&field, findings) else {
        return HeaderOperations(done);
    };
    for name in texts(&mut lists, "remove", findings) {
        done.insert(name.value.to_ascii_lowercase(), HeaderOperation::Remove);
    }
    for list in ["set", "add"] {
        let Some(field) = lists.take(list, findings) else {
            continue;
        };
        for (name, value) in strings(&field, findings) {
            let Some(text) = literal(&value, findings) else {
                continue;
            };
            let lower = name.value.to_ascii_lowercase();
            if matches!(&*lower, "host" | ":authority") {
                *host = Some(Spanned {
                    value: text,
                    ..value
                });
                continue;
            }
            if lower.starts_with(':') {
                findings.say(
                    &codes::NO_SUCH_ACTION,
                    name.span,
                    format!("`{}` is no header of the Gateway API", name.value),
                    "it stays as the client has sent it",
                    "rewrite the path, if that is what it is for",
                );
                continue;
            }
            let operation = match (list, done.get(&lower)) {
                ("set", _) | ("add", Some(HeaderOperation::Remove)) => HeaderOperation::Set(text),
                (_, Some(HeaderOperation::Set(first) | HeaderOperation::Add(first))) => {
                    HeaderOperation::Set(format!("{first},{text}"))
                }
                _ => HeaderOperation::Add(text),
            };
            done.insert(lower, operation);
        }
    }
    lists.finish(findings);
    HeaderOperations(done)
}

/// The text that Envoy makes of a value; `None` if that depends on the request, or if it does nothing.
fn literal(value: &Spanned<String>, findings: &mut Findings<'_>) -> Option<String> {
    let text = value.value.replace("%%", "\u{0}");
    if text.contains('%') {
        findings.say(
            &codes::NO_SUCH_ACTION,
            value.span,
            format!("`{}` is filled in by Envoy for each request", value.value),
            "the Gateway API has fixed values only: the header is not set",
            "let the backend, or an EnvoyFilter, make it",
        );
        return None;
    }
    // "set: {x: ''} does nothing".
    (!text.is_empty()).then(|| text.replace('\u{0}', "%"))
}

impl HeaderOperations {
    /// A filter of that `type`, whose member is `member`; `None` if there is nothing to do.
    pub(super) fn filter(&self, kind: &str, member: &str) -> Option<Value> {
        let (mut set, mut add, mut remove) = (Vec::new(), Vec::new(), Vec::new());
        for (name, operation) in &self.0 {
            match operation {
                HeaderOperation::Set(value) => set.push(json!({"name": name, "value": value})),
                HeaderOperation::Add(value) => add.push(json!({"name": name, "value": value})),
                HeaderOperation::Remove => remove.push(Value::from(name.as_str())),
            }
        }
        let lists = [("set", set), ("add", add), ("remove", remove)];
        let lists: Map<String, Value> = lists
            .into_iter()
            .filter(|(_, list)| !list.is_empty())
            .map(|(name, list)| (name.into(), list.into()))
            .collect();
        (!lists.is_empty()).then(|| json!({"type": kind, member: lists}))
    }
}

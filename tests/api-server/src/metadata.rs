//! Checks metadata as every API server does, whatever the kind (`ValidateObjectMeta`).

use regex::Regex;
use serde_json::Value;

use crate::violation::Violation;

const SUBDOMAIN: &str = r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$";
const LABEL: &str = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$";
const NAME: &str = "^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$";

pub(crate) fn check(metadata: &Value) -> Vec<Violation> {
    let mut violations = Vec::new();
    let mut add = |path: &str, message: String| {
        violations.push(Violation {
            path: path.into(),
            message,
        });
    };
    let texts = [
        ("metadata.name", "name", SUBDOMAIN, 253),
        ("metadata.namespace", "namespace", LABEL, 63),
    ];
    for (path, member, pattern, max) in texts {
        match &metadata[member] {
            Value::Null if member == "namespace" => {}
            Value::String(text) if text.is_empty() && member == "namespace" => {}
            Value::String(text) if text.len() <= max && is_like(text, pattern) => {}
            other => add(path, format!("{other} does not match {pattern}")),
        }
    }
    for member in ["labels", "annotations"] {
        let path = format!("metadata.{member}");
        let entries = match &metadata[member] {
            Value::Null => continue,
            Value::Object(entries) => entries,
            _ => {
                add(&path, "is no object".into());
                continue;
            }
        };
        for (key, value) in entries {
            let path = format!("{path}.{key}");
            if !is_key(key, member == "annotations") {
                add(&path, format!("{key:?} is no qualified name"));
            }
            match value {
                Value::Null => {}
                Value::String(text)
                    if member == "annotations"
                        || text.is_empty()
                        || (text.len() <= 63 && is_like(text, NAME)) => {}
                other => add(&path, format!("can't be {other}")),
            }
        }
    }
    violations
}

/// A qualified name: `prefix/name`. That of an annotation may have any case.
fn is_key(key: &str, any_case: bool) -> bool {
    let lower;
    let key = if any_case {
        lower = key.to_lowercase();
        &lower
    } else {
        key
    };
    let (prefix, name) = match key.split_once('/') {
        Some((prefix, name)) => (Some(prefix), name),
        None => (None, key),
    };
    prefix.is_none_or(|prefix| prefix.len() <= 253 && is_like(prefix, SUBDOMAIN))
        && name.len() <= 63
        && is_like(name, NAME)
}

fn is_like(text: &str, pattern: &str) -> bool {
    Regex::new(pattern).unwrap().is_match(text)
}

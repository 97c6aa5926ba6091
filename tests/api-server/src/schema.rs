//! Checks a value by a structural schema: types, choices, patterns, limits, and what is distinct in lists.

use std::{cell::RefCell, collections::HashMap};

use regex::Regex;
use serde_json::Value;

use crate::violation::Violation;

thread_local! {
    static PATTERNS: RefCell<HashMap<String, Regex>> = RefCell::default();
}

/// Every violation of `schema`.
pub(crate) fn check(schema: &Value, value: &Value) -> Vec<Violation> {
    let mut violations = Vec::new();
    walk(schema, value, "", &mut violations);
    violations
}

fn walk(schema: &Value, value: &Value, path: &str, violations: &mut Vec<Violation>) {
    let mut refuse = |message: String| {
        violations.push(Violation {
            path: path.trim_start_matches('.').into(),
            message,
        });
    };
    let is_type = match schema["type"].as_str() {
        Some("object") => value.is_object(),
        Some("array") => value.is_array(),
        Some("string") => value.is_string(),
        Some("boolean") => value.is_boolean(),
        Some("number") => value.is_number(),
        Some("integer") => {
            value.is_i64() || value.is_u64() || value.as_f64().is_some_and(|n| n.fract() == 0.0)
        }
        _ => true,
    };
    if !is_type {
        return refuse(format!(
            "is no {}",
            schema["type"].as_str().unwrap_or_default()
        ));
    }
    if let Some(choices) = schema["enum"].as_array()
        && !choices.contains(value)
    {
        refuse(format!("{value} is none of the choices"));
    }
    match value {
        Value::String(text) => string(schema, text, &mut refuse),
        Value::Number(_) => number(schema, value.as_f64().unwrap_or_default(), &mut refuse),
        Value::Array(items) => {
            limits(schema, "Items", items.len(), &mut refuse);
            distinct(schema, items, &mut refuse);
            for (i, item) in items.iter().enumerate() {
                walk(&schema["items"], item, &format!("{path}[{i}]"), violations);
            }
        }
        Value::Object(members) => {
            for name in schema["required"].as_array().into_iter().flatten() {
                let name = name.as_str().unwrap_or_default();
                if !members.contains_key(name) {
                    refuse(format!("{name} is required"));
                }
            }
            for (name, member) in members {
                let of_member = schema["properties"].get(name);
                if let Some(schema) = of_member.or_else(|| schema.get("additionalProperties")) {
                    walk(schema, member, &format!("{path}.{name}"), violations);
                }
            }
        }
        Value::Null | Value::Bool(_) => {}
    }
}

fn limits(schema: &Value, what: &str, length: usize, refuse: &mut impl FnMut(String)) {
    let limit = |name: String| schema[name].as_u64().map(|limit| limit as usize);
    if limit(format!("max{what}")).is_some_and(|max| length > max) {
        refuse(format!("{length} {what} are too many"));
    }
    if limit(format!("min{what}")).is_some_and(|min| length < min) {
        refuse(format!("{length} {what} are too few"));
    }
}

fn string(schema: &Value, text: &str, refuse: &mut impl FnMut(String)) {
    limits(schema, "Length", text.chars().count(), refuse);
    let Some(pattern) = schema["pattern"].as_str() else {
        return;
    };
    let matches = PATTERNS.with_borrow_mut(|patterns| {
        let regex = patterns
            .entry(pattern.to_owned())
            .or_insert_with(|| Regex::new(pattern).unwrap());
        regex.is_match(text)
    });
    if !matches {
        refuse(format!("{text:?} does not match {pattern}"));
    }
}

fn number(schema: &Value, number: f64, refuse: &mut impl FnMut(String)) {
    if schema["maximum"].as_f64().is_some_and(|max| number > max)
        || schema["minimum"].as_f64().is_some_and(|min| number < min)
    {
        refuse(format!("{number} is out of range"));
    }
    let bounds = match schema["format"].as_str() {
        Some("int32") => f64::from(i32::MIN)..=f64::from(i32::MAX),
        _ => i64::MIN as f64..=i64::MAX as f64,
    };
    if !bounds.contains(&number) {
        refuse(format!("{number} does not fit its format"));
    }
}

/// `x-kubernetes-list-type`: a set has each value once, a map has each key once.
fn distinct(schema: &Value, items: &[Value], refuse: &mut impl FnMut(String)) {
    let key = |item: &Value| -> Value {
        match schema["x-kubernetes-list-type"].as_str() {
            Some("set") => item.clone(),
            _ => {
                let keys = schema["x-kubernetes-list-map-keys"].as_array();
                let keys = keys.into_iter().flatten().filter_map(Value::as_str);
                keys.map(|key| item[key].clone()).collect()
            }
        }
    };
    if !matches!(
        schema["x-kubernetes-list-type"].as_str(),
        Some("set" | "map")
    ) {
        return;
    }
    for (i, item) in items.iter().enumerate() {
        let first = items[..i].iter().any(|other| key(other) == key(item));
        if first {
            refuse(format!("{item} is there twice"));
        }
    }
}

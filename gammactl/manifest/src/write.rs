//! Writes a generated Kubernetes object or Envoy config as text: YAML for people, or JSON.

use serde_json::{Map, Value};

/// How every comment above a written bootstrap begins.
pub const MARK: &str = "Written by gammactl.";

/// Writes `bootstrap` as indented JSON.
pub fn json(bootstrap: &Value) -> String {
    format!("{bootstrap:#}\n")
}

/// Writes `bootstrap` as YAML that a person can read, below the lines of `comment`.
///
/// Every scalar that could be taken for anything else is written as JSON, which is YAML too; the
/// route config so stays the one string that it is.
pub fn yaml(bootstrap: &Value, comment: &str) -> String {
    let mut text: String = comment.lines().map(|line| format!("# {line}\n")).collect();
    match bootstrap {
        Value::Object(members) if !members.is_empty() => mapping(members, 0, &mut text),
        other => text.push_str(&format!("{other}\n")),
    }
    text
}

fn mapping(members: &Map<String, Value>, indent: usize, text: &mut String) {
    for (i, (key, value)) in members.iter().enumerate() {
        // The first key of a list item stands behind its dash.
        if i > 0 || !text.ends_with("- ") {
            text.push_str(&" ".repeat(indent));
        }
        text.push_str(&scalar(key));
        text.push(':');
        match value {
            Value::Object(inner) if !inner.is_empty() => {
                text.push('\n');
                mapping(inner, indent + 2, text);
            }
            Value::Array(items) if !items.is_empty() => {
                text.push('\n');
                sequence(items, indent + 2, text);
            }
            leaf => {
                text.push(' ');
                text.push_str(&flow(leaf));
                text.push('\n');
            }
        }
    }
}

fn sequence(items: &[Value], indent: usize, text: &mut String) {
    for item in items {
        text.push_str(&" ".repeat(indent));
        text.push_str("- ");
        match item {
            Value::Object(members) if !members.is_empty() => mapping(members, indent + 2, text),
            leaf => {
                text.push_str(&flow(leaf));
                text.push('\n');
            }
        }
    }
}

fn flow(value: &Value) -> String {
    match value {
        Value::String(string) => scalar(string),
        other => other.to_string(),
    }
}

/// Bare where that can only be a string.
fn scalar(string: &str) -> String {
    let plain = string.starts_with(|c: char| c.is_ascii_alphabetic())
        && string
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "_./-".contains(c))
        && !matches!(
            string.to_ascii_lowercase().as_str(),
            "true" | "false" | "yes" | "no" | "on" | "off" | "null" | "y" | "n"
        );
    if plain {
        string.to_owned()
    } else {
        Value::from(string).to_string()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_object_without_members_is_one() {
        assert_eq!(yaml(&json!({}), ""), "{}\n");
        assert_eq!(yaml(&json!([{}, [{}]]), ""), "[{},[{}]]\n");
    }

    #[test]
    fn what_could_be_something_else_is_quoted() {
        let value = json!({
            "a": {"b": [{"c": 1, "d": "x: y"}, "no", []], "e": {}},
            "@type": "0s",
            "text": "'{\"a\"}'\n",
        });
        assert_eq!(
            yaml(&value, "one\ntwo"),
            "# one\n# two\na:\n  b:\n    - c: 1\n      d: \"x: y\"\n    - \"no\"\n    - []\n  e: {}\n\
             \"@type\": \"0s\"\ntext: \"'{\\\"a\\\"}'\\n\"\n"
        );
    }
}

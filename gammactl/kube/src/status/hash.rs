//! The hash by which configs are told apart: of what they say, not of how it is written.

use std::fmt;

use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// The first 12 hexadecimal digits of a SHA-256 over a config whose members are sorted. Istio carries the
/// config as a Struct of protobuf, which has an order of its own and knows no integers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigHash(String);

/// Bytes of the hash that are kept.
const KEPT: usize = 6;

impl ConfigHash {
    /// Of a config.
    #[must_use]
    pub fn of(config: &Value) -> Self {
        let mut hasher = Sha256::new();
        add(config, &mut hasher);
        let bytes = hasher.finalize();
        let kept = bytes.iter().take(KEPT);
        Self(kept.map(|byte| format!("{byte:02x}")).collect())
    }

    /// Of the text of a config; of any other text if it is no JSON.
    #[must_use]
    pub fn of_text(text: &str) -> Self {
        let config = serde_json::from_str(text);
        Self::of(&config.unwrap_or_else(|_| Value::from(text)))
    }
}

impl fmt::Display for ConfigHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn add(value: &Value, hasher: &mut Sha256) {
    match value {
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by_key(|(key, _)| *key);
            hasher.update(b"{");
            for (key, value) in members {
                hasher.update(Value::from(key.as_str()).to_string());
                hasher.update(b":");
                add(value, hasher);
                hasher.update(b",");
            }
            hasher.update(b"}");
        }
        Value::Array(items) => {
            hasher.update(b"[");
            for item in items {
                add(item, hasher);
                hasher.update(b",");
            }
            hasher.update(b"]");
        }
        Value::Number(number) => {
            let number = number.as_f64().unwrap_or_default();
            hasher.update(format!("{number}"));
        }
        other => hasher.update(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_says_the_same_has_one_hash() {
        let one = ConfigHash::of_text(r#"{"a": 80, "b": [{"c": "x", "d": null}]}"#);
        let other = ConfigHash::of_text(r#"{"b":[{"d":null,"c":"x"}],"a":80.0}"#);
        assert_eq!(one, other);
        assert_eq!(one.to_string().len(), 2 * KEPT);
    }

    #[test]
    fn what_says_something_else_has_another() {
        let texts = [
            r#"{"a": 80}"#,
            r#"{"a": "80"}"#,
            r#"{"a": [80]}"#,
            r#"{"a": 81}"#,
            r#"{"b": 80}"#,
            "[]",
            "{}",
            "",
            "not JSON",
        ];
        for (number, text) in texts.iter().enumerate() {
            for other in &texts[..number] {
                assert_ne!(
                    ConfigHash::of_text(text),
                    ConfigHash::of_text(other),
                    "{text} {other}"
                );
            }
        }
    }
}

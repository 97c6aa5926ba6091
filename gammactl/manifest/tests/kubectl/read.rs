//! Reads a text with the code under test, and gives it as JSON.

use gamma_manifest::{
    diagnostic::{Diagnostics, Severity},
    source::Sources,
    yaml::{self, Content, Dialect, Meaning, Node},
};
use serde_json::{Map, Value};

/// The objects in a text, or what is wrong with it.
pub(crate) fn read(text: &str) -> Result<Vec<Value>, String> {
    let mut sources = Sources::default();
    let file = sources.add("t.yaml", text);
    let mut diagnostics = Diagnostics::default();
    let nodes = yaml::parse(file, text, Dialect::Kubectl, &mut diagnostics);
    let mut errors = diagnostics
        .iter()
        .filter(|d| d.code.severity == Severity::Error);
    match errors.next() {
        Some(error) => Err(error.message.clone()),
        None => Ok(nodes.iter().map(json).collect()),
    }
}

fn json(node: &Node) -> Value {
    match &node.content {
        Content::Mapping(members) => {
            let members = members.iter().map(|m| (m.key.clone(), json(&m.value)));
            Value::Object(members.collect::<Map<_, _>>())
        }
        Content::Sequence(items) => items.iter().map(json).collect(),
        Content::Scalar(scalar) => match scalar.meaning {
            Meaning::Null => Value::Null,
            Meaning::Boolean(value) => value.into(),
            Meaning::Integer(value) => (value as f64).into(),
            Meaning::Float(value) => value.into(),
            Meaning::String => (&*scalar.text).into(),
        },
    }
}

/// The same value with all numbers as floats of fifteen digits, and members in alphabetical order: `80`
/// and `80.0` are one value, and serde_json does not read the last digit of large numbers exactly.
pub(crate) fn normal(value: &Value) -> Value {
    match value {
        Value::Number(number) => {
            // Zero has no sign in the end.
            let number = number.as_f64().unwrap_or_default() + 0.0;
            format!("{number:.14e}").parse::<f64>().unwrap().into()
        }
        Value::Array(items) => items.iter().map(normal).collect(),
        Value::Object(members) => {
            let mut members: Vec<_> = members
                .iter()
                .map(|(k, v)| (k.clone(), normal(v)))
                .collect();
            members.sort_by(|(a, _), (b, _)| a.cmp(b));
            Value::Object(members.into_iter().collect())
        }
        other => other.clone(),
    }
}

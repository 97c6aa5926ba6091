//! Drops what a structural schema does not know, and members that are null.

use serde_json::Value;

pub(crate) fn pruned(schema: &Value, value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let preserve = schema["x-kubernetes-preserve-unknown-fields"] == true
                || (schema.get("properties").is_none() && schema["type"] == "object");
            let known = members.iter().filter_map(|(name, member)| {
                // "null values for fields that … don't have the nullable flag … will be pruned".
                if member.is_null() {
                    return None;
                }
                let of_member = schema["properties"].get(name);
                let of_member = of_member.or_else(|| schema.get("additionalProperties"));
                match of_member {
                    Some(schema) => Some((name.clone(), pruned(schema, member))),
                    None => preserve.then(|| (name.clone(), member.clone())),
                }
            });
            known.collect()
        }
        Value::Array(items) => items
            .iter()
            .map(|item| pruned(&schema["items"], item))
            .collect(),
        scalar => scalar.clone(),
    }
}

//! The JSON Schema of case files is made here.

use gamma_manifest::source::NULLABLE;
use schemars::{Schema, SchemaGenerator, transform::transform_subschemas};
use serde_json::Value;

use super::model::Case;

/// The JSON Schema of case files, as it is to be checked in.
#[must_use]
pub fn schema() -> Schema {
    let mut schema = SchemaGenerator::default().into_root_schema_for::<Case>();
    schema.insert("$id".into(), "urn:gamma:test-cases:1".into());
    schema.insert("title".into(), "Gamma test cases".into());
    gamma_config::schema::plain(&mut schema);
    strict(&mut schema);
    schema
}

/// A member that is left out is not null: only where null means something is it allowed.
fn strict(schema: &mut Schema) {
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        for property in properties.values_mut() {
            if property.get(NULLABLE).is_none() {
                without_null(property);
            }
            if let Some(property) = property.as_object_mut() {
                property.remove(NULLABLE);
            }
        }
    }
    transform_subschemas(&mut strict, schema);
}

fn without_null(property: &mut Value) {
    if let Some(Value::Array(types)) = property.get_mut("type") {
        types.retain(|name| name != "null");
        property["type"] = types.remove(0);
    }
    let Some(Value::Array(alternatives)) = property.get_mut("anyOf") else {
        return;
    };
    alternatives.retain(|schema| schema["type"] != "null");
    if let Some(Value::Object(only)) = alternatives.pop()
        && let Some(property) = property.as_object_mut()
    {
        property.remove("anyOf");
        property.extend(only);
    }
}

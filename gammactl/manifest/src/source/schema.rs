//! Gives a value with a position the JSON Schema of the value alone.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::Value;

use super::text::Spanned;

/// Marks the schema of something that may be null, as opposed to absent: `Option<Spanned<T>>` and
/// `Spanned<Option<T>>` would have the same schema otherwise.
pub const NULLABLE: &str = "nullable";

impl<T: JsonSchema> JsonSchema for Spanned<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn schema_id() -> Cow<'static, str> {
        T::schema_id()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = T::json_schema(generator);
        let is_null = |schema: &Value| schema == "null" || schema["type"] == "null";
        let mut lists = ["type", "anyOf"]
            .into_iter()
            .filter_map(|of| schema.get(of));
        if lists.any(|list| list.as_array().is_some_and(|list| list.iter().any(is_null))) {
            schema.insert(NULLABLE.into(), true.into());
        }
        schema
    }
}

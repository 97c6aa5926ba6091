//! The JSON Schema of a whole config.

use schemars::{Schema, SchemaGenerator};
use serde_json::Value;

use crate::config::Config;

/// The JSON Schema of [`Config`], as it is checked in.
#[must_use]
pub fn generate() -> Schema {
    let mut schema = SchemaGenerator::default().into_root_schema_for::<Config>();
    schema.insert("$id".into(), "urn:gamma:route-config:1".into());
    schema.insert("title".into(), "Gamma route config, version 1".into());
    plain(&mut schema);
    schema
}

/// Turns what was written for Rust into what is to be read in an editor: comments without links
/// between types, on one line per paragraph.
pub fn plain(schema: &mut Schema) {
    if let Some(Value::String(text)) = schema.get_mut("description") {
        let paragraphs = text.split("\n\n").map(|paragraph| {
            let line = paragraph
                .lines()
                .map(str::trim)
                .collect::<Vec<_>>()
                .join(" ");
            line.replace("[`", "`").replace("`]", "`")
        });
        *text = paragraphs.collect::<Vec<_>>().join("\n\n");
    }
    schemars::transform::transform_subschemas(&mut plain, schema);
}

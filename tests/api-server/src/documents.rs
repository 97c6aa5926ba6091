//! Reads files with YAML documents.

use std::{fs, path::Path};

use serde_json::Value;

/// The YAML documents of a file that are objects; what is no YAML is left out.
///
/// # Panics
///
/// The file can't be read.
pub fn documents(file: &Path) -> Vec<Value> {
    let text = fs::read(file).unwrap();
    let text = String::from_utf8_lossy(&text);
    let parsed = text
        .split("\n---")
        .filter_map(|text| serde_saphyr::from_str::<Value>(text).ok());
    parsed.filter(|value| value.is_object()).collect()
}

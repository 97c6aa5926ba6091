//! The files of `-f`, as the page asks for them.

use gamma_manifest::source;
use serde_json::{Value, json};

/// What `-f` and `-n` say.
#[derive(Debug)]
pub(super) struct ServedFiles {
    pub(super) paths: Vec<String>,
    pub(super) namespace: Option<String>,
}

impl ServedFiles {
    /// The files as they are now, read as other commands read them.
    pub(super) fn json(&self) -> anyhow::Result<String> {
        let sources = source::load(&self.paths)?;
        let files = sources
            .iter()
            .map(|(_, source)| json!({"name": source.name, "text": source.text}));
        let files: Vec<Value> = files.collect();
        let mut served = json!({"files": files});
        if let Some(namespace) = &self.namespace {
            served["namespace"] = namespace.as_str().into();
        }
        Ok(served.to_string())
    }
}

//! The log: one JSON object a line, on standard error.

use std::io::Write as _;

use jiff::Timestamp;
use serde_json::{Value, json};

/// How bad something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Level {
    Info,
    Warning,
    Error,
}

/// Writes a line with `message` and the members of `fields`.
pub(crate) fn write(level: Level, message: &str, fields: Value) {
    let mut line = json!({
        "time": Timestamp::now(),
        "level": match level {
            Level::Info => "info",
            Level::Warning => "warning",
            Level::Error => "error",
        },
        "message": message,
    });
    if let (Value::Object(line), Value::Object(fields)) = (&mut line, fields) {
        line.extend(fields);
    }
    // Where standard error is closed, there is nowhere to say it.
    let _ = writeln!(std::io::stderr(), "{line}");
}

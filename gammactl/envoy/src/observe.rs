//! The access logs and labels of counters by which the generated Envoy shows what the filter
//! decided.

use gamma_config::wire::{LABELS, ORIGINAL_PATH, REASON, RULE_PROPERTY};
use serde_json::{Value, json};

/// Who asked for what, what came of it, and which rule decided that.
fn format() -> String {
    let original_path = ORIGINAL_PATH.to_ascii_uppercase();
    let reason = REASON.to_ascii_uppercase();
    format!(
        "[%START_TIME%] \"%REQ(:METHOD)% %REQ(:AUTHORITY)%%REQ({original_path}?:PATH)% \
         %PROTOCOL%\" %RESPONSE_CODE% %RESPONSE_FLAGS% %RESPONSE_CODE_DETAILS% \
         rule=%FILTER_STATE(wasm.{RULE_PROPERTY}:PLAIN)% backend=%UPSTREAM_CLUSTER% \
         upstream=%UPSTREAM_HOST% reason=%RESP({reason})% %DURATION%ms\n"
    )
}

pub(super) fn access_log() -> Value {
    json!({
        "name": "envoy.access_loggers.stdout",
        "typed_config": {
            "@type": "type.googleapis.com/envoy.extensions.access_loggers.stream.v3.StdoutAccessLog",
            "log_format": { "text_format_source": { "inline_string": format() } },
        },
    })
}

/// Takes the labels out of the names: the first group is removed, the second is the value.
pub(super) fn stats_config() -> Value {
    let tags: Vec<Value> = LABELS
        .iter()
        .map(|label| {
            json!({
                "tag_name": label,
                "regex": format!("^wasmcustom\\..*?({label}=\\.=([^;]*);\\.;)"),
            })
        })
        .collect();
    json!({ "stats_tags": tags })
}

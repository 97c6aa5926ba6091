//! The access log and the labels of counters by which the generated Envoy shows what the filter decided.

use gamma_config::{
    Settings,
    wire::{LABELS, ORIGINAL_PATH, RULE_PROPERTY},
};
use serde_json::{Value, json};

use super::options::AccessLog;

/// Who asked for what, what came of it, and which rule decided that. Why the filter answered a request itself is in
/// `%RESPONSE_CODE_DETAILS%`, in the words of `x-gamma-reason`, which would have to be searched for in each response.
fn format() -> String {
    let original_path = ORIGINAL_PATH.to_ascii_uppercase();
    format!(
        "[%START_TIME%] \"%REQ(:METHOD)% %REQ(:AUTHORITY)%%REQ({original_path}?:PATH)% \
         %PROTOCOL%\" %RESPONSE_CODE% %RESPONSE_FLAGS% %RESPONSE_CODE_DETAILS% \
         rule=%FILTER_STATE(wasm.{RULE_PROPERTY}:PLAIN)% backend=%UPSTREAM_CLUSTER% \
         upstream=%UPSTREAM_HOST% %DURATION%ms\n"
    )
}

/// The access logs of a connection manager.
pub(super) fn access_logs(which: AccessLog) -> Vec<Value> {
    let mut log = json!({
        "name": "envoy.access_loggers.stdout",
        "typed_config": {
            "@type": "type.googleapis.com/envoy.extensions.access_loggers.stream.v3.StdoutAccessLog",
            "log_format": { "text_format_source": { "inline_string": format() } },
        },
    });
    match which {
        AccessLog::All => vec![log],
        AccessLog::Errors => {
            log["filter"] = errors();
            vec![log]
        }
        AccessLog::Off => Vec::new(),
    }
}

/// Lets requests through that failed.
fn errors() -> Value {
    json!({ "or_filter": { "filters": [
        { "status_code_filter": { "comparison": {
            "op": "GE",
            "value": { "default_value": 400, "runtime_key": "gamma.access_log.status" },
        } } },
        // Any flag: a client or a backend that went away, say, may have left no status behind.
        { "response_flag_filter": {} },
        // gRPC has its status in a trailer, behind a 200. What has none is taken for an unknown status, which is
        // right for a call that broke off, and any plain response is one of those: so only calls are asked.
        { "and_filter": { "filters": [
            { "header_filter": { "header": {
                "name": "content-type",
                "string_match": { "safe_regex": { "regex": "application/grpc(\\+.*)?" } },
            } } },
            { "grpc_status_filter": { "statuses": ["OK"], "exclude": true } },
        ] } },
    ] } })
}

/// Takes the labels out of the names of counters, or nothing where none are counted.
///
/// Envoy tries each expression on the name of each new counter, on the worker whose request makes it, so there are only those
/// of labels that can be there: one that does not match costs more than one that does.
pub(super) fn stats_config(settings: &Settings) -> Option<Value> {
    let tags: Vec<Value> = (0..LABELS.len())
        .filter(|index| is_counted(LABELS[*index], settings))
        .map(|index| json!({ "tag_name": LABELS[index], "regex": tag_regex(index) }))
        .collect();
    (!tags.is_empty()).then(|| json!({ "stats_tags": tags }))
}

/// Whether any counter has the label.
fn is_counted(label: &str, settings: &Settings) -> bool {
    let Settings {
        metrics,
        response_metrics,
        ..
    } = *settings;
    match label {
        "answer" => metrics,
        "code" | "grpc_status" => response_metrics,
        "revision" => settings.revision.is_some(),
        _ => metrics || response_metrics,
    }
}

/// The first group is removed from the name, the second is the label's value.
///
/// Envoy uses `std::regex`, which copies all it knows at each step of a loop that might end there, and goes through all
/// ways to match before it gives up. So nothing is searched: the labels before this one, which are always in
/// this order, are walked over, five characters a step, and there is one way to walk over a value.
fn tag_regex(index: usize) -> String {
    let label = LABELS[index];
    let before: String = LABELS[..index]
        .iter()
        .filter(|earlier| may_follow(label, earlier))
        .map(|earlier| format!("(?:{})?", labelled(earlier, value(earlier))))
        .collect();
    let own = labelled(label, &format!("({})", value(label)));
    format!(r"^wasmcustom\.{before}({own})")
}

/// Whether a counter has both labels.
fn may_follow(label: &str, earlier: &str) -> bool {
    match label {
        "code" | "grpc_status" => earlier != "answer",
        "revision" => false,
        _ => true,
    }
}

fn labelled(label: &str, value: &str) -> String {
    format!(r"{label}=\.={value};\.;")
}

fn value(label: &str) -> &'static str {
    match label {
        // What most requests are.
        "answer" => "(?:forwarded|(?:[^;][^;][^;][^;][^;])*[^;]{0,4})",
        _ => "(?:[^;][^;][^;][^;][^;])*[^;]{0,4}",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_looked_for_where_a_counter_may_have_it() {
        let requests = ["answer", "route", "rule", "backend"];
        let responses = ["route", "rule", "backend", "code", "grpc_status"];
        let both = ["answer", "route", "rule", "backend", "code", "grpc_status"];
        for (metrics, response_metrics, expected) in [
            (true, false, requests.as_slice()),
            (false, true, &responses),
            (true, true, &both),
            (false, false, &[]),
        ] {
            let settings = Settings {
                metrics,
                response_metrics,
                ..Settings::default()
            };
            let config = stats_config(&settings).unwrap_or_default();
            let tags = config["stats_tags"].as_array().into_iter().flatten();
            let names: Vec<_> = tags.filter_map(|tag| tag["tag_name"].as_str()).collect();
            assert_eq!(names, expected);
        }
        let settings = Settings {
            revision: Some("r".into()),
            ..Settings::default()
        };
        let config = stats_config(&settings).unwrap();
        assert_eq!(config["stats_tags"][4]["tag_name"], "revision");
    }

    /// "max_bytes: 1024" of `TagSpecifier.regex`.
    #[test]
    fn envoy_takes_expressions_of_that_length() {
        for index in 0..LABELS.len() {
            assert!(tag_regex(index).len() <= 1024);
        }
    }
}

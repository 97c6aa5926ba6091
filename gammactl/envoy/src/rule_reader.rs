//! Whether anything in a bootstrap reads the name of the rule, which the filter says to the proxy for each request: that costs
//! a request as much as a header that is set, and is for nothing where nobody reads it.

use gamma_config::wire::RULE_PROPERTY;
use serde_json::{Map, Value};

use super::filter;

/// Whether anything in `bootstrap` names the property with the rule, as an access log does, or may name it: what stands in a
/// file or in another module is not known here.
#[must_use]
pub fn may_read_rule(bootstrap: &Value) -> bool {
    match bootstrap {
        Value::String(text) => text.contains(RULE_PROPERTY),
        Value::Array(items) => items.iter().any(may_read_rule),
        Value::Object(members) if is_filter(members) => false,
        Value::Object(members) => members
            .iter()
            .any(|(key, value)| is_elsewhere(key, value) || may_read_rule(value)),
        _ => false,
    }
}

/// Whether this is the filter that says the name.
fn is_filter(members: &Map<String, Value>) -> bool {
    let name = members.get("name");
    let of = members
        .get("typed_config")
        .and_then(|config| config.get("@type"));
    name.is_some_and(|name| name == filter::NAME) && of.is_some_and(|of| of == filter::TYPE)
}

/// Whether `value`, the member `key` of something, is a text or a program that is not in the bootstrap. Envoy
/// takes names in either spelling.
fn is_elsewhere(key: &str, value: &Value) -> bool {
    match key {
        "text_format_source" | "textFormatSource" | "default_source_code" | "defaultSourceCode" => {
            value.get("inline_string").is_none() && value.get("inlineString").is_none()
        }
        // Of a VM's configuration, and of a dynamic module's.
        "code" | "dynamic_module_config" | "dynamicModuleConfig" => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_names_the_rule_or_may_reads_it() {
        let table = [
            (json!({"access_log": []}), false),
            (
                json!({"text_format_source": {"inline_string": "%RESPONSE_CODE%"}}),
                false,
            ),
            (
                json!({"text_format_source": {"inline_string": "%FILTER_STATE(wasm.gamma.rule:PLAIN)%"}}),
                true,
            ),
            (
                json!({"json_format": {"rule": "%FILTER_STATE(wasm.gamma.rule)%"}}),
                true,
            ),
            (
                json!({"expression": "filter_state['wasm.gamma.rule'] == b'x'"}),
                true,
            ),
            (
                json!({"textFormatSource": {"filename": "/etc/format"}}),
                true,
            ),
            (json!({"trusted_ca": {"filename": "/etc/ca.pem"}}), false),
            (
                json!({"default_source_code": {"inline_string": "function f() end"}}),
                false,
            ),
            (
                json!({"default_source_code": {"environment_variable": "LUA"}}),
                true,
            ),
            (
                json!({"vm_config": {"code": {"local": {"filename": "other.wasm"}}}}),
                true,
            ),
            (
                json!({"http_filters": [filter(filter::NAME, filter::TYPE)]}),
                false,
            ),
            (
                json!({"http_filters": [filter("other", filter::TYPE)]}),
                true,
            ),
            (
                json!({"access_log": [filter(filter::NAME, "type.googleapis.com/of.another.Kind")]}),
                true,
            ),
        ];
        for (bootstrap, expected) in table {
            assert_eq!(may_read_rule(&bootstrap), expected, "{bootstrap}");
        }
    }

    fn filter(name: &str, of: &str) -> Value {
        json!({"name": name, "typed_config": {"@type": of, "config": {
            "configuration": {"value": "a rule with a header gamma.rule"},
            "vm_config": {"code": {"local": {"filename": "gamma-filter.wasm"}}},
        }}})
    }
}

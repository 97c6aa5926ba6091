//! What the filter may call and is called for: what its config needs, and nothing else.
//!
//! Entering the VM costs each request about a microsecond per callback, and a module that can't call
//! what it has no use for can't be made to. Envoy links a VM once, with the capabilities of the plugin
//! that it is made for, and plugins with the same `vm_id` share it: so what is allowed is in the id.

use gamma_config::{Config, Filter, Rule};

/// `allowed_capabilities` of a plugin with `config`, in order.
pub(super) fn capabilities(config: &Config) -> Vec<&'static str> {
    let mut allowed = ALWAYS.to_vec();
    for (_, names) in needed(config) {
        allowed.extend(names);
    }
    allowed.sort_unstable();
    allowed.dedup();
    allowed
}

/// The same for plugins that are allowed the same; there are few, so Envoy keeps few VMs.
pub(super) fn vm_id(config: &Config) -> String {
    let needs: String = needed(config).map(|(letter, _)| letter).collect();
    if needs.is_empty() {
        "gamma".into()
    } else {
        format!("gamma-{needs}")
    }
}

/// A request's way from its headers to a cluster or an answer, and the start of the VM.
const ALWAYS: [&str; 19] = [
    "proxy_on_configure",
    // The SDK keeps an object for each context, from its creation to its end.
    "proxy_on_context_create",
    "proxy_on_delete",
    "proxy_on_request_headers",
    "proxy_get_buffer_bytes",
    "proxy_get_header_map_pairs",
    "proxy_replace_header_map_value",
    "proxy_remove_header_map_value",
    "proxy_send_local_response",
    "proxy_get_log_level",
    "proxy_log",
    // A configuration that is refused is counted whatever the settings say.
    "proxy_define_metric",
    "proxy_increment_metric",
    // Of WASI: how splits begin, and where a panic says why.
    "random_get",
    "fd_write",
    "environ_get",
    "environ_sizes_get",
    "clock_time_get",
    "proc_exit",
];

/// A letter and names for each thing that only some configs need.
type Need = (char, &'static [&'static str]);

const ADD: Need = ('a', &["proxy_add_header_map_value"]);
const PROPERTIES: Need = ('p', &["proxy_get_property"]);
const RULE_PROPERTY: Need = ('n', &["proxy_set_property"]);
const TIME: Need = ('t', &["proxy_get_current_time_nanoseconds"]);
const RESPONSE: Need = (
    'r',
    &["proxy_on_response_headers", "proxy_add_header_map_value"],
);
const CALL: Need = (
    'c',
    &[
        "proxy_on_http_call_response",
        "proxy_http_call",
        "proxy_set_effective_context",
        "proxy_continue_stream",
        "proxy_add_header_map_value",
    ],
);

fn needed(config: &Config) -> impl Iterator<Item = Need> {
    let ports = config.services.iter().flat_map(|service| &service.ports);
    let tables = ports.flat_map(|port| port.producer.iter().chain(port.consumers.values()));
    let rules: Vec<&Rule> = tables.flat_map(|table| &table.rules).collect();
    let any_filter = |is: fn(&Filter) -> bool| {
        rules.iter().any(|rule| {
            let of_backends = rule.backend_refs.iter().flat_map(|b| &b.filters);
            rule.filters.iter().chain(of_backends).any(is)
        })
    };
    let sessions = || rules.iter().filter_map(|r| r.session_persistence.as_ref());
    let has_session = sessions().next().is_some();
    let settings = &config.settings;
    [
        (
            any_filter(|f| matches!(f, Filter::RequestHeaderModifier(m) if !m.add.is_empty())),
            ADD,
        ),
        (any_filter(|f| matches!(f, Filter::ExternalAuth(_))), CALL),
        (settings.rule_property, RULE_PROPERTY),
        (
            has_session
                || settings.client_namespace.is_none()
                || config.services.iter().any(|s| !s.cluster_ips.is_empty()),
            PROPERTIES,
        ),
        (
            has_session
                || any_filter(|f| matches!(f, Filter::ResponseHeaderModifier(_) | Filter::Cors(_))),
            RESPONSE,
        ),
        (sessions().any(|s| s.absolute_timeout.is_some()), TIME),
    ]
    .into_iter()
    .filter_map(|(is_needed, need)| is_needed.then_some(need))
}

#[cfg(test)]
mod tests {
    use super::*;

    const OFF: &str = r#""ruleProperty": false"#;

    fn config(settings: &str, rule: &str) -> Config {
        let json = format!(
            r#"{{"version": 1, "settings": {{"clientNamespace": "n", {settings}}},
                "services": [{{"namespace": "n", "name": "s", "ports": [{{"port": 80, "cluster": "c",
                "producer": {{"rules": [{rule}]}}}}]}}]}}"#
        );
        gamma_config::parse(json.as_bytes()).unwrap()
    }

    #[test]
    fn a_plain_forward_has_one_callback_between_creation_and_end() {
        let plain = config(OFF, r#"{"backendRefs": [{"cluster": "c"}]}"#);
        let allowed = capabilities(&plain);
        let callbacks: Vec<_> = allowed
            .iter()
            .filter(|n| n.starts_with("proxy_on_"))
            .collect();
        assert_eq!(
            callbacks,
            [
                &"proxy_on_configure",
                &"proxy_on_context_create",
                &"proxy_on_delete",
                &"proxy_on_request_headers",
            ]
        );
        assert!(!allowed.contains(&"proxy_http_call"));
        assert!(!allowed.contains(&"proxy_get_property"));
        assert_eq!(vm_id(&plain), "gamma");
    }

    #[test]
    fn what_a_config_needs_is_allowed_and_told_by_the_id() {
        let table = [
            (
                r#""ruleProperty": true"#,
                "{}",
                "gamma-n",
                "proxy_set_property",
            ),
            (
                OFF,
                r#"{"backendRefs": [{"cluster": "c", "filters": [{"responseHeaderModifier": {"remove": ["a"]}}]}]}"#,
                "gamma-r",
                "proxy_on_response_headers",
            ),
            (
                OFF,
                r#"{"filters": [{"requestHeaderModifier": {"add": [{"name": "a", "value": "b"}]}}]}"#,
                "gamma-a",
                "proxy_add_header_map_value",
            ),
            (
                OFF,
                r#"{"filters": [{"externalAuth": {"cluster": "a"}}]}"#,
                "gamma-c",
                "proxy_http_call",
            ),
            (
                OFF,
                r#"{"sessionPersistence": {"name": "s", "absoluteTimeout": "1h"}}"#,
                "gamma-prt",
                "proxy_get_current_time_nanoseconds",
            ),
        ];
        for (settings, rule, id, name) in table {
            let config = config(settings, rule);
            assert_eq!(vm_id(&config), id);
            assert!(capabilities(&config).contains(&name), "{name}");
        }
    }
}

//! The calls that Envoy allows the filter in both directions: those that its route config needs.
//!
//! Entering the VM costs each request about a microsecond per callback, and a module that can't call
//! what it has no use for can't be made to. Envoy links a VM once, with the capabilities of the plugin
//! that it is made for, and plugins with the same `vm_id` share it: so what is allowed is in the id.

use std::{collections::BTreeSet, convert::Infallible, net::SocketAddr};

use gamma_config::{ByNamespace, Config, Fraction, Port};
use gamma_router::{
    Answer, BuildError, By, Decision, HeaderVisitor, RequestVisitor, ResponseVisitor, Router,
};

/// The capabilities that a plugin is allowed.
#[derive(Debug)]
pub(super) struct Capabilities(BTreeSet<Need>);

impl Capabilities {
    /// What a plugin with `config` needs.
    pub(super) fn new(config: &Config) -> Self {
        let settings = &config.settings;
        let mut needs = BTreeSet::new();
        needs.extend(settings.rule_property.then_some(RULE_PROPERTY));
        needs.extend(settings.response_metrics.then_some(RESPONSE_METRICS));
        // The filter asks the proxy for the namespace of its clients.
        needs.extend(settings.client_namespace.is_none().then_some(PROPERTIES));
        // What the router refuses, the filter refuses: nothing is decided then.
        if let Ok(router) = router_for_all(config) {
            needs.extend(router.needs_destination().then_some(PROPERTIES));
            needs.extend(router.needs_time().then_some(TIME));
            for decision in router.possible_decisions() {
                add_needs_of(&decision, &router, &mut needs);
            }
        }
        Self(needs)
    }

    /// `allowed_capabilities`, in order.
    pub(super) fn allowed(&self) -> Vec<&'static str> {
        let mut allowed = ALWAYS.to_vec();
        for (_, names) in &self.0 {
            allowed.extend(*names);
        }
        allowed.sort_unstable();
        allowed.dedup();
        allowed
    }

    /// `vm_id`, which is the same for plugins that are allowed the same: Envoy keeps few VMs then.
    pub(super) fn vm_id(&self) -> String {
        let letters: String = self.0.iter().map(|(letter, _)| letter).collect();
        if letters.is_empty() {
            "gamma".into()
        } else {
            format!("gamma-{letters}")
        }
    }
}

/// A router with the rules that clients of any namespace get.
fn router_for_all(config: &Config) -> Result<Router, BuildError> {
    let mut config = config.clone();
    for service in &mut config.services {
        let mut others = Vec::new();
        for port in &mut service.ports {
            while let Some((_, table)) = port.consumers.pop_first() {
                others.push(Port {
                    port: port.port,
                    cluster: port.cluster.clone(),
                    producer: Some(table),
                    consumers: ByNamespace::default(),
                });
            }
        }
        // No request is for a second port of the same number, but its rules are there.
        service.ports.extend(others);
    }
    Router::new(&config, "")
}

fn add_needs_of(decision: &Decision, router: &Router, needs: &mut BTreeSet<Need>) {
    needs.extend(router.external_auth(decision).map(|_| CALL));
    let Ok(()) = router.visit_request(decision, b"", &mut RequestNeeds(needs));
    let Ok(()) = router.visit_response(decision, &mut ResponseNeeds(needs));
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
const RESPONSE_METRICS: Need = (
    's',
    &["proxy_on_response_headers", "proxy_on_response_trailers"],
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

/// Records what a decision needs on a request.
struct RequestNeeds<'n>(&'n mut BTreeSet<Need>);

impl HeaderVisitor for RequestNeeds<'_> {
    type Error = Infallible;

    fn remove(&mut self, _: &str, _: By) -> Result<(), Infallible> {
        Ok(())
    }

    fn set(&mut self, _: &str, _: &[u8], _: By) -> Result<(), Infallible> {
        Ok(())
    }

    fn add(&mut self, _: &str, _: &[u8], _: By) -> Result<(), Infallible> {
        self.0.insert(ADD);
        Ok(())
    }
}

impl RequestVisitor for RequestNeeds<'_> {
    /// A header is set for each copy.
    fn mirror(&mut self, _: &str, _: Fraction, _: By) -> Result<(), Infallible> {
        Ok(())
    }

    fn answer(&mut self, _: &Answer<'_>) -> Result<(), Infallible> {
        Ok(())
    }
}

/// Records what a decision needs on the response.
struct ResponseNeeds<'n>(&'n mut BTreeSet<Need>);

impl HeaderVisitor for ResponseNeeds<'_> {
    type Error = Infallible;

    fn remove(&mut self, _: &str, _: By) -> Result<(), Infallible> {
        self.0.insert(RESPONSE);
        Ok(())
    }

    fn set(&mut self, _: &str, _: &[u8], _: By) -> Result<(), Infallible> {
        self.0.insert(RESPONSE);
        Ok(())
    }

    fn add(&mut self, _: &str, _: &[u8], _: By) -> Result<(), Infallible> {
        self.0.insert(RESPONSE);
        Ok(())
    }
}

impl ResponseVisitor for ResponseNeeds<'_> {
    /// Some endpoint, to which no session is bound: one begins.
    fn answered_by(&mut self) -> Option<SocketAddr> {
        self.0.insert(PROPERTIES);
        Some(SocketAddr::from(([127, 0, 0, 1], 80)))
    }
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
        let capabilities = Capabilities::new(&plain);
        let allowed = capabilities.allowed();
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
        assert_eq!(capabilities.vm_id(), "gamma");
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
                r#""ruleProperty": false, "responseMetrics": true"#,
                "{}",
                "gamma-s",
                "proxy_on_response_trailers",
            ),
            (
                OFF,
                r#"{"backendRefs": [{"cluster": "c", "filters": [{"responseHeaderModifier": {"remove": ["a"]}}]}]}"#,
                "gamma-r",
                "proxy_on_response_headers",
            ),
            (
                OFF,
                r#"{"filters": [{"requestHeaderModifier": {"add": [{"name": "a", "value": "b"}]}}],
                    "backendRefs": [{"cluster": "c"}]}"#,
                "gamma-a",
                "proxy_add_header_map_value",
            ),
            (
                OFF,
                r#"{"filters": [{"externalAuth": {"cluster": "a"}}], "backendRefs": [{"cluster": "c"}]}"#,
                "gamma-c",
                "proxy_http_call",
            ),
            (
                OFF,
                r#"{"sessionPersistence": {"name": "s", "absoluteTimeout": "1h"}, "backendRefs": [{"cluster": "c"}]}"#,
                "gamma-prt",
                "proxy_get_current_time_nanoseconds",
            ),
        ];
        for (settings, rule, id, name) in table {
            let config = config(settings, rule);
            let capabilities = Capabilities::new(&config);
            assert_eq!(capabilities.vm_id(), id);
            assert!(capabilities.allowed().contains(&name), "{name}");
        }
    }
    #[test]
    fn what_clients_of_one_namespace_get_counts() {
        let json = format!(
            r#"{{"version": 1, "settings": {{"clientNamespace": "n", {OFF}}},
                "services": [{{"namespace": "n", "name": "s", "ports": [{{"port": 80, "cluster": "c",
                "producer": {{"rules": [{{}}]}}, "consumers": {{"other": {{"rules": [
                {{"filters": [{{"requestHeaderModifier": {{"add": [{{"name": "a", "value": "b"}}]}}}}],
                "backendRefs": [{{"cluster": "c"}}]}}]}}}}}}]}}]}}"#
        );
        let config = gamma_config::parse(json.as_bytes()).unwrap();
        assert_eq!(Capabilities::new(&config).vm_id(), "gamma-a");
    }
    #[test]
    fn what_no_request_can_bring_about_is_not_allowed() {
        let add =
            r#""filters": [{"requestHeaderModifier": {"add": [{"name": "a", "value": "b"}]}}]"#;
        let without_backend = config(OFF, &format!("{{{add}}}"));
        assert_eq!(Capabilities::new(&without_backend).vm_id(), "gamma");
    }
}

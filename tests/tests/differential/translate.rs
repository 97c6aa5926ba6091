//! HTTPRoutes on one Service, as virtual hosts of Envoy.

use gamma_random::{FRONTEND, FRONTEND_PORTS};
use gamma_testbed::echo::Identity;
use serde_json::{Value, json};

use crate::{action, rank::ranked};

/// Envoy's RouteConfiguration for sets of routes, each on the Service of its own namespace.
pub(crate) fn route_configuration(sets: &[(String, Vec<Value>)]) -> Value {
    let hosts = sets.iter().flat_map(|(namespace, routes)| {
        FRONTEND_PORTS.map(|port| virtual_host(namespace, port, routes))
    });
    json!({
        "name": "native",
        "virtual_hosts": hosts.collect::<Vec<_>>(),
    })
}

fn virtual_host(namespace: &str, port: u16, routes: &[Value]) -> Value {
    let own = Identity::new(namespace, FRONTEND, port).to_string();
    let attached: Vec<&Value> = routes.iter().filter(|route| is_on(route, port)).collect();
    let routes = if attached.is_empty() {
        // "as if there were no routing" (semantics.md)
        vec![json!({"match": {"prefix": "/"}, "route": {"cluster": own, "timeout": "0s"}})]
    } else {
        let ranked = ranked(&attached);
        let routes = ranked.iter().map(|ranked| action::routes(ranked, port));
        routes.flatten().collect()
    };
    json!({"name": own, "domains": domains(namespace, port), "routes": routes})
}

/// "every port of the Service", or "that port only" (semantics.md)
fn is_on(route: &Value, port: u16) -> bool {
    let parents = route["spec"]["parentRefs"].as_array();
    let mut parents = parents.into_iter().flatten();
    parents.any(|parent| parent["port"].is_null() || parent["port"] == port)
}

/// Whatever names the Service port.
fn domains(namespace: &str, port: u16) -> Vec<String> {
    let ports = match port {
        80 => vec![String::new(), ":".into(), ":80".into()],
        port => vec![format!(":{port}")],
    };
    let mut domains = Vec::new();
    for suffix in ["", ".svc", ".svc.cluster.local"] {
        for dot in ["", "."] {
            let name = format!("{FRONTEND}.{namespace}{suffix}{dot}");
            domains.extend(ports.iter().map(|port| format!("{name}{port}")));
        }
    }
    domains
}

//! Kubernetes objects of the tests, as JSON.

use serde_json::{Value, json};

/// The image of this program.
fn image() -> String {
    std::env::var("GAMMA_TEST_IMAGE").unwrap_or_else(|_| "localhost/gamma-cluster:1".into())
}

/// Ports that a backend can be behind.
pub(crate) fn tcp_ports(service: &Value) -> impl Iterator<Item = &Value> {
    let ports = service["spec"]["ports"].as_array();
    ports.into_iter().flatten().filter(|port| {
        let protocol = port.get("protocol").and_then(Value::as_str);
        protocol.is_none_or(|protocol| protocol == "TCP")
    })
}

/// Namespace and name of an object.
pub(crate) fn name(object: &Value) -> [&str; 2] {
    let metadata = &object["metadata"];
    let namespace = metadata["namespace"].as_str().unwrap_or("default");
    [namespace, metadata["name"].as_str().unwrap_or_default()]
}

pub(crate) fn namespace(name: &str) -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": { "name": name, "labels": { "istio-injection": "enabled" } },
    })
}

/// One pod of this program with these arguments.
pub(crate) fn deployment(namespace: &str, name: &str, words: Vec<String>) -> Value {
    json!({
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": { "name": name, "namespace": namespace },
        "spec": {
            "selector": { "matchLabels": { "app": name } },
            "template": {
                "metadata": { "labels": { "app": name } },
                "spec": {
                    "terminationGracePeriodSeconds": 1,
                    "containers": [{
                        "name": "gamma",
                        "image": image(),
                        "imagePullPolicy": "IfNotPresent",
                        "args": words,
                    }],
                },
            },
        },
    })
}

/// A pod in which a [`MeshClient`](crate::client::MeshClient) runs: a backend of nothing, until it is told.
pub(crate) fn client(namespace: &str) -> Value {
    let mut client = deployment(namespace, "client", vec!["echo".into()]);
    client["spec"]["template"]["metadata"]["annotations"] =
        json!({ "sidecar.istio.io/extraStatTags": "answer,route,rule,backend,code,grpc_status" });
    client
}

/// A Service with the port 80.
pub(crate) fn service(namespace: &str, name: &str) -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": { "name": name, "namespace": namespace },
        "spec": { "ports": [{ "name": "http", "port": 80 }] },
    })
}

/// A route for `cart` with these rules.
pub(crate) fn route(namespace: &str, rules: Value) -> Value {
    json!({
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "HTTPRoute",
        "metadata": { "name": "cart", "namespace": namespace },
        "spec": {
            "parentRefs": [{ "group": "", "kind": "Service", "name": "cart" }],
            "rules": rules,
        },
    })
}

/// A rule that sends a prefix to a Service, and has these further fields.
pub(crate) fn rule(prefix: &str, service: &str, more: Value) -> Value {
    let mut rule = json!({
        "matches": [{ "path": { "value": prefix } }],
        "backendRefs": [{ "name": service, "port": 80 }],
    });
    overlay(&mut rule, more);
    rule
}

/// Sets the fields of `more`.
pub(crate) fn overlay(object: &mut Value, more: Value) {
    for (key, value) in more.as_object().into_iter().flatten() {
        object[key] = value.clone();
    }
}

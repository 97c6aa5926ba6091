//! Writes statuses as the Kubernetes objects that they are a part of, in YAML or JSON.

use gamma_manifest::{ParentRef, write_yaml};
use serde_json::{Value, json};

use super::{
    conditions::Condition,
    policies::{AncestorStatus, PolicyStatus},
    routes::{CONTROLLER_NAME, ParentStatus, RouteStatus},
};

/// One document for each route and policy.
#[must_use]
pub fn yaml(routes: &[RouteStatus], policies: &[PolicyStatus]) -> String {
    let documents: Vec<String> = objects(routes, policies)
        .iter()
        .map(|object| write_yaml(object, ""))
        .collect();
    documents.join("---\n")
}

/// A `List`, as `kubectl get -o json` writes it.
#[must_use]
pub fn json(routes: &[RouteStatus], policies: &[PolicyStatus]) -> String {
    let items = objects(routes, policies);
    let list = json!({ "apiVersion": "v1", "kind": "List", "items": items });
    format!("{list:#}\n")
}

fn objects(routes: &[RouteStatus], policies: &[PolicyStatus]) -> Vec<Value> {
    let routes = routes.iter().map(route);
    routes.chain(policies.iter().map(policy)).collect()
}

fn metadata(namespace: &str, name: &str, generation: Option<u64>) -> Value {
    let mut metadata = json!({ "namespace": namespace, "name": name });
    if let Some(generation) = generation {
        metadata["generation"] = generation.into();
    }
    metadata
}

fn policy(status: &PolicyStatus) -> Value {
    let ancestors = status.ancestors.iter();
    let ancestors: Vec<Value> = ancestors.map(|of| ancestor(of, status)).collect();
    json!({
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "BackendTLSPolicy",
        "metadata": metadata(&status.namespace, &status.name, status.generation),
        "status": { "ancestors": ancestors },
    })
}

fn ancestor(status: &AncestorStatus, policy: &PolicyStatus) -> Value {
    let target = &status.target;
    let mut reference = json!({
        "group": target.group.value,
        "kind": target.kind.value,
        "name": target.name.value,
        "namespace": policy.namespace,
    });
    if let Some(section_name) = &target.section_name {
        reference["sectionName"] = section_name.value.as_str().into();
    }
    let conditions = status.conditions.iter();
    let conditions: Vec<Value> = conditions
        .map(|c| condition(c, policy.generation))
        .collect();
    json!({
        "ancestorRef": reference,
        "controllerName": CONTROLLER_NAME,
        "conditions": conditions,
    })
}

fn route(status: &RouteStatus) -> Value {
    json!({
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": status.kind.as_str(),
        "metadata": metadata(&status.namespace, &status.name, status.generation),
        "status": { "parents": parents(status, CONTROLLER_NAME) },
    })
}

/// The entries of `status.parents` that are `controller`'s.
#[must_use]
pub fn parents(status: &RouteStatus, controller: &str) -> Vec<Value> {
    let parents = status.parents.iter();
    parents
        .map(|of| parent(of, status.generation, controller))
        .collect()
}

fn parent(status: &ParentStatus, generation: Option<u64>, controller: &str) -> Value {
    let conditions: Vec<Value> = status
        .conditions
        .iter()
        .map(|condition| self::condition(condition, generation))
        .collect();
    json!({
        "parentRef": parent_ref(&status.parent_ref),
        "controllerName": controller,
        "conditions": conditions,
    })
}

fn parent_ref(parent: &ParentRef) -> Value {
    let mut value = json!({
        "group": parent.group,
        "kind": parent.kind.value,
        "name": parent.name.value,
    });
    if let Some(namespace) = &parent.namespace {
        value["namespace"] = namespace.value.as_str().into();
    }
    if let Some(section_name) = &parent.section_name {
        value["sectionName"] = section_name.value.as_str().into();
    }
    if let Some(port) = &parent.port {
        value["port"] = port.value.into();
    }
    value
}

fn condition(condition: &Condition, generation: Option<u64>) -> Value {
    let mut value = json!({
        "type": condition.kind.as_str(),
        "status": if condition.status { "True" } else { "False" },
        "reason": condition.reason,
        "message": condition.message,
    });
    if let Some(generation) = generation {
        value["observedGeneration"] = generation.into();
    }
    value
}

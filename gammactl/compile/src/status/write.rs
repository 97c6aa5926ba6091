//! Writes statuses as the Kubernetes objects that they are a part of, in YAML or JSON.

use gamma_manifest::{ParentRef, write_yaml};
use serde_json::{Value, json};

use super::{
    conditions::Condition,
    routes::{CONTROLLER_NAME, ParentStatus, RouteStatus},
};

/// One document for each route.
#[must_use]
pub fn yaml(statuses: &[RouteStatus]) -> String {
    let documents: Vec<String> = statuses
        .iter()
        .map(|status| write_yaml(&object(status), ""))
        .collect();
    documents.join("---\n")
}

/// A `List`, as `kubectl get -o json` writes it.
#[must_use]
pub fn json(statuses: &[RouteStatus]) -> String {
    let items: Vec<Value> = statuses.iter().map(object).collect();
    let list = json!({ "apiVersion": "v1", "kind": "List", "items": items });
    format!("{list:#}\n")
}

fn object(status: &RouteStatus) -> Value {
    let mut metadata = json!({ "namespace": status.namespace, "name": status.name });
    if let Some(generation) = status.generation {
        metadata["generation"] = generation.into();
    }
    let parents: Vec<Value> = status
        .parents
        .iter()
        .map(|parent| self::parent(parent, status.generation))
        .collect();
    json!({
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": status.kind.as_str(),
        "metadata": metadata,
        "status": { "parents": parents },
    })
}

fn parent(status: &ParentStatus, generation: Option<u64>) -> Value {
    let conditions: Vec<Value> = status
        .conditions
        .iter()
        .map(|condition| self::condition(condition, generation))
        .collect();
    json!({
        "parentRef": parent_ref(&status.parent_ref),
        "controllerName": CONTROLLER_NAME,
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

//! Events on routes: what `kubectl describe` shows of one that can't be obeyed.

use k8s_openapi::api::core::v1::ObjectReference;
use kube::{
    Client,
    api::ApiResource,
    runtime::events::{Event, EventType, Recorder, Reporter},
};
use serde_json::{Value, json};

use crate::{
    log::{Level, write},
    store::Name,
};

/// Characters of an event's note.
const LONGEST: usize = 1024;

/// Publishes events as one controller.
#[derive(Clone)]
pub(crate) struct Events(Recorder);

impl Events {
    pub(crate) fn new(client: Client, controller: &str, instance: &str) -> Self {
        let reporter = Reporter {
            controller: controller.into(),
            instance: Some(instance.into()),
        };
        Self(Recorder::new(client, reporter))
    }

    /// Publishes what `parents` say against the route that they do not say in `before`.
    pub(crate) async fn publish(
        &self,
        resource: &ApiResource,
        (namespace, name): &Name,
        uid: Option<String>,
        before: &[Value],
        parents: &[Value],
    ) {
        let reference = ObjectReference {
            api_version: Some(resource.api_version.clone()),
            kind: Some(resource.kind.clone()),
            namespace: Some(namespace.clone()),
            name: Some(name.clone()),
            uid,
            ..ObjectReference::default()
        };
        for condition in new_troubles(before, parents) {
            let text = |member: &str| condition[member].as_str().unwrap_or_default();
            let event = Event {
                type_: EventType::Warning,
                reason: text("reason").into(),
                note: Some(text("message").chars().take(LONGEST).collect()),
                action: "Routing".into(),
                secondary: None,
            };
            if let Err(error) = self.0.publish(&event, &reference).await {
                let error = error.to_string();
                let fields = json!({ "namespace": namespace, "name": name, "error": error });
                write(Level::Warning, "an event could not be published", fields);
            }
        }
    }
}

/// Conditions that say that something is wrong, and did not say the same before; each text once.
fn new_troubles<'v>(before: &[Value], parents: &'v [Value]) -> Vec<&'v Value> {
    let conditions = |entry: &Value| entry["conditions"].as_array().cloned().unwrap_or_default();
    let known: Vec<Value> = before.iter().flat_map(conditions).collect();
    let all = parents
        .iter()
        .flat_map(|entry| entry["conditions"].as_array());
    let mut troubles: Vec<&Value> = Vec::new();
    for condition in all.flatten() {
        let is_trouble = match condition["type"] == "PartiallyInvalid" {
            true => condition["status"] == "True",
            false => condition["status"] == "False",
        };
        let same = |other: &Value| {
            let members = ["type", "reason", "message"];
            members.iter().all(|name| other[name] == condition[name])
        };
        if is_trouble && !known.iter().any(same) && !troubles.iter().any(|other| same(other)) {
            troubles.push(condition);
        }
    }
    troubles
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(kind: &str, status: &str, message: &str) -> Value {
        let condition =
            json!({ "type": kind, "status": status, "reason": "R", "message": message });
        json!({ "conditions": [condition] })
    }

    #[test]
    fn a_trouble_is_told_once() {
        let bad = entry("ResolvedRefs", "False", "no `cart`");
        let found = |before: &[Value], parents: &[Value]| new_troubles(before, parents).len();
        assert_eq!(found(&[], &[bad.clone(), bad.clone()]), 1);
        assert_eq!(found(&[bad.clone()], &[bad.clone()]), 0);
        let other = entry("ResolvedRefs", "False", "no `pay`");
        assert_eq!(found(&[bad.clone()], &[bad, other]), 1);
    }

    #[test]
    fn what_is_well_is_no_trouble() {
        let well = [
            entry("Accepted", "True", "attached"),
            entry("PartiallyInvalid", "False", ""),
        ];
        assert!(new_troubles(&[], &well).is_empty());
        assert_eq!(
            new_troubles(&[], &[entry("PartiallyInvalid", "True", "")]).len(),
            1
        );
    }
}

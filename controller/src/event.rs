//! Events on routes: what `kubectl describe` shows of one that can't be obeyed.

use std::sync::Arc;

use jiff::Timestamp;
use k8s_openapi::{
    api::{core::v1::ObjectReference, events::v1::Event},
    apimachinery::pkg::apis::meta::v1::MicroTime,
};
use kube::{
    Api, Client,
    api::{ApiResource, ObjectMeta, PostParams},
};
use serde_json::{Value, json};

use crate::{
    in_time::in_time,
    log::{Level, write},
    store::Name,
};

/// "note … should be less than 1kB".
const LONGEST: usize = 1000;

/// Publishes events as one replica of a controller.
#[derive(Clone)]
pub(crate) struct Events {
    client: Client,
    controller: Arc<str>,
    instance: Arc<str>,
}

impl Events {
    pub(crate) fn new(client: Client, controller: &str, instance: &str) -> Self {
        Self {
            client,
            controller: controller.into(),
            instance: instance.into(),
        }
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
        let events: Api<Event> = Api::namespaced(self.client.clone(), namespace);
        for condition in new_troubles(before, parents) {
            let text = |member: &str| condition[member].as_str().unwrap_or_default();
            let note = text("message");
            let event = Event {
                metadata: ObjectMeta {
                    generate_name: Some(format!("{name}-")),
                    namespace: Some(namespace.clone()),
                    ..ObjectMeta::default()
                },
                action: Some("Routing".into()),
                event_time: Some(MicroTime(Timestamp::now())),
                note: Some(note[..note.floor_char_boundary(LONGEST)].into()),
                reason: Some(text("reason").into()),
                regarding: Some(ObjectReference {
                    api_version: Some(resource.api_version.clone()),
                    kind: Some(resource.kind.clone()),
                    namespace: Some(namespace.clone()),
                    name: Some(name.clone()),
                    uid: uid.clone(),
                    ..ObjectReference::default()
                }),
                reporting_controller: Some(self.controller.to_string()),
                reporting_instance: Some(self.instance.to_string()),
                type_: Some("Warning".into()),
                ..Event::default()
            };
            let parameters = PostParams::default();
            if let Err(error) = in_time(events.create(&parameters, &event)).await {
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
        assert_eq!(
            found(std::slice::from_ref(&bad), std::slice::from_ref(&bad)),
            0
        );
        let other = entry("ResolvedRefs", "False", "no `pay`");
        assert_eq!(found(std::slice::from_ref(&bad), &[bad.clone(), other]), 1);
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

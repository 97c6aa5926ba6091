//! Takes away what an earlier release has left: WasmPlugins at once, and the EnvoyFilters whose routes they ask for
//! when Envoy has drained the connections that still have such a filter.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

use gamma_envoy::istio::{INSTANCE_LABEL, MANAGED_BY, MANAGED_BY_LABEL};
use kube::{
    Api, Client, ResourceExt as _,
    api::{DeleteParams, DynamicObject, ListParams, PartialObjectMeta},
};
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::{
    apply::{ENVOY_FILTER, FIELD_MANAGER, IstioKind, WASM_PLUGIN, resource},
    in_time::in_time,
    log::{Level, write},
    options::ControllerOptions,
};

/// Sidecars keep a filter on open connections for up to 45 seconds (Istio's `drainDuration`) after it was taken
/// from them, and they have to hear of it first.
const DRAIN: Duration = Duration::from_secs(60);

/// An object by its kind, namespace and name.
type Id = (&'static str, String, String);

/// What is on its way out.
pub(crate) struct Retirement {
    client: Client,
    leads: watch::Receiver<bool>,
    /// The value of the label that the controller's objects have in common.
    instance: String,
    root_namespace: String,
    /// Where the controller has objects by these options, for where it may not look everywhere.
    namespaces: Vec<String>,
    /// EnvoyFilters that are of no use any more, and since when no WasmPlugin asks for them.
    unused: BTreeMap<Id, Instant>,
}

impl Retirement {
    /// Of objects that a controller with these options has written.
    pub(crate) fn new(
        client: Client,
        leads: watch::Receiver<bool>,
        options: &ControllerOptions,
    ) -> Self {
        let canary = options.canary.iter().map(|canary| canary.namespace.clone());
        Self {
            client,
            leads,
            instance: options.name.clone(),
            root_namespace: options.root_namespace.clone(),
            namespaces: [options.root_namespace.clone()]
                .into_iter()
                .chain(canary)
                .collect(),
            unused: BTreeMap::new(),
        }
    }

    /// Forgets since when an EnvoyFilter is of no use: another replica may have used it meanwhile.
    pub(crate) fn forget(&mut self) {
        self.unused.clear();
    }

    /// Takes away what a controller of this name has written once, and is none of `objects`.
    pub(crate) async fn sweep(&mut self, objects: &[Value]) {
        let wanted: BTreeSet<Id> = objects.iter().filter_map(id).collect();
        let (Some(filters), Some(routes)) = (
            self.left(&WASM_PLUGIN, &wanted).await,
            self.left(&ENVOY_FILTER, &wanted).await,
        ) else {
            // Whoever can't see what is there takes nothing away.
            return;
        };
        for filter in &filters {
            self.delete(&WASM_PLUGIN, filter).await;
        }
        let now = Instant::now();
        // A filter asks for the routes of its own namespace and of the root namespace.
        let is_asked_for = |(_, namespace, _): &Id| {
            let of_root = *namespace == self.root_namespace;
            let mut filters = filters.iter();
            filters.any(|(_, of, _)| of_root || of == namespace)
        };
        self.unused
            .retain(|route, _| routes.contains(route) && !is_asked_for(route));
        let unused: Vec<Id> = routes
            .into_iter()
            .filter(|route| !is_asked_for(route))
            .collect();
        for route in unused {
            let since = *self.unused.entry(route.clone()).or_insert(now);
            if now.duration_since(since) >= DRAIN {
                self.delete(&ENVOY_FILTER, &route).await;
            }
        }
    }

    /// Objects of a kind that are left; `None` if they can't be listed.
    async fn left(&self, kind: &IstioKind, wanted: &BTreeSet<Id>) -> Option<Vec<Id>> {
        let parameters = ListParams::default().labels(&format!(
            "{MANAGED_BY_LABEL}={MANAGED_BY},{INSTANCE_LABEL}={}",
            self.instance
        ));
        let resource = resource(kind.api_version, kind.name);
        let all: Api<DynamicObject> = Api::all_with(self.client.clone(), &resource);
        let mut listed = in_time(all.list_metadata(&parameters))
            .await
            .map(|all| all.items);
        if matches!(&listed, Err(kube::Error::Api(status)) if status.code == 403) {
            listed = Ok(Vec::new());
            for namespace in &self.namespaces {
                let there: Api<DynamicObject> =
                    Api::namespaced_with(self.client.clone(), namespace, &resource);
                let found = in_time(there.list_metadata(&parameters)).await;
                listed = listed.and_then(|mut all| {
                    all.extend(found?.items);
                    Ok(all)
                });
            }
        }
        match listed {
            Ok(found) => {
                let ours = found.iter().filter(|object| is_ours(object));
                let ids = ours.map(|object| {
                    let namespace = object.namespace().unwrap_or_default();
                    (kind.name, namespace, object.name_any())
                });
                Some(ids.filter(|id| !wanted.contains(id)).collect())
            }
            Err(error) => {
                let fields = json!({ "kind": kind.name, "error": error.to_string() });
                write(
                    Level::Warning,
                    "what is left of earlier releases is not known",
                    fields,
                );
                None
            }
        }
    }

    async fn delete(&mut self, kind: &IstioKind, id: &Id) {
        if !*self.leads.borrow() {
            return;
        }
        let (_, namespace, name) = id;
        let resource = resource(kind.api_version, kind.name);
        let api: Api<DynamicObject> =
            Api::namespaced_with(self.client.clone(), namespace, &resource);
        let fields = json!({ "kind": kind.name, "namespace": namespace, "name": name });
        match in_time(api.delete(name, &DeleteParams::default())).await {
            Ok(_) => write(
                Level::Info,
                "taken away what an earlier release has left",
                fields,
            ),
            Err(kube::Error::Api(status)) if status.code == 404 => {}
            Err(error) => {
                let mut fields = fields;
                fields["error"] = error.to_string().into();
                let message = "an earlier release has left this, and it can't be taken away: delete it by hand, \
                               WasmPlugins a minute before EnvoyFilters";
                write(Level::Error, message, fields);
            }
        }
    }
}

/// Whether this controller, or one before it, has written an object. What people have written with `gammactl`
/// has the same labels and is theirs.
fn is_ours(object: &PartialObjectMeta<DynamicObject>) -> bool {
    let managers = object.metadata.managed_fields.iter().flatten();
    managers
        .into_iter()
        .any(|m| m.manager.as_deref() == Some(FIELD_MANAGER))
}

fn id(object: &Value) -> Option<Id> {
    let part = |pointer: &str| object.pointer(pointer).and_then(Value::as_str);
    let kinds = [WASM_PLUGIN.name, ENVOY_FILTER.name];
    let kind = kinds.into_iter().find(|kind| part("/kind") == Some(kind))?;
    Some((
        kind,
        part("/metadata/namespace")?.into(),
        part("/metadata/name")?.into(),
    ))
}

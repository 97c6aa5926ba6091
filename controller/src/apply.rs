//! Writes the objects for Istio, by server-side apply.

use anyhow::{Context as _, Result, bail};
use kube::{
    Api, Client,
    api::{ApiResource, DynamicObject, GroupVersionKind, Patch, PatchParams},
};
use serde_json::Value;
use tokio::sync::watch;

use crate::in_time::in_time;

/// As which the API server knows who wrote a field.
pub(crate) const FIELD_MANAGER: &str = "gamma-controller";

/// A kind of Istio's.
pub(crate) struct IstioKind {
    pub(crate) api_version: &'static str,
    pub(crate) name: &'static str,
}

pub(crate) const WASM_PLUGIN: IstioKind = IstioKind {
    api_version: "extensions.istio.io/v1alpha1",
    name: "WasmPlugin",
};
pub(crate) const ENVOY_FILTER: IstioKind = IstioKind {
    api_version: "networking.istio.io/v1alpha3",
    name: "EnvoyFilter",
};

/// Writes objects, and knows which it has written.
pub(crate) struct Applier {
    client: Client,
    leads: watch::Receiver<bool>,
    applied: Vec<Value>,
}

impl Applier {
    /// One that writes while `leads` says so.
    pub(crate) fn new(client: Client, leads: watch::Receiver<bool>) -> Self {
        Self {
            client,
            leads,
            applied: Vec::new(),
        }
    }

    /// Forgets what it has written: somebody else may have written since.
    pub(crate) fn forget(&mut self) {
        self.applied.clear();
    }

    /// Writes those of `objects` that are new or other than before, in their order, and says how many.
    ///
    /// They are a route and then the filters that ask for it. If the first can't be written, nor are the
    /// others: a header that no route obeys would go to a backend.
    ///
    /// # Errors
    ///
    /// The API server did not take one: it has what it had before. Another field manager owns a field,
    /// which is not fought.
    pub(crate) async fn apply(&mut self, objects: &[Value]) -> Result<usize> {
        let mut written = 0;
        for (place, object) in objects.iter().enumerate() {
            if self.applied.get(place) == Some(object) {
                continue;
            }
            // Until there is an answer, nobody knows which of the two is there.
            self.applied.truncate(place);
            if !*self.leads.borrow() {
                bail!("another replica writes now");
            }
            self.write(object).await?;
            self.applied.push(object.clone());
            written += 1;
        }
        Ok(written)
    }

    async fn write(&self, object: &Value) -> Result<()> {
        let part = |pointer: &str| {
            let part = object.pointer(pointer).and_then(Value::as_str);
            part.with_context(|| format!("an object without {pointer}"))
        };
        let (kind, namespace) = (part("/kind")?, part("/metadata/namespace")?);
        let name = part("/metadata/name")?;
        let resource = resource(part("/apiVersion")?, kind);
        let api: Api<DynamicObject> =
            Api::namespaced_with(self.client.clone(), namespace, &resource);
        let parameters = PatchParams::apply(FIELD_MANAGER);
        let patch = Patch::Apply(object);
        match in_time(api.patch(name, &parameters, &patch)).await {
            Ok(_) => Ok(()),
            Err(kube::Error::Api(status)) if status.code == 409 => bail!(
                "{kind} {namespace}/{name} is somebody else's: {}. Delete it, or give this controller another --name",
                status.message
            ),
            Err(error) => Err(error).with_context(|| format!("{kind} {namespace}/{name}")),
        }
    }
}

/// What the API needs to know of a kind.
pub(crate) fn resource(api_version: &str, kind: &str) -> ApiResource {
    let (group, version) = api_version.rsplit_once('/').unwrap_or(("", api_version));
    ApiResource::from_gvk(&GroupVersionKind::gvk(group, version, kind))
}

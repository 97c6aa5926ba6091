//! Which sidecars of Istio run which config: what the objects in the cluster ask for, what each sidecar
//! says that it has, and what is between the two.
//!
//! A sidecar is asked by its own admin interface, through the API server (`pods/portforward`): what it
//! says is what it does. Nothing is changed.

mod admin;
mod dump;
mod hash;
mod istiod;
mod judge;
mod objects;
mod pods;

pub use dump::{LoadedFilter, LoadedRoutes, SidecarDump};
pub use hash::ConfigHash;
pub use judge::{SidecarState, judge};
pub use objects::{FilterObject, MeshObjects, RouteObject};
pub use pods::Pod;

use futures_util::{StreamExt as _, stream};
use serde_json::Value;

use crate::{
    Cluster, ClusterError,
    discovery::ServedKind,
    kinds::Importance,
    list,
    request::{ApiServer, NoAnswer},
};

/// Sidecars that are asked at the same time.
const AT_ONCE: usize = 16;

/// A sidecar, and what it runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SidecarStatus {
    /// Its pod.
    pub pod: Pod,
    /// Name of the WasmPlugin that is for it, with its namespace.
    pub object: Option<String>,
    /// The hash of the config that the objects ask for.
    pub wanted: Option<ConfigHash>,
    /// The hash of the config that it runs.
    pub running: Option<ConfigHash>,
    /// Whether that is as it should be.
    pub state: SidecarState,
}

/// The sidecars of a mesh.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MeshStatus {
    /// Each of them, by namespace and name.
    pub sidecars: Vec<SidecarStatus>,
    /// Why istiod could not be asked. A config that a sidecar has refused then looks as if it ran, unless its
    /// Envoy counts them.
    pub unsure: Option<String>,
}

impl Cluster {
    /// Asks the sidecars of all namespaces, or of one; `root` is Istio's root namespace.
    ///
    /// # Errors
    ///
    /// The API server does not answer, has no Istio, or does not let the user list pods or Istio's objects.
    pub fn sidecars(
        &self,
        namespace: Option<&str>,
        root: &str,
    ) -> Result<MeshStatus, ClusterError> {
        self.runtime.block_on(self.server.sidecars(namespace, root))
    }
}

impl ApiServer {
    async fn sidecars(
        &self,
        namespace: Option<&str>,
        root: &str,
    ) -> Result<MeshStatus, ClusterError> {
        let plugins = self
            .istio("extensions.istio.io", "v1alpha1", "wasmplugins")
            .await?;
        let filters = self
            .istio("networking.istio.io", "v1alpha3", "envoyfilters")
            .await?;
        let objects = MeshObjects::of(root, &plugins, &filters);
        let pods = pods::with_sidecars(&self.pods(namespace).await?);
        let acknowledged = istiod::Acknowledged::ask(self, root).await;
        let acknowledged = &acknowledged;
        let objects = &objects;
        let asked = stream::iter(pods).map(|pod| async move {
            let mut dump = admin::ask(self, &pod).await;
            if let (Ok(dump), Ok(acknowledged)) = (&mut dump, &acknowledged)
                && acknowledged.lacks(&pod)
            {
                for filter in &mut dump.filters {
                    filter.refused = true;
                }
            }
            status(pod, objects, dump)
        });
        let mut all: Vec<SidecarStatus> = asked.buffer_unordered(AT_ONCE).collect().await;
        all.sort_by(|a, b| a.pod.cmp(&b.pod));
        Ok(MeshStatus {
            sidecars: all,
            unsure: acknowledged.as_ref().err().cloned(),
        })
    }

    async fn pods(&self, namespace: Option<&str>) -> Result<Vec<Value>, ClusterError> {
        let path = match namespace {
            Some(namespace) => format!("/api/v1/namespaces/{namespace}/pods"),
            None => "/api/v1/pods".to_owned(),
        };
        let pods = list::list_at(self, &path).await;
        pods.map_err(|error| self.fatal(error, &path))
    }

    async fn istio(
        &self,
        group: &str,
        version: &str,
        plural: &str,
    ) -> Result<Vec<Value>, ClusterError> {
        let kind = ServedKind {
            group: group.into(),
            version: version.into(),
            kind: String::new(),
            plural: plural.into(),
            importance: Importance::Used,
        };
        match list::list(self, &kind).await {
            Ok(objects) => Ok(objects),
            Err(NoAnswer::NotFound) => Err(ClusterError::new(
                format!(
                    "the cluster of context `{}` has no {plural}.{group}",
                    self.context
                ),
                "is Istio installed in it? --kube=CONTEXT names another cluster",
            )),
            Err(error) => Err(self.fatal(error, &kind.path())),
        }
    }
}

fn status(pod: Pod, objects: &MeshObjects, dump: Result<SidecarDump, String>) -> SidecarStatus {
    let plugins = objects.filters_for(&pod);
    let routes = objects.routes_for(&pod);
    let running = match &dump {
        Ok(dump) => judge::running(dump),
        Err(_) => None,
    };
    SidecarStatus {
        object: plugins.first().map(|plugin| plugin.full_name()),
        wanted: plugins.first().map(|plugin| plugin.config.clone()),
        running,
        state: judge(&plugins, &routes, &dump),
        pod,
    }
}

//! A connection to a cluster, for programs that don't know of `async`.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use kube::Client;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use tokio::runtime::{Builder, Runtime};

use super::{
    discovery::{ServedKind, discover},
    error::ClusterError,
    kinds::{Importance, WantedKind},
    list,
    object::LiveObject,
    request::{ApiServer, NoAnswer},
    snapshot::{ClusterSnapshot, Gap},
    target::{Address, Target},
};

const GATEWAY: &str = "gateway.networking.k8s.io";

/// A cluster that answers.
pub struct Cluster {
    pub(crate) runtime: Runtime,
    pub(crate) server: ApiServer,
    namespace: String,
}

impl Cluster {
    /// Opens the cluster that `target` means. Nothing is sent yet.
    ///
    /// # Errors
    ///
    /// There is no such context, or its kubeconfig is wrong.
    pub fn connect(target: &Target) -> Result<Self, ClusterError> {
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| {
            ClusterError::new(
                format!("no connection can be made: {error}"),
                "the system has too few resources",
            )
        })?;
        let Address { config, context } = runtime.block_on(target.address())?;
        let server = config.cluster_url.to_string();
        let server = server.trim_end_matches('/').to_owned();
        let namespace = config.default_namespace.clone();
        let client = {
            let _entered = runtime.enter();
            Client::try_from(config)
        };
        let client = client.map_err(|error| ClusterError::of(&error, &context, &server))?;
        Ok(Self {
            runtime,
            server: ApiServer {
                client,
                context,
                server,
            },
            namespace,
        })
    }

    /// The namespace of the context, `default` if it names none.
    #[must_use]
    pub fn namespace(&self) -> &str {
        &self.namespace
    }

    /// Name of the context.
    #[must_use]
    pub fn context(&self) -> &str {
        &self.server.context
    }

    /// The objects of all `wanted` kinds in all namespaces, and the ConfigMaps that BackendTLSPolicies or
    /// `config_maps` name, by namespace and name. What the user may not see is a [gap](ClusterSnapshot::gaps).
    ///
    /// # Errors
    ///
    /// The API server does not answer, or does not know the user.
    pub fn read(
        &self,
        wanted: &[WantedKind],
        config_maps: &[(String, String)],
    ) -> Result<ClusterSnapshot, ClusterError> {
        self.runtime
            .block_on(self.server.snapshot(wanted, config_maps))
    }
}

impl ApiServer {
    async fn snapshot(
        &self,
        wanted: &[WantedKind],
        config_maps: &[(String, String)],
    ) -> Result<ClusterSnapshot, ClusterError> {
        let discovered = discover(self, wanted).await?;
        let mut snapshot = ClusterSnapshot {
            context: self.context.clone(),
            ..ClusterSnapshot::default()
        };
        let of_gateway_api = |kind: &&ServedKind| {
            kind.group == GATEWAY && ["HTTPRoute", "GRPCRoute"].contains(&&*kind.kind)
        };
        if !discovered.served.iter().any(|kind| of_gateway_api(&kind)) {
            snapshot.gaps.push(Gap::NoGatewayApi);
        }
        for (group, kind, versions) in discovered.other_versions {
            snapshot.gaps.push(Gap::OtherVersions {
                group,
                kind,
                versions,
            });
        }
        let mut named: BTreeSet<(String, String)> = config_maps.iter().cloned().collect();
        let lists = discovered.served.iter().map(|kind| list::list(self, kind));
        let lists = join_all(lists).await;
        for (kind, items) in discovered.served.iter().zip(lists) {
            let items = match items {
                Ok(items) => items,
                Err(NoAnswer::Forbidden(said)) => {
                    snapshot.gaps.push(forbidden(kind, said));
                    continue;
                }
                // It went away in between.
                Err(NoAnswer::NotFound) => continue,
                Err(error) => return Err(self.fatal(error, &kind.path())),
            };
            if kind.kind == "BackendTLSPolicy" {
                named.extend(list::certificates(&items));
            }
            let is_known = kind.importance != Importance::Noticed;
            let objects = items.into_iter().filter_map(|item| kind.object(item));
            snapshot
                .objects
                .extend(objects.map(|object| (object, is_known)));
        }
        self.config_maps(&named, &mut snapshot).await?;
        Ok(snapshot)
    }

    /// One by one: who may read all ConfigMaps of a cluster may read much else.
    async fn config_maps(
        &self,
        named: &BTreeSet<(String, String)>,
        snapshot: &mut ClusterSnapshot,
    ) -> Result<(), ClusterError> {
        for (namespace, name) in named {
            // A reference may name what no object can be called.
            let part = |text| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
            let (namespace, name) = (part(namespace), part(name));
            let path = format!("/api/v1/namespaces/{namespace}/configmaps/{name}");
            match list::object(self, &path).await {
                Ok(object) => {
                    let read = |value: Value| LiveObject::new("", "v1", "ConfigMap", value);
                    let object = object.and_then(read);
                    snapshot.objects.extend(object.map(|object| (object, true)));
                }
                Err(NoAnswer::Forbidden(said)) => {
                    snapshot.gaps.push(Gap::Forbidden {
                        group: String::new(),
                        kind: "ConfigMap".into(),
                        plural: "configmaps".into(),
                        verb: "get",
                        said,
                        importance: Importance::Used,
                    });
                    return Ok(());
                }
                Err(error) => return Err(self.fatal(error, &path)),
            }
        }
        Ok(())
    }
}

impl ServedKind {
    fn object(&self, item: Value) -> Option<LiveObject> {
        LiveObject::new(&self.group, &self.api_version(), &self.kind, item)
    }
}

fn forbidden(kind: &ServedKind, said: String) -> Gap {
    Gap::Forbidden {
        group: kind.group.clone(),
        kind: kind.kind.clone(),
        plural: kind.plural.clone(),
        verb: "list",
        said,
        importance: kind.importance,
    }
}

//! A bootstrap is taken apart into what Envoy reads once and what it reads again.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::resources::{CLUSTERS, ENDPOINTS, FILTER, ROUTES, Resources, digest, file};
use crate::filter;

const CONNECTION_MANAGER: &str = "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager";

/// Envoy watches each file by an inotify instance of its own and aborts where it gets none. A user has
/// 128 of them unless the machine is told otherwise (`fs.inotify.max_user_instances`). Clusters that
/// are about to go still have theirs. With more clusters than this, endpoints stay in the clusters.
const MOST_ENDPOINT_FILES: usize = 48;

/// A bootstrap and the resources that it names files for.
#[derive(Debug, Clone, PartialEq)]
pub struct SplitBootstrap {
    /// In the JSON form of `envoy.config.bootstrap.v3.Bootstrap`.
    pub bootstrap: Value,
    /// What goes into the files.
    pub resources: Resources,
}

/// Why a bootstrap can't be taken apart. Only fragments make one like that.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SplitError {
    /// Clusters would come from two places.
    #[error("`dynamic_resources.cds_config` is taken: the clusters come from {CLUSTERS}")]
    ClustersTaken,
    /// Two route tables of one name would be one file.
    #[error("two different route tables are called `{0}`")]
    RoutesDiffer(String),
    /// Nothing is left to reconfigure.
    #[error(
        "the bootstrap has no HTTP filter `{}` with a `typed_config`",
        filter::NAME
    )]
    NoFilter,
}

/// Takes the `generated` clusters, the route tables and the filter out of `bootstrap`. Clusters of
/// others stay: what the bootstrap itself refers to has to be there when it is read.
///
/// `directory` is where Envoy will find the files. `module` is what the filter's module consists of,
/// where that is known: Envoy ignores a filter that is configured as before, and would never look
/// at a new module in the same place.
///
/// # Errors
///
/// See [`SplitError`].
pub fn split(
    mut bootstrap: Value,
    generated: &BTreeSet<String>,
    directory: &str,
    module: Option<&[u8]>,
) -> Result<SplitBootstrap, SplitError> {
    let directory = directory.trim_end_matches('/');
    let mut resources = Resources::default();
    let dynamic = &mut bootstrap["dynamic_resources"];
    if dynamic.get("cds_config").is_some() {
        return Err(SplitError::ClustersTaken);
    }
    if dynamic.is_null() {
        *dynamic = json!({});
    }
    dynamic["cds_config"] = source(directory, CLUSTERS);

    if let Value::Array(clusters) = bootstrap["static_resources"]["clusters"].take() {
        let (ours, others) = clusters.into_iter().partition(|cluster| {
            cluster["name"]
                .as_str()
                .is_some_and(|n| generated.contains(n))
        });
        take_clusters(ours, directory, &mut resources);
        match &mut bootstrap["static_resources"] {
            Value::Object(members) if others.is_empty() => drop(members.remove("clusters")),
            members => members["clusters"] = Value::Array(others),
        }
    }
    for manager in connection_managers(&mut bootstrap) {
        take_routes(manager, directory, &mut resources)?;
        take_filter(manager, directory, module, &mut resources);
    }
    if resources.filter.is_none() {
        return Err(SplitError::NoFilter);
    }
    Ok(SplitBootstrap {
        bootstrap,
        resources,
    })
}

fn take_clusters(clusters: Vec<Value>, directory: &str, resources: &mut Resources) {
    let with_endpoints = clusters
        .iter()
        .filter(|cluster| cluster["type"] == "STATIC");
    let of_their_own = with_endpoints.count() <= MOST_ENDPOINT_FILES;
    for mut cluster in clusters {
        let name = cluster["name"].as_str().unwrap_or_default().to_owned();
        if of_their_own
            && cluster["type"] == "STATIC"
            && let Value::Object(members) = &mut cluster
            && let Some(endpoints) = members.remove("load_assignment")
        {
            let of_type = "type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment";
            resources
                .endpoints
                .insert(name.clone(), typed(of_type, endpoints));
            members.insert("type".into(), "EDS".into());
            let from = source(directory, &file(ENDPOINTS, &name));
            members.insert("eds_cluster_config".into(), json!({ "eds_config": from }));
        }
        let of_type = "type.googleapis.com/envoy.config.cluster.v3.Cluster";
        resources.clusters.insert(name, typed(of_type, cluster));
    }
}

fn take_routes(
    manager: &mut Map<String, Value>,
    directory: &str,
    resources: &mut Resources,
) -> Result<(), SplitError> {
    let Some(routes) = manager.remove("route_config") else {
        return Ok(());
    };
    let name = routes["name"].as_str().unwrap_or_default().to_owned();
    manager.insert(
        "rds".into(),
        json!({
            "route_config_name": name,
            "config_source": source(directory, &file(ROUTES, &name)),
        }),
    );
    let of_type = "type.googleapis.com/envoy.config.route.v3.RouteConfiguration";
    let routes = typed(of_type, routes);
    match resources.routes.get(&name) {
        Some(others) if *others != routes => return Err(SplitError::RoutesDiffer(name)),
        _ => resources.routes.insert(name, routes),
    };
    Ok(())
}

fn take_filter(
    manager: &mut Map<String, Value>,
    directory: &str,
    module: Option<&[u8]>,
    resources: &mut Resources,
) {
    let filters = manager
        .get_mut("http_filters")
        .and_then(Value::as_array_mut);
    let ours = filters
        .into_iter()
        .flatten()
        .filter(|found| found["name"] == filter::NAME)
        .filter_map(Value::as_object_mut);
    for ours in ours {
        let Some(mut config) = ours.remove("typed_config") else {
            continue;
        };
        let message = config["@type"].as_str().unwrap_or_default();
        ours.insert(
            "config_discovery".into(),
            json!({
                "config_source": {
                    // Nothing is served before there is a filter.
                    "initial_fetch_timeout": "0s",
                    "path_config_source": { "path": format!("{directory}/{FILTER}") },
                    "resource_api_version": "V3",
                },
                "type_urls": [message.trim_start_matches("type.googleapis.com/")],
            }),
        );
        if let Some(module) = module {
            config["config"]["vm_config"]["configuration"] = json!({
                "@type": "type.googleapis.com/google.protobuf.StringValue",
                "value": digest(module),
            });
        }
        let of_type = "type.googleapis.com/envoy.config.core.v3.TypedExtensionConfig";
        let extension = json!({ "name": filter::NAME, "typed_config": config });
        resources.filter = Some(typed(of_type, extension));
    }
}

fn connection_managers(bootstrap: &mut Value) -> impl Iterator<Item = &mut Map<String, Value>> {
    let listeners = bootstrap["static_resources"]
        .get_mut("listeners")
        .map(items)
        .into_iter()
        .flatten();
    listeners
        .flat_map(|listener| {
            let (chains, default) = match listener.as_object_mut() {
                Some(members) => {
                    let mut chains = None;
                    let mut default = None;
                    for (key, value) in members {
                        match key.as_str() {
                            "filter_chains" => chains = Some(value),
                            "default_filter_chain" => default = Some(value),
                            _ => {}
                        }
                    }
                    (chains, default)
                }
                None => (None, None),
            };
            chains.map(items).into_iter().flatten().chain(default)
        })
        .filter_map(|chain| chain.get_mut("filters"))
        .flat_map(items)
        .filter_map(|filter| filter.get_mut("typed_config"))
        .filter(|config| config["@type"] == CONNECTION_MANAGER)
        .filter_map(Value::as_object_mut)
}

fn items(list: &mut Value) -> impl Iterator<Item = &mut Value> {
    list.as_array_mut().into_iter().flatten()
}

/// Envoy looks for a file of that name that is moved to this directory.
fn source(directory: &str, file: &str) -> Value {
    json!({
        "path_config_source": { "path": format!("{directory}/{file}") },
        "resource_api_version": "V3",
    })
}

fn typed(of_type: &str, message: Value) -> Value {
    let mut typed = json!({ "@type": of_type });
    if let (Value::Object(typed), Value::Object(message)) = (&mut typed, message) {
        typed.extend(message);
    }
    typed
}

#[cfg(test)]
mod tests;
